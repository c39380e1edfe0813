/**
 * Writes the files that are made from code and committed all the same, so that readers find them and reviewers see them
 * change: docs/configuration.md, docs/devices.md, docs/errors.md, docs/decisions/README.md,
 * contract/openapi.json, the console's types and the tables of docs/scaling.md.
 *
 * `--check` writes nothing and fails, naming each file that is out of date.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { generatedApiFiles } from '@shelfwire/contract/openapi';

import { configurationPage } from './configuration-page.ts';
import { decisionsPage } from './decisions-page.ts';
import { devicesPage } from './devices-page.ts';
import { errorsPage } from './errors-page.ts';
import { scalingPage } from './scaling-page.ts';

const root = new URL('..', import.meta.url);
const check = process.argv.includes('--check');
const pages: [path: string, text: string][] = [
  ['docs/configuration.md', await configurationPage(root)],
  ['docs/decisions/README.md', decisionsPage(root)],
  ['docs/devices.md', await devicesPage(root)],
  ['docs/errors.md', await errorsPage(root)],
  ['docs/scaling.md', scalingPage(root)],
  ...(await generatedApiFiles()).map(({ path, text }): [string, string] => [path, text]),
];
const stale = pages.filter(([path, text]) => readOrEmpty(new URL(path, root)) !== text);
if (check) {
  for (const [path] of stale) console.error(`${path} is out of date: run \`npm run generate\` and commit it`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(new URL(path, root), text);
  execFileSync('npm', ['run', 'generate', '--workspaces', '--if-present'], { cwd: root, stdio: 'inherit' });
}

function readOrEmpty(url: URL): string {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return '';
  }
}
