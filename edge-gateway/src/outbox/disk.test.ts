import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { toldToDisk } from '@shelfwire/test-servers';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { openFolder } from './disk.ts';

test('what is written is synced by sync, and a new file stands in its folder before it is given out', async () => {
  await using data = await temporaryFolder();
  const disk = await openFolder(join(data.folder, 'outbox'));
  expect(await toldToDisk(async () => (await disk.open('a')).close())).toEqual(['sync folder']);
  const file = await disk.open('a');
  const steps = await toldToDisk(async () => {
    await file.write(Buffer.from('reading'), 0);
    await file.sync();
  });
  expect(steps).toEqual(['write file', 'datasync file']);
  await file.close();
});

test('a file is replaced by one that is on the disk already, and removed for good, before that resolves', async () => {
  await using data = await temporaryFolder();
  const disk = await openFolder(data.folder);
  await disk.replace('a', 'old');
  const path = join(data.folder, 'a');
  expect(
    await toldToDisk(
      () => disk.replace('a', 'new'),
      () => readFile(path, 'utf8'),
    ),
  ).toEqual(['writeFile file: old', 'sync file: old', 'sync folder: new']);
  const entries = async (): Promise<string> => (await readdir(data.folder)).join();
  expect(await toldToDisk(() => disk.remove('a'), entries)).toEqual(['sync folder: ']);
});
