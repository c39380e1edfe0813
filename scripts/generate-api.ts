/** Writes openapi.json and the console's API types from the contract. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { generatedApiFiles } from '@shelfwire/contract/openapi';

const projectRoot = fileURLToPath(new URL('../', import.meta.url));

for (const { path, text } of await generatedApiFiles()) {
  const file = join(projectRoot, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}
