import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { GatewayOutbox } from './gateway-outbox.ts';
import type { OutboxLimits } from './outbox.ts';
import { SaveLine } from './save-line.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const LIMITS: OutboxLimits = {
  segmentBytesMax: 2_000,
  sizeBytesMax: 1e9,
  readingsMax: 1e9,
  freeDiskBytesMin: 0,
  waitingReadingsMax: 1e9,
};

const common = { deviceId: 'd', clockQuality: 'gateway', quality: 'good' } as const;

function level(number: number): Reading {
  return { kind: 'level', ...common, receivedAtMs: 1_790_000_000_000 + number, distanceMm: number };
}

function press(number: number): Reading {
  return { kind: 'button', ...common, receivedAtMs: 1_790_000_000_000 + number, action: 'order' };
}

async function openOutbox(limits: Partial<OutboxLimits>, disks = new Map<string, SimulatedDisk>()) {
  const data = await temporaryFolder();
  const thinned: number[] = [];
  const outbox = await GatewayOutbox.open(data.folder, {
    limits: { ...LIMITS, ...limits },
    events: {
      synced: () => undefined,
      unreadable: () => undefined,
      cut: () => undefined,
      thinned: (count) => thinned.push(count),
    },
    openDisk: (folder) => {
      const lane = folder.includes('urgent') ? 'urgent' : 'telemetry';
      const disk = disks.get(lane) ?? new SimulatedDisk();
      disks.set(lane, disk);
      return Promise.resolve(disk);
    },
  });
  return { outbox, thinned, disks, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
}

async function storedLevels(outbox: GatewayOutbox): Promise<number[]> {
  const levels: number[] = [];
  for (const each of outbox.outboxes) {
    for (let sequence = each.firstSequence; sequence <= each.lastSequence;) {
      const read = await each.read(sequence, { readingsMax: 100, textBytesMax: 1e6 });
      if (read.kind !== 'records') break;
      for (const { text } of read.records) {
        const reading = JSON.parse(text) as Reading;
        if (reading.kind === 'level') levels.push(reading.distanceMm ?? 0);
      }
      sequence += read.records.length;
    }
  }
  return levels;
}

test('a full outbox gives up the oldest telemetry for the newest, and counts exactly what it gave up', async () => {
  await using opened = await openOutbox({ sizeBytesMax: 8_000 });
  const { outbox, thinned } = opened;
  for (let number = 1; number <= 300; number += 1) await outbox.append([level(number)]);
  const levels = await storedLevels(outbox);
  const dropped = thinned.reduce((sum, count) => sum + count, 0);
  expect(levels.at(-1)).toBe(300);
  expect(levels).toEqual(Array.from({ length: levels.length }, (_, index) => 300 - levels.length + 1 + index));
  expect(levels.length + dropped).toBe(300);
  expect(outbox.queuedReadings).toBe(levels.length);
  expect(outbox.sizeBytes).toBeLessThan(12_000);
});

test('readings that all consumers have confirmed are not counted as given up', async () => {
  await using opened = await openOutbox({ sizeBytesMax: 8_000 });
  const { outbox, thinned } = opened;
  for (let number = 1; number <= 30; number += 1) await outbox.append([level(number)]);
  const telemetry = outbox.outboxes.at(-1);
  for (const consumer of ['ingest', 'reorder'] as const) telemetry?.confirm(consumer, [[1, 25]]);
  for (let number = 31; number <= 300; number += 1) await outbox.append([level(number)]);
  const dropped = thinned.reduce((sum, count) => sum + count, 0);
  expect(25 + dropped + outbox.queuedReadings).toBe(300);
});

test('presses of buttons block when full instead of pushing each other out', async () => {
  await using opened = await openOutbox({ readingsMax: 3 });
  const { outbox } = opened;
  for (let number = 1; number <= 3; number += 1) await outbox.append([press(number)]);
  await expect(outbox.append([press(4)])).rejects.toMatchObject({ code: 'OUTBOX_FULL', reason: 'readings' });
  const urgent = outbox.outboxes[0];
  for (const consumer of ['ingest', 'reorder'] as const) urgent?.confirm(consumer, [[1, 1]]);
  await outbox.append([press(4)]);
  expect(outbox.queuedReadings).toBe(3);
});

test('a press finds room on a full disk at the cost of old telemetry', async () => {
  const shared = new SimulatedDisk();
  const { outbox, thinned, disks } = await openOutbox({});
  for (let number = 1; number <= 100; number += 1) await outbox.append([level(number)]);
  const urgentDisk = disks.get('urgent') ?? shared;
  const telemetryDisk = disks.get('telemetry') ?? shared;
  // One disk: what telemetry gives back, the urgent lane may use.
  urgentDisk.capacityBytes = 100;
  const remove = telemetryDisk.remove.bind(telemetryDisk);
  telemetryDisk.remove = async (name) => {
    urgentDisk.capacityBytes += telemetryDisk.sizeOf(name);
    await remove(name);
  };
  await outbox.append([press(1)]);
  expect(thinned.length).toBe(1);
  expect((await storedLevels(outbox)).at(-1)).toBe(100);
});

test('a frame of which one part was refused is completed without repeating the other', async () => {
  const { outbox, disks } = await openOutbox({ readingsMax: 5 });
  const line = new SaveLine((readings) => outbox.append(readings));
  const telemetryDisk = disks.get('telemetry');
  if (!telemetryDisk) throw new Error('no disk');
  telemetryDisk.capacityBytes = 50;
  await expect(line.keep([press(1), level(1)])).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
  expect(line.unsavedCount).toBe(1);
  telemetryDisk.capacityBytes = Infinity;
  await line.keep([]);
  expect(outbox.outboxes.map(({ lastSequence }) => lastSequence)).toEqual([1, 1]);
});

test('the line of a device keeps its order when the disk refuses now and then', async () => {
  const kept: number[] = [];
  let turn = 0;
  const line = new SaveLine(async (readings) => {
    turn += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (turn % 3 === 0) throw new Error('refused');
    for (const reading of readings) if (reading.kind === 'level') kept.push(reading.distanceMm ?? 0);
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) =>
      new Promise((resolve) => setTimeout(resolve, index % 5)).then(() => line.keep([level(index + 1)])),
    ),
  );
  while (line.unsavedCount > 0) await line.saveAll().catch(() => undefined);
  expect(new Set(kept).size).toBe(kept.length);
  expect(kept.length).toBe(40);
  expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
});
