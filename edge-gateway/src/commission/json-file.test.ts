import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { toldToDisk } from '@shelfwire/test-servers';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { temporaryFolder } from '../test-site.ts';
import { JsonFile } from './json-file.ts';

const schema = z.object({ devices: z.array(z.string()).default([]) });

test('a file is replaced by one that is on the disk already, and its folder names it, before that resolves', async () => {
  await using data = await temporaryFolder();
  const path = join(data.folder, 'own', 'devices.json');
  const file = await JsonFile.open(path, schema);
  await file.write({ devices: ['old'] });
  const nowInFile = async (): Promise<string> =>
    z.parse(schema, JSON.parse(await readFile(path, 'utf8'))).devices.join();
  expect(await toldToDisk(() => file.write({ devices: ['new'] }), nowInFile)).toEqual([
    'writeFile file: old',
    'sync file: old',
    'sync folder: new',
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('writes that overlap follow one another, and what is read is what was written last', async () => {
  await using data = await temporaryFolder();
  const path = join(data.folder, 'devices.json');
  const file = await JsonFile.open(path, schema);
  await Promise.all(['a', 'b', 'c'].map((device) => file.write({ devices: [device] })));
  expect(file.content).toEqual({ devices: ['c'] });
  expect((await JsonFile.open(path, schema)).content).toEqual({ devices: ['c'] });
});

test('a write that fails leaves the old content, and the next one is tried for itself', async () => {
  await using data = await temporaryFolder();
  const path = join(data.folder, 'devices.json');
  const file = await JsonFile.open(path, schema);
  await file.write({ devices: ['old'] });
  const inItsPlace = `${path}.new`;
  await mkdir(inItsPlace);
  await expect(file.write({ devices: ['new'] })).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN', retryable: true });
  expect(file.content).toEqual({ devices: ['old'] });
  await rmdir(inItsPlace);
  await file.write({ devices: ['newer'] });
  expect((await JsonFile.open(path, schema)).content).toEqual({ devices: ['newer'] });
});

test('a file that cannot be understood is refused, and one that is not there is empty', async () => {
  await using data = await temporaryFolder();
  const path = join(data.folder, 'devices.json');
  expect((await JsonFile.open(path, schema)).content).toEqual({ devices: [] });
  await writeFile(path, '{"devices": [');
  await expect(JsonFile.open(path, schema)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await writeFile(path, '{"devices": "all"}');
  await expect(JsonFile.open(path, schema)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
