import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { Secrets } from './secrets.ts';
import { renderCatalogue, writeMissingSiteFiles } from './site-files.ts';

/**
 * `npm run demo-config`: the demo site's files with passwords of their own, for docker-compose.yml, which mounts them
 * as ./config. Files that are there are kept.
 */
const [folder, supplierUrl] = process.argv.slice(2);
if (folder === undefined || supplierUrl === undefined) {
  console.error('usage: write-site-files FOLDER SUPPLIER_URL');
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  const written = writeMissingSiteFiles(folder, Secrets.open(join(folder, 'secrets.json')));
  if (written.includes('catalogue.yaml')) renderCatalogue(folder, folder, supplierUrl);
  console.log(written.length > 0 ? `${folder}: wrote ${written.join(', ')}` : `${folder}: everything is there already`);
}
