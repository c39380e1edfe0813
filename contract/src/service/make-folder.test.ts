import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelfwire-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('makes a folder with those above it, for its owner only, and leaves it when it is there', () => {
  const deep = join(folder, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

test('names the folder that cannot be made, and why', () => {
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'data');
  expect(() => makeFolder(below)).toThrow(`cannot make the data folder ${below} (`);
  expect(() => makeFolder(join(folder, 'file'))).toThrow('(EEXIST)');
});

test.runIf(process.platform === 'linux')('ends at once where a folder can never be made, as under /proc', () => {
  expect(() => makeFolder('/proc/nope/data')).toThrow('cannot make the data folder /proc/nope/data (ENOENT)');
});
