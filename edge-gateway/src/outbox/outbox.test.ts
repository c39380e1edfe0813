import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { Outbox, type OutboxLimits } from './outbox.ts';
import { encodeRecord, encodeSegmentHeader } from './segment-format.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const OUTBOX_ID = '7f6b2f0e-5f0c-4a55-9d5c-0a3c1f2b9e11';

function open(
  disk: SimulatedDisk,
  limits: Partial<OutboxLimits> = {},
  synced: (seconds: number) => void = () => undefined,
) {
  return Outbox.open(OUTBOX_ID, disk, {
    limits: {
      segmentBytesMax: 1e9,
      sizeBytesMax: 1e9,
      readingsMax: 1e9,
      freeDiskBytesMin: 0,
      waitingReadingsMax: 1e9,
      ...limits,
    },
    events: { synced, unreadable: () => undefined, cut: () => undefined },
  });
}

function level(number: number, deviceId = 'd'): Reading {
  const common = { deviceId, clockQuality: 'gateway', quality: 'good' } as const;
  return { kind: 'level', ...common, receivedAtMs: 1_790_000_000_000 + number, distanceMm: number };
}

test('what waits for the disk is bounded: more is refused until it is durable', async () => {
  const outbox = await open(new SimulatedDisk(), { waitingReadingsMax: 3 });
  const waiting = [outbox.append([level(1), level(2)]), outbox.append([level(3)])];
  await expect(outbox.append([level(4)])).rejects.toMatchObject({ code: 'OUTBOX_FULL', reason: 'waiting' });
  await Promise.all(waiting);
  await outbox.append([level(5)]);
  expect(outbox.lastSequence).toBe(4);
});

test('a record longer than what is read at once is read whole, and so are its neighbours', async () => {
  const disk = new SimulatedDisk();
  const before = await open(disk);
  const long = 'x'.repeat(300_000);
  await before.append([level(1), level(2, long), level(3)]);
  await before.close();
  const outbox = await open(disk);
  const read = await outbox.read(1, { readingsMax: 10, textBytesMax: 1e9 });
  expect(read.kind === 'records' && read.records.map(({ text }) => JSON.parse(text) as Reading)).toEqual([
    level(1),
    level(2, long),
    level(3),
  ]);
});

test('tells how long a sync took', async () => {
  const told: number[] = [];
  const outbox = await open(new SimulatedDisk(), {}, (seconds) => told.push(seconds));
  const startedAtMs = performance.now();
  await outbox.append([level(1)]);
  expect(told).toHaveLength(1);
  expect(told[0]).toBeGreaterThanOrEqual(0);
  expect(told[0]).toBeLessThanOrEqual((performance.now() - startedAtMs) / 1_000);
});

test('a read from the disk gives no more than was asked for', async () => {
  const disk = new SimulatedDisk();
  const before = await open(disk);
  await before.append([level(1), level(2), level(3)]);
  await before.close();
  const outbox = await open(disk);
  const sequences = async (readingsMax: number, textBytesMax: number): Promise<number[]> => {
    const read = await outbox.read(1, { readingsMax, textBytesMax });
    return read.kind === 'records' ? read.records.map(({ sequence }) => sequence) : [];
  };
  expect(await sequences(2, 1e9)).toEqual([1, 2]);
  expect(await sequences(10, 1)).toEqual([1]);
});

test('a confirmation says how much of it was news', async () => {
  const outbox = await open(new SimulatedDisk());
  await outbox.append([level(1), level(2), level(3), level(4)]);
  expect(outbox.confirm('ingest', [[2, 3]])).toBe(2);
  expect(outbox.confirm('ingest', [[1, 4]])).toBe(2);
  expect(outbox.confirm('ingest', [[1, 4]])).toBe(0);
});

test('what one consumer alone has confirmed had been sent: if it is missing, its sequences are not given out again', async () => {
  const disk = new SimulatedDisk();
  const before = await open(disk);
  await before.append([level(1), level(2)]);
  before.confirm('ingest', [[1, 2]]);
  await before.close();
  for (const name of await disk.list()) if (name.endsWith('.segment')) await disk.remove(name);
  expect((await open(disk)).sealed).toBe(true);
});

test('segments are told apart by their names, in whatever order the folder lists them', async () => {
  class Backwards extends SimulatedDisk {
    override async list(): Promise<string[]> {
      return (await super.list()).toSorted().toReversed();
    }
  }
  const disk = new Backwards();
  const before = await open(disk, { segmentBytesMax: 100 });
  for (let number = 1; number <= 4; number += 1) await before.append([level(number)]);
  await before.close();
  const outbox = await open(disk, { segmentBytesMax: 100 });
  expect([outbox.firstSequence, outbox.lastSequence, outbox.sealed]).toEqual([1, 4, false]);
});

test('the bytes on disk are those of format version 1, which a newer gateway must still read', () => {
  // Put together by hand from the table in segment-format.ts.
  expect(encodeSegmentHeader(OUTBOX_ID, 5).toString('hex')).toBe(
    '53574f5554424f58000100007f6b2f0e5f0c4a559d5c0a3c1f2b9e110000000000000005bc91f311',
  );
  const bytes = Buffer.alloc(27);
  encodeRecord(bytes, 0, { sequence: 5, receivedAtMs: 1_790_000_000_005, text: '{"a":1}' });
  expect(bytes.toString('hex')).toBe('000000076a6f1c2000000000000501a0c4506c057b2261223a317d');
});
