import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

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

test.runIf(process.platform === 'linux')(
  'a data folder that can never be made ends the start with one sentence and code 2',
  async () => {
    // A process of its own, with a bound: what went wrong here once was that it never ended.
    const main = join(import.meta.dirname, 'main.ts');
    const options = ['--data-dir', '/proc/nope', '--port', '3999', '--mqtt-port', '3998'];
    const start = spawn(process.execPath, [main, ...options], { timeout: 10_000, killSignal: 'SIGKILL' });
    const code = new Promise((resolve) => start.once('exit', resolve));
    const [said, complained] = await Promise.all([text(start.stdout), text(start.stderr)]);
    expect({ code: await code, said, complained }).toEqual({
      code: 2,
      said: '',
      complained: 'Shelfwire cannot start: cannot make the data folder /proc/nope (ENOENT)\n',
    });
  },
);
