import { mkdir } from 'node:fs/promises';

import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { OutboxLane } from './lane.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const LIMITS: OutboxLimits = {
  segmentBytesMax: 1_500,
  sizeBytesMax: 1e9,
  readingsMax: 1e9,
  freeDiskBytesMin: 0,
  waitingReadingsMax: 1e9,
};

function level(number: number): Reading {
  const common = { deviceId: 'd', clockQuality: 'gateway', quality: 'good' } as const;
  return { kind: 'level', ...common, receivedAtMs: 1_790_000_000_000 + number, distanceMm: number };
}

function watcher() {
  const seen = { unreadable: [] as { from: number; to: number }[], cuts: 0 };
  const events = {
    synced: () => undefined,
    unreadable: (loss: { from: number; to: number }) => seen.unreadable.push(loss),
    cut: () => (seen.cuts += 1),
  };
  return { seen, options: { limits: LIMITS, events } };
}

async function readAll(outbox: Outbox): Promise<number[]> {
  const sequences: number[] = [];
  for (let at = outbox.firstSequence; ;) {
    const read = await outbox.read(at, { readingsMax: 7, textBytesMax: 1e6 });
    if (read.kind === 'end') return sequences;
    if (read.kind === 'records') sequences.push(...read.records.map(({ sequence }) => sequence));
    at = read.kind === 'gap' ? read.to + 1 : (sequences.at(-1) ?? at) + 1;
  }
}

test('a flipped bit costs the rest of its segment, exactly counted; everything else still goes out', async () => {
  const { seen, options } = watcher();
  const disk = new SimulatedDisk();
  const id = '7f6b2f0e-5f0c-4a55-9d5c-0a3c1f2b9e11';
  const outbox = await Outbox.open(id, disk, options);
  for (let number = 1; number <= 40; number += 1) await outbox.append([level(number)]);
  await outbox.close();
  const segments = (await disk.list()).filter((name) => name.endsWith('.segment')).sort();
  disk.damage(segments[1] ?? '', 700);

  const again = await Outbox.open(id, disk, options);
  const sequences = await readAll(again);
  expect(seen.unreadable).toHaveLength(1);
  const [loss] = seen.unreadable;
  const lost = loss ? loss.to - loss.from + 1 : 0;
  expect(sequences.length + lost).toBe(40);
  expect(sequences).not.toContain(loss?.from);
  expect(sequences).toContain((loss?.from ?? 0) - 1);
  expect(sequences).toContain((loss?.to ?? 0) + 1);
  expect(again.sealed, 'older segments were given out for good: nothing is reused').toBe(false);
  for (const consumer of ['ingest', 'reorder'] as const) again.confirm(consumer, [[1, 40]]);
  expect(again.queuedReadings).toBe(0);
});

test('an outbox cut off in a crash is sent to its end while a new one takes the readings, then it goes', async () => {
  await using data = await temporaryFolder();
  const { seen, options } = watcher();
  const disks = new Map<string, SimulatedDisk>();
  const openDisk = (folder: string): Promise<SimulatedDisk> => {
    const disk = disks.get(folder) ?? new SimulatedDisk();
    disks.set(folder, disk);
    return Promise.resolve(disk);
  };
  const first = await OutboxLane.open(data.folder, { ...options, openDisk });
  for (let number = 1; number <= 5; number += 1) await first.append([level(number)]);
  await first.close();
  const [[folder, disk] = []] = disks;
  const [segment = ''] = (await disk?.list())?.filter((name) => name.endsWith('.segment')) ?? [];
  disk?.damage(segment, (disk?.sizeOf(segment) ?? 0) - 3);
  // The lane finds its outboxes by their folders, which a simulated disk does not make.
  await mkdir(folder ?? '', { recursive: true });

  const lane = await OutboxLane.open(data.folder, { ...options, openDisk });
  expect(seen.cuts).toBe(1);
  const [old, current] = lane.outboxes;
  expect(old).toMatchObject({ sealed: true, lastSequence: 4 });
  await lane.append([level(6)]);
  expect(current).toMatchObject({ sealed: false, lastSequence: 1 });
  expect(current?.outboxId).not.toBe(old?.outboxId);
  expect(lane.queuedReadings).toBe(5);
  for (const consumer of ['ingest', 'reorder'] as const) old?.confirm(consumer, [[1, 4]]);
  await lane.tidy();
  expect(lane.outboxes).toEqual([current]);
  await lane.close();
});
