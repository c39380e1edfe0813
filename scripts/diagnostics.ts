/**
 * `npm run diagnostics`: one file for whoever helps, without secrets. Read it before you send it.
 *
 * `--help` names the options.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { collectDiagnostics } from './diagnostics/collect.ts';

const HELP = `npm run diagnostics -- [--service NAME=URL …] [--ca FILE] [--config FILE …] [--log FILE …] [--secrets FOLDER]
                       [--data-dir DIR] [--out FILE]

Writes one text file for whoever helps, without secrets: versions, settings, health, metrics, the ends of the logs.
Without options it asks the services where they are by default, and reads ./.env, ./config, ./secrets and ./data.
--ca trusts this authority (certificates/ca.crt); --secrets is the folder whose values are hidden wherever they stand.`;
const DEFAULT_SERVICES = [
  'reorder-service=http://127.0.0.1:3000',
  'ingest-service=http://127.0.0.1:3001',
  'edge-gateway=http://127.0.0.1:3002',
];
const { values } = parseArgs({
  options: {
    service: { type: 'string', multiple: true },
    ca: { type: 'string' },
    config: { type: 'string', multiple: true },
    log: { type: 'string', multiple: true },
    secrets: { type: 'string', default: 'secrets' },
    'data-dir': { type: 'string', default: 'data' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const list = (folder: string, ending: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};
const dataDir = values['data-dir'];
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const text = await collectDiagnostics({
  version,
  services: Object.fromEntries((values.service ?? DEFAULT_SERVICES).map((each) => each.split(/=(.*)/s, 2))) as Record<
    string,
    string
  >,
  ca: values.ca === undefined ? undefined : readFileSync(values.ca, 'utf8'),
  env: process.env,
  configFiles: values.config ?? ['.env', ...list('config', '.yaml'), ...list(join(dataDir, 'site'), '.yaml')],
  logFiles: values.log ?? list(join(dataDir, 'logs'), '.log'),
  secretsFolder: values.secrets,
  dataDir: list(dataDir, '').length > 0 ? dataDir : undefined,
});
const out = values.out ?? `shelfwire-diagnostics-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.txt`;
writeFileSync(out, text, { mode: 0o600 });
console.log(`${out}: ${Math.round(text.length / 1024)} kB; read it before you send it`);
