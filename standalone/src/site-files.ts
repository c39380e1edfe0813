import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Secrets } from './secrets.ts';

const SITE_FILES = ['gateway.yaml', 'catalogue.yaml', 'fleet.yaml'] as const;
type SiteFile = (typeof SITE_FILES)[number];

const templateDir = fileURLToPath(new URL('../demo/', import.meta.url));

/**
 * Writes the demo site's files where they are missing, with passwords of their own; files that are there are the
 * user's and stay as they are.
 * @returns the names of those written
 */
export function writeMissingSiteFiles(siteDir: string, secrets: Secrets): SiteFile[] {
  mkdirSync(siteDir, { recursive: true });
  const missing = SITE_FILES.filter((name) => !existsSync(join(siteDir, name)));
  for (const name of missing) {
    const template = readFileSync(join(templateDir, name), 'utf8');
    const path = join(siteDir, name);
    writeFileSync(`${path}.next`, fillIn(template, secrets), { mode: 0o600 });
    renameSync(`${path}.next`, path);
  }
  return missing;
}

/** `{{password scale-01}}` and `{{token boltwerk}}` become secrets; everything else in braces is left alone. */
function fillIn(template: string, secrets: Pick<Secrets, 'derive'>): string {
  return template.replaceAll(/\{\{(password|token) ([\w.-]+)\}\}/g, (_, kind: string, name: string) =>
    secrets.derive(`${kind} ${name}`),
  );
}

/**
 * The catalogue as the reorder-service reads it: internal ports change from start to start, so the address of the
 * simulated suppliers is filled in each time, into a copy.
 */
export function renderCatalogue(siteDir: string, runDir: string, supplierUrl: string): string {
  const text = readFileSync(join(siteDir, 'catalogue.yaml'), 'utf8').replaceAll('{{supplierUrl}}', supplierUrl);
  const path = join(runDir, 'catalogue.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
