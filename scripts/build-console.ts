/** Builds console/dist; with --if-stale only if a source is newer than the last build. */
import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

const root = fileURLToPath(new URL('../console/', import.meta.url));
const SOURCES = ['src/**/*', 'public/**/*', 'index.html', 'vite.config.ts', 'package.json'];

function isStale(): boolean {
  const built = `${root}dist/index.html`;
  if (!existsSync(built)) return true;
  const builtAtMs = statSync(built).mtimeMs;
  return globSync(SOURCES, { cwd: root }).some((path) => statSync(`${root}${path}`).mtimeMs > builtAtMs);
}

if (!process.argv.includes('--if-stale') || isStale()) {
  await build({ root, configFile: `${root}vite.config.ts`, logLevel: 'warn' });
}
