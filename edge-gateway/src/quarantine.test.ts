import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { Quarantine } from './quarantine.ts';
import { temporaryFolder } from './test-site.ts';

test('a flood of bad frames keeps the newest and never takes more than its bound', async () => {
  await using data = await temporaryFolder();
  const quarantine = new Quarantine({ folder: data.folder, sizeBytesMax: 40_000 });
  for (let number = 1; number <= 600; number += 1) {
    const payload = Buffer.from(`garbage ${number}`);
    const frame = { atMs: number, deviceId: 'd', topic: 't', reason: 'malformed', detail: 'It is no JSON.', payload };
    expect(await quarantine.put(frame)).toBe(true);
  }
  await quarantine.close();
  const names = await readdir(data.folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(data.folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40_000);
  const lines = (await readFile(join(data.folder, 'quarantine.ndjson'), 'utf8')).trim().split('\n');
  const newest = JSON.parse(lines.at(-1) ?? '') as { payload: string };
  expect(Buffer.from(newest.payload, 'base64').toString()).toBe('garbage 600');
});
