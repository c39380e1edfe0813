/**
 * `npm run audit`: known weaknesses of what is shipped. Fails from `high` on. A registry that does not answer audits (a
 * mirror, a machine without network) is told and is no failure: nothing was found out.
 */
import { spawnSync } from 'node:child_process';

import { z } from 'zod';

const reportSchema = z.object({
  metadata: z.object({ vulnerabilities: z.record(z.string(), z.number()) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), via: z.array(z.unknown()) })),
});

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 });
const report = reportSchema.safeParse(parseJson(stdout));
if (!report.success) {
  console.log('npm audit: the registry of this machine does not answer audits; nothing was checked');
} else {
  const { metadata, vulnerabilities } = report.data;
  console.log(`npm audit: ${JSON.stringify(metadata.vulnerabilities)}`);
  const grave = Object.entries(vulnerabilities).filter(([, { severity }]) => ['high', 'critical'].includes(severity));
  for (const [name, { severity }] of grave) console.log(`  ${severity}: ${name}`);
  process.exitCode = grave.length > 0 ? 1 : 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
