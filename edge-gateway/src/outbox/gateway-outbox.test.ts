import { once } from 'node:events';

import { ShelfwireError, type Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { OutboxFullError } from './full-error.ts';
import type { GatewayOutbox } from './gateway-outbox.ts';
import type { Outbox, OutboxLimits } from './outbox.ts';
import { SaveLines } from './save-lines.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { openTestOutbox } from './test-outbox.ts';

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
  const moved: number[] = [];
  const events = {
    thinned: (count: number) => thinned.push(count),
    alarmsMoved: (count: number) => moved.push(count),
  };
  const openDisk = (folder: string): Promise<SimulatedDisk> => {
    const lane = folder.includes('urgent') ? 'urgent' : 'telemetry';
    const disk = disks.get(lane) ?? new SimulatedDisk();
    disks.set(lane, disk);
    return Promise.resolve(disk);
  };
  const outbox = await openTestOutbox(data.folder, { segmentBytesMax: 2_000, ...limits }, { events, openDisk });
  return { outbox, thinned, moved, disks, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
}

function overload(number: number): Reading {
  return { ...level(number), quality: 'overload' };
}

async function stored(outbox: Outbox | undefined): Promise<Reading[]> {
  if (!outbox || outbox.lastSequence === 0) return [];
  const read = await outbox.read(outbox.firstSequence, { readingsMax: 1_000, textBytesMax: 1e9 });
  return read.kind === 'records' ? read.records.map(({ text }) => JSON.parse(text) as Reading) : [];
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

test('what only waits for the disk costs nothing that is kept: it is refused', async () => {
  await using opened = await openOutbox({ waitingReadingsMax: 2 });
  const { outbox, thinned } = opened;
  for (let number = 1; number <= 100; number += 1) await outbox.append([level(number)]);
  const waiting = outbox.append([level(101), level(102)]);
  await expect(outbox.append([level(103)])).rejects.toMatchObject({ reason: 'waiting' });
  await waiting;
  expect(thinned).toEqual([]);
  expect(outbox.queuedReadings).toBe(102);
});

test('an alarm outlives the telemetry around it: it goes over to the urgent outbox, as history', async () => {
  await using opened = await openOutbox({ sizeBytesMax: 8_000 });
  const { outbox, thinned, moved } = opened;
  for (let number = 1; number <= 10; number += 1) await outbox.append([level(number)]);
  // Said again while it lasts: its beginning is the news.
  for (let number = 11; number <= 14; number += 1) await outbox.append([overload(number)]);
  for (let number = 15; number <= 300; number += 1) await outbox.append([level(number)]);
  const [urgent, telemetry] = outbox.outboxes;
  const alarms = await stored(urgent);
  expect(alarms[0]).toMatchObject({ quality: 'overload', distanceMm: 11, historical: true });
  expect(alarms.every(({ quality }) => quality === 'overload')).toBe(true);
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  expect(sum(moved)).toBe(alarms.length);
  expect(sum(thinned) + sum(moved) + (telemetry?.queuedReadings ?? 0)).toBe(300);
});

test('alarms block: while they have nowhere to go, newer telemetry is refused instead', async () => {
  await using opened = await openOutbox({ readingsMax: 40 });
  const { outbox, thinned } = opened;
  for (let number = 1; number <= 40; number += 1) await outbox.append([press(number)]);
  await outbox.append([overload(1)]);
  for (let number = 2; number <= 40; number += 1) await outbox.append([level(number)]);
  await expect(outbox.append([level(41)])).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
  expect(thinned).toEqual([]);
  const urgent = outbox.outboxes[0];
  for (const consumer of ['ingest', 'reorder'] as const) urgent?.confirm(consumer, [[1, 10]]);
  await outbox.append([level(41)]);
  expect((await stored(outbox.outboxes[0])).filter(({ quality }) => quality === 'overload')).toHaveLength(1);
  expect((await storedLevels(outbox)).at(-1)).toBe(41);
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

function saving(append: (readings: readonly Reading[]) => Promise<void>) {
  const lines = new SaveLines({ append, refused: () => undefined });
  return {
    lines,
    keep: (deviceId: string, readings: readonly Reading[]) =>
      new Promise<boolean>((resolve) => lines.keep(deviceId, readings, resolve)),
  };
}

test('a frame of which one part was refused is completed without repeating the other', async () => {
  const { outbox, disks } = await openOutbox({ readingsMax: 5 });
  const { lines, keep } = saving((readings) => outbox.append(readings));
  const telemetryDisk = disks.get('telemetry');
  if (!telemetryDisk) throw new Error('no disk');
  telemetryDisk.capacityBytes = 50;
  expect(await keep('d', [press(1), level(1)])).toBe(false);
  expect(lines.isBlocked('d')).toBe(true);
  telemetryDisk.capacityBytes = Infinity;
  expect(await keep('d', [])).toBe(true);
  expect(outbox.outboxes.map(({ lastSequence }) => lastSequence)).toEqual([1, 1]);
});

test('presses that are refused keep nobody else from the disk, though they come in the same moment', async () => {
  const { outbox, disks } = await openOutbox({ readingsMax: 5 });
  const { lines, keep } = saving((readings) => outbox.append(readings));
  const urgentDisk = disks.get('urgent');
  if (!urgentDisk) throw new Error('no disk');
  urgentDisk.capacityBytes = 50;
  const outcomes = await Promise.all([keep('button', [press(1)]), keep('shelf', [level(1)]), keep('bin', [level(2)])]);
  expect(outcomes).toEqual([false, true, true]);
  expect([lines.isBlocked('button'), lines.isBlocked('shelf')]).toEqual([true, false]);
  expect(await storedLevels(outbox)).toEqual([1, 2]);
});

test('the line of a device keeps its order when the disk refuses now and then', async () => {
  const kept: number[] = [];
  const outcomes: Promise<boolean>[] = [];
  let turn = 0;
  const comeMore = (): void => {
    for (let count = 0; count < 3 && outcomes.length < 40; count += 1) {
      outcomes.push(keep('d', [level(outcomes.length + 1)]));
    }
  };
  const { lines, keep } = saving(async (readings) => {
    turn += 1;
    comeMore(); // while these are under way
    await new Promise((resolve) => setImmediate(resolve));
    if (turn % 3 === 0) throw new OutboxFullError('bytes');
    for (const reading of readings) if (reading.kind === 'level') kept.push(reading.distanceMm ?? 0);
  });
  while (outcomes.length < 40) {
    comeMore();
    await outcomes.at(-1);
  }
  const settled = await Promise.all(outcomes);
  while (lines.someBlocked) await keep('d', []);
  expect(kept).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(settled).toContain(false);
});

test.each([
  ['is none of the outbox', new Error('the disk is not what it was')],
  ['no repeat can heal', new ShelfwireError('OUTBOX_FAILED', 'what the disk holds is not known any more')],
])('an error that %s ends the process: nobody is told that the frame was kept, or refused', async (_what, error) => {
  // As in the service, where nothing waits for the lines and an unhandled rejection is the end.
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  try {
    const ended = once(process, 'unhandledRejection');
    const { keep } = saving(() => Promise.reject(error));
    expect(await Promise.race([ended.then(([reason]: unknown[]) => reason), keep('d', [level(1)])])).toBe(error);
  } finally {
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
});
