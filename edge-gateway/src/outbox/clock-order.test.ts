import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { ClockOrder } from './clock-order.ts';
import { openTestOutbox, readingsIn } from './test-outbox.ts';

const NOON_MS = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;

function counted(receivedAtMs: number, more: Partial<Reading> = {}): Reading {
  const common = { deviceId: 'counter', receivedAtMs, clockQuality: 'gateway', quality: 'good' } as const;
  return { kind: 'count', ...common, pieces: 1, ...more } as Reading;
}

test('while the clock goes on, nothing is marked, and nothing is copied', () => {
  const order = new ClockOrder(0);
  const readings = [counted(NOON_MS), counted(NOON_MS + 5), counted(NOON_MS + 3)];
  expect(order.mark(readings)).toBe(readings);
});

test('readings after a clock that was set back are not before those it had, until it has caught up', () => {
  const order = new ClockOrder(0);
  order.mark([counted(NOON_MS)]);
  expect(order.mark([counted(NOON_MS - HOUR_MS)])).toEqual([counted(NOON_MS - HOUR_MS, { notBeforeMs: NOON_MS })]);
  expect(order.mark([counted(NOON_MS - HOUR_MS / 2)])).toMatchObject([{ notBeforeMs: NOON_MS }]);
  expect(order.mark([counted(NOON_MS + 1)])).toEqual([counted(NOON_MS + 1)]);
});

test('so it is after a restart with a clock that begins in the past', () => {
  const order = new ClockOrder(NOON_MS);
  expect(order.mark([counted(NOON_MS - 5_000)])).toMatchObject([{ notBeforeMs: NOON_MS }]);
});

test('history keeps its own time', () => {
  const order = new ClockOrder(NOON_MS);
  const past = [counted(NOON_MS - HOUR_MS, { historical: true })];
  expect(order.mark(past)).toBe(past);
});

test('a restart while the clock is still in the past does not forget how late it had been', async () => {
  await using data = await temporaryFolder();
  const before = await openTestOutbox(data.folder);
  await before.append([counted(NOON_MS)]);
  await before.append([counted(NOON_MS - HOUR_MS)]);
  await before.close();
  const after = await openTestOutbox(data.folder);
  expect(await after.newestReceivedAtMs()).toBe(NOON_MS);
  await after.append([counted(NOON_MS - HOUR_MS + 1)]);
  await after.close();
  expect((await readingsIn(data.folder)).at(-1)).toMatchObject({ notBeforeMs: NOON_MS });
});

test('the newest reading is known after a restart, also where what settled for a while or was told of the past came after it', async () => {
  await using data = await temporaryFolder();
  const before = await openTestOutbox(data.folder);
  await before.append([counted(NOON_MS), counted(NOON_MS - 40)]);
  await before.append([counted(NOON_MS - HOUR_MS, { historical: true })]);
  await before.close();
  const after = await openTestOutbox(data.folder);
  expect(await after.newestReceivedAtMs()).toBe(NOON_MS);
  await after.close();
});
