import { join, resolve } from 'node:path';

import { ShelfwireError } from '@shelfwire/contract';
import { makeFolder } from '@shelfwire/contract/service';

import { chooseAdmin } from './admin.ts';
import { API_TOKEN, readLauncherEnvironment } from './config.ts';
import type { ERROR_CODES } from './errors.ts';
import { Launcher } from './launcher.ts';
import { lockDataDir } from './lock.ts';
import { HELP, parseOptions, type Options } from './options.ts';
import { describeParts, INTERNAL_PORTS, localUrl } from './parts.ts';
import { claimPort, findInternalPorts } from './ports.ts';
import { waitForLeftovers, writeProcessList } from './process-list.ts';
import { Secrets } from './secrets.ts';
import { renderCatalogue, writeMissingSiteFiles } from './site-files.ts';
import { readSiteSummary, type SiteSummary } from './site-scope.ts';

/** A person can correct these by another command line. */
const USAGE_ERRORS: ReadonlySet<string> = new Set<keyof typeof ERROR_CODES>([
  'OPTION_INVALID',
  'PORT_IN_USE',
  'DATA_DIR_LOCKED',
  'DATA_DIR_UNUSABLE',
]);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === 'help') {
      print(HELP.trimEnd());
      return 0;
    }
    await run(options);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    const known = error instanceof ShelfwireError;
    console.error(`Shelfwire cannot start: ${known ? error.message : String(error)}`);
    return known && USAGE_ERRORS.has(error.code) ? 2 : 1;
  }
}

async function run(given: Options): Promise<void> {
  const dataDir = resolve(given.dataDir);
  const siteDir = join(dataDir, 'site');
  const runDir = join(dataDir, 'run');
  const folders = [dataDir, siteDir, runDir, ...['logs', 'ingest', 'gateway'].map((name) => join(dataDir, name))];
  for (const folder of folders) makeFolder(folder);
  const lock = lockDataDir(dataDir);
  const processList = join(runDir, 'processes.json');
  try {
    await waitForLeftovers(processList);
    const options = {
      ...given,
      port: await claimPort('--port', given.host, given.port),
      mqttPort: await claimPort('--mqtt-port', given.host, given.mqttPort),
    };
    const ports = await findInternalPorts(INTERNAL_PORTS);
    const secrets = Secrets.open(join(dataDir, 'secrets.json'));
    const firstStart = writeMissingSiteFiles(siteDir, secrets).length > 0;
    const site = readSiteSummary(join(siteDir, 'gateway.yaml'));
    const { inherited, ...adminGiven } = readLauncherEnvironment();
    const admin = chooseAdmin(secrets, adminGiven);
    print(firstStart ? `Shelfwire starts for the first time in ${dataDir}` : `Shelfwire starts on ${dataDir}`);

    const catalogueFile = renderCatalogue(siteDir, runDir, `http://127.0.0.1:${ports.supplier}`);
    const layout = { dataDir, siteDir, catalogueFile, options, ports, scope: site, secrets, inherited };
    const launcher = new Launcher(describeParts({ ...layout, admin: admin.account }), print, (pids) =>
      writeProcessList(processList, ports, pids),
    );
    try {
      await launcher.start(stopping.signal);
      secrets.rememberAdmin(admin.email, admin.account?.passwordFrom);
      const apiAt = inherited[API_TOKEN] === undefined ? undefined : `http://127.0.0.1:${ports.gatewayHttp}`;
      tellReady(options, site, { adminHint: admin.hint, dataDir, apiAt });
      await untilStopped();
      print('Stopping …');
    } finally {
      await launcher.stop();
    }
    print('Stopped; the next start continues from here.');
  } finally {
    lock.release();
  }
}

interface Told {
  adminHint: string;
  dataDir: string;
  /** The gateway's local API, if there is one. */
  apiAt: string | undefined;
}

function tellReady(options: Options, site: SiteSummary, { adminHint, dataDir, apiAt }: Told): void {
  const devicesAt = localUrl(options.host, options.mqttPort).replace('http://', '');
  print('');
  print(adminHint);
  print(`Devices publish to ${devicesAt}; site files and logs are in ${dataDir}`);
  if (apiAt !== undefined) print(`The gateway's local API, with the token of ${API_TOKEN}: ${apiAt}`);
  if (!options.sim) {
    print('No devices are simulated (--no-sim), the suppliers are: they acknowledge and ship, but nobody fills a bin.');
    const command = site.exampleCommand?.(devicesAt.slice(0, devicesAt.lastIndexOf(':')), options.mqttPort);
    if (command !== undefined)
      print(`Put a nearly empty bin on the first scale, and an order goes out:\n\n  ${command}\n`);
  }
  print(`Shelfwire is ready: ${localUrl(options.host, options.port)}`);
  print('Ctrl-C stops it.');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    // The children's channels keep this process alive.
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
