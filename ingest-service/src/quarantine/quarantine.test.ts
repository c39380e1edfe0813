import {
  cp,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { toldToDisk } from '@shelfwire/test-servers';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { NewQuarantineEntry } from './entry.ts';
import { Quarantine, type QuarantineOptions } from './quarantine.ts';

let folder: string;
let dropped: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shelfwire-quarantine-'));
  dropped = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(more: Partial<QuarantineOptions> = {}): Promise<Quarantine> {
  const onDropped = (count: number): void => {
    dropped += count;
  };
  return Quarantine.open({ folder, sizeBytesMax: 1_000_000, entriesMax: 1_000, onDropped, ...more });
}

function entry(sequence: number, tenantId = 'demo'): NewQuarantineEntry {
  return {
    atMs: 1_790_000_000_000 + sequence,
    reason: 'bad-reading',
    detail: 'netGrams: expected number',
    tenantId,
    siteId: 'site-1',
    topic: `shelfwire/v1/${tenantId}/site-1/readings`,
    content: { form: 'reading', gatewayId: 'gw', outboxId: 'ob', sequence, reading: { kind: 'weight', sequence } },
  };
}

async function sequences(quarantine: Quarantine, tenantId = 'demo'): Promise<number[]> {
  const { items } = await quarantine.list({ tenantId, afterId: undefined, limit: 500 });
  return items.map(({ content }) => (content.form === 'reading' ? content.sequence : -1));
}

test('entries are there after a restart, without those that were removed', async () => {
  const before = await open();
  await before.add([entry(1), entry(2)]);
  await before.add([entry(3)]);
  await before.remove('2');
  await before.close();
  const after = await open();
  expect(await sequences(after)).toEqual([1, 3]);
  await after.add([entry(4)]);
  expect((await after.list({ tenantId: 'demo', afterId: undefined, limit: 9 })).items.map(({ id }) => id)).toEqual([
    '1',
    '3',
    '4',
  ]);
  await after.close();
});

test('an entry is on the disk before it counts as kept, and so is the name of its file', async () => {
  const quarantine = await open();
  expect(await toldToDisk(() => quarantine.add([entry(1)]))).toEqual([
    'sync folder',
    'appendFile file',
    'datasync file',
  ]);
  expect(await toldToDisk(() => quarantine.remove('1'))).toEqual(['appendFile file', 'datasync file']);
  await quarantine.close();
});

test('a reading that comes again is kept once, also across a restart', async () => {
  const before = await open();
  expect(await before.add([entry(1), entry(1)])).toMatchObject([entry(1)]);
  expect(await before.add([entry(1)])).toEqual([]);
  await before.close();
  const after = await open();
  expect(await after.add([entry(1), entry(2)])).toMatchObject([entry(2)]);
  expect(after.size).toBe(2);
  await after.close();
});

test('what was discarded and comes again is kept again', async () => {
  const quarantine = await open();
  await quarantine.add([entry(1)]);
  await quarantine.remove('1');
  expect(await quarantine.add([entry(1)])).toHaveLength(1);
  expect(await sequences(quarantine)).toEqual([1]);
  await quarantine.close();
});

test('an entry that the disk refused leaves nothing: what follows is read as it was written', async () => {
  const quarantine = await open();
  await quarantine.add([entry(1)]);
  const probe = await openFile(folder);
  const prototype = Object.getPrototypeOf(probe) as Pick<FileHandle, 'datasync'>;
  await probe.close();
  const { datasync } = prototype;
  prototype.datasync = () => Promise.reject(new Error('EIO: i/o error'));
  try {
    await expect(quarantine.add([entry(2)])).rejects.toThrow('EIO');
  } finally {
    prototype.datasync = datasync;
  }
  await quarantine.add([entry(3)]);
  expect(await sequences(quarantine)).toEqual([1, 3]);
  await quarantine.close();
  const after = await open();
  expect(await sequences(after)).toEqual([1, 3]);
  await after.close();
});

test('one entry larger than the whole quarantine is refused, and pushes nothing out', async () => {
  const quarantine = await open({ sizeBytesMax: 2_000 });
  await quarantine.add([entry(1)]);
  const large = { ...entry(2), detail: 'x'.repeat(2_000) };
  await expect(quarantine.add([large])).rejects.toMatchObject({ code: 'QUARANTINE_FULL' });
  expect(await sequences(quarantine)).toEqual([1]);
  expect(dropped).toBe(0);
  await quarantine.close();
});

test('pages follow one another without gap or repeat, and only for the tenant', async () => {
  const quarantine = await open();
  await quarantine.add(Array.from({ length: 25 }, (_, index) => entry(index + 1, index % 5 === 0 ? 'other' : 'demo')));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await quarantine.list({ tenantId: 'demo', afterId: cursor ?? undefined, limit: 7 });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(20);
  expect(new Set(seen).size).toBe(20);
  expect(await quarantine.get('1', 'demo')).toBeUndefined();
  expect(await quarantine.get('1', 'other')).toMatchObject({ tenantId: 'other' });
  await quarantine.close();
});

test('when full, the oldest go, are counted, and the bound holds on disk', async () => {
  const sizeBytesMax = 20_000;
  const quarantine = await open({ sizeBytesMax });
  for (let sequence = 1; sequence <= 300; sequence++) await quarantine.add([entry(sequence)]);
  const kept = await sequences(quarantine);
  expect(kept.at(-1)).toBe(300);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 301 - kept.length + index));
  expect(dropped).toBe(300 - kept.length);
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(sizeBytesMax);
  await quarantine.close();
});

