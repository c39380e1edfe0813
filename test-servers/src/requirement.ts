import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a test may need beyond Node, where Debian puts it, and the package that brings it. */
const REQUIREMENTS = {
  mosquitto: { paths: ['/usr/sbin/mosquitto'], package: 'mosquitto' },
  postgres: {
    paths: ['/usr/lib/postgresql/15/bin/postgres', '/usr/lib/postgresql/17/bin/postgres'],
    package: 'postgresql',
  },
  influxdb: { paths: ['/usr/bin/influxd'], package: 'influxdb' },
  'victoria-metrics': { paths: ['/usr/bin/victoria-metrics'], package: 'victoria-metrics' },
  chromium: { paths: ['/usr/bin/chromium'], package: 'chromium' },
  socat: { paths: ['/usr/bin/socat'], package: 'socat' },
  faketime: { paths: ['/usr/bin/faketime'], package: 'faketime' },
  mosquitto_pub: { paths: ['/usr/bin/mosquitto_pub'], package: 'mosquitto-clients' },
} as const;
export type Requirement = keyof typeof REQUIREMENTS;

const told = new Set<string>();

/** The program's path, or undefined where it is not installed. */
export function findProgram(requirement: Requirement): string | undefined {
  const { paths } = REQUIREMENTS[requirement];
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, programName(requirement)));
  return [...paths, ...onPath].find((path) => existsSync(path));
}

/**
 * True if everything named is installed. Otherwise prints once what is missing and answers false, so that the suite is
 * skipped (`describe.runIf(needs('postgres'))(…)`); with SHELFWIRE_REQUIRE_ALL=1 it throws, and the file fails.
 */
export function needs(...requirements: Requirement[]): boolean {
  const missing = requirements.filter((requirement) => findProgram(requirement) === undefined);
  if (missing.length === 0) return true;
  const packages = missing.map((requirement) => REQUIREMENTS[requirement].package).join(' ');
  return skip(`${missing.join(', ')} not installed; to run these tests: apt-get install ${packages}`);
}

/**
 * True if the data handed over beside the project (`../shared/<path>`) is there. It is not part of the project, so its
 * absence is no failure, even with SHELFWIRE_REQUIRE_ALL=1 only where the folder `../shared` itself exists.
 */
export function needsSharedData(path: string, projectRoot: string): boolean {
  if (existsSync(join(projectRoot, '..', 'shared', path))) return true;
  const reason = `../shared/${path} is not there; it is handed out beside the project, not with it`;
  return existsSync(join(projectRoot, '..', 'shared')) ? skip(reason) : tell(reason);
}

function skip(reason: string): boolean {
  if (process.env['SHELFWIRE_REQUIRE_ALL'] === '1') throw new Error(`SHELFWIRE_REQUIRE_ALL=1, but ${reason}`);
  return tell(reason);
}

function tell(reason: string): false {
  if (!told.has(reason)) {
    told.add(reason);
    process.stderr.write(`skipped: ${reason}\n`);
  }
  return false;
}

function programName(requirement: Requirement): string {
  return requirement === 'influxdb' ? 'influxd' : requirement;
}
