import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { Outbox, type OutboxLimits } from './outbox.ts';
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