test('says how full it is, and discarding gives the room back', async () => {
  const quarantine = await open({ sizeBytesMax: 20_000, entriesMax: 1_000 });
  expect(quarantine.fillRatio).toBe(0);
  while (quarantine.fillRatio < 0.8) await quarantine.add([entry(quarantine.size + 1)]);
  expect(dropped).toBe(0);
  const kept = quarantine.size;
  const { items } = await quarantine.list({ tenantId: 'demo', afterId: undefined, limit: 500 });
  for (const { id } of items) await quarantine.remove(id);
  expect(quarantine.fillRatio).toBeLessThan(0.3);
  await quarantine.close();
  const after = await open({ sizeBytesMax: 20_000 });
  expect(after.size).toBe(0);
  await after.add([entry(1)]);
  expect(await sequences(after)).toEqual([1]);
  expect([kept > 10, dropped]).toEqual([true, 0]);
  await after.close();
});

test('an entry that was removed stays removed when the segments of others go', async () => {
  const before = await open({ sizeBytesMax: 8_000 });
  for (let sequence = 1; before.size < 20; sequence++) await before.add([entry(sequence)]);
  const [first, ...others] = (await before.list({ tenantId: 'demo', afterId: undefined, limit: 500 })).items;
  await before.remove(others[3]?.id ?? '');
  await before.remove(others[12]?.id ?? '');
  await before.close();
  const after = await open({ sizeBytesMax: 8_000 });
  const ids = (await after.list({ tenantId: 'demo', afterId: undefined, limit: 500 })).items.map(({ id }) => id);
  expect(ids).toContain(first?.id);
  expect(ids).not.toContain(others[3]?.id);
  expect(ids).not.toContain(others[12]?.id);
  await after.close();
});

test('a crash at any byte of an append leaves what was acknowledged, and room to go on', async () => {
  const before = await open();
  await before.add([entry(1), entry(2)]);
  const [file = ''] = await readdir(folder);
  const acknowledgedBytes = (await stat(join(folder, file))).size;
  await before.add([entry(3)]);
  await before.close();
  const { length } = await readFile(join(folder, file));
  const whole = `${folder}-whole`;
  await cp(folder, whole, { recursive: true });
  for (let bytes = acknowledgedBytes; bytes <= length; bytes += 7) {
    await rm(folder, { recursive: true });
    await cp(whole, folder, { recursive: true });
    await truncate(join(folder, file), bytes);
    const after = await open();
    expect(await sequences(after)).toEqual(bytes === length ? [1, 2, 3] : [1, 2]);
    await after.add([entry(4)]);
    expect((await sequences(after)).at(-1)).toBe(4);
    await after.close();
  }
  await rm(whole, { recursive: true });
});
