import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Design, section 6. */
const FIRST_LOAD_GZIP_BYTES_MAX = 250_000;

const root = fileURLToPath(new URL('../', import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), 'shelfwire-console-'));

beforeAll(async () => {
  // Vitest sets NODE_ENV=test, with which React would be its development build.
  const { NODE_ENV: before } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({ root, configFile: `${root}vite.config.ts`, logLevel: 'error', mode: 'production', build: { outDir } });
  process.env['NODE_ENV'] = before;
});
afterAll(() => rmSync(outDir, { recursive: true }));

test('the first load stays within its budget of script', () => {
  const html = readFileSync(`${outDir}/index.html`, 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(`${outDir}${path}`), { level: 9 }).length, 0);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_GZIP_BYTES_MAX);
  // A build without React in it would be small too.
  expect(bytes).toBeGreaterThan(50_000);
});

test('the page holds no script or style of its own, which the content security policy would refuse', () => {
  const html = readFileSync(`${outDir}/index.html`, 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
  expect(html).not.toMatch(/\son\w+=/);
});
