import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { GatewayClock } from '../gateway-clock.ts';
import { temporaryFolder } from '../test-site.ts';
import { AgeBound } from './age-bound.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { openTestOutbox } from './test-outbox.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 22, 12);
const YEAR_MS = 365 * DAY_MS;

const common = { deviceId: 'd', clockQuality: 'gateway', quality: 'good' } as const;

/** An outbox that held `before` when the process started, on a virtual clock. */
async function siteWith(before: readonly Reading[]) {
  const data = await temporaryFolder();
  const outbox = await openTestOutbox(
    data.folder,
    { segmentBytesMax: 500 },
    { openDisk: () => Promise.resolve(new SimulatedDisk()) },
  );
  for (const reading of before) await outbox.append([reading]);
  const time = { wallMs: NOW_MS, steadyMs: 5_000 };
  const clock = new GatewayClock({ wallNow: () => time.wallMs, steadyNow: () => time.steadyMs });
  clock.notBefore(NOW_MS);
  const site = { outbox, time, gaveUp: 0, pass, queued: () => outbox.telemetry.queuedReadings };
  const gaveUp = (count: number): void => {
    site.gaveUp += count;
  };
  const bound = new AgeBound({ ageMsMax: 90 * DAY_MS, clock, telemetry: outbox.telemetry, gaveUp });
  async function pass(durationMs: number, stepMs = 60_000): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      time.wallMs += stepMs;
      time.steadyMs += stepMs;
      await bound.enforce();
    }
  }
  return {
    ...site,
    get gaveUp() {
      return site.gaveUp;
    },
    [Symbol.asyncDispose]: () => data[Symbol.asyncDispose](),
  };
}

function levels(count: number, receivedAtMs: number): Reading[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'level',
    ...common,
    receivedAtMs: receivedAtMs + index,
    distanceMm: index,
  }));
}

function press(receivedAtMs: number): Reading {
  return { kind: 'button', ...common, receivedAtMs, action: 'order' };
}

test('telemetry older than the bound goes, counted; younger telemetry and every press stay', async () => {
  await using site = await siteWith([
    ...Array.from({ length: 20 }, () => press(NOW_MS - YEAR_MS)),
    ...levels(100, NOW_MS - 91 * DAY_MS),
    ...levels(100, NOW_MS - 89 * DAY_MS),
  ]);
  await site.pass(HOUR_MS);
  expect(site.gaveUp).toBeGreaterThan(90);
  expect(site.gaveUp, 'the segment that holds younger ones, too, stays').toBeLessThanOrEqual(100);
  expect(site.queued() + site.gaveUp).toBe(200);
  expect(site.outbox.queuedReadings - site.queued()).toBe(20);
});

test('one young reading keeps its segment, whatever times stand around it', async () => {
  const mixed = levels(100, NOW_MS - YEAR_MS);
  mixed[0] = { ...press(NOW_MS), kind: 'level', distanceMm: 1 } as Reading;
  await using site = await siteWith(mixed);
  await site.pass(HOUR_MS);
  expect(site.gaveUp).toBe(0);
});

test('a clock that jumps a year ahead and is put right again deletes nothing', async () => {
  await using site = await siteWith(levels(100, NOW_MS - DAY_MS));
  await site.pass(HOUR_MS);
  site.time.wallMs += YEAR_MS;
  await site.pass(10 * 60_000);
  site.time.wallMs -= YEAR_MS;
  await site.pass(HOUR_MS);
  expect(site.gaveUp).toBe(0);
});

test('a clock that creeps ahead half an hour a minute is not believed while it does', async () => {
  await using site = await siteWith(levels(100, NOW_MS - 80 * DAY_MS));
  for (let minute = 0; minute < 1_000; minute += 1) {
    site.time.wallMs += HOUR_MS / 2;
    await site.pass(60_000);
  }
  expect(site.gaveUp).toBe(0);
});

test('a gateway that starts with its clock a year ahead has a quarter of an hour to be told the time', async () => {
  await using site = await siteWith(levels(100, NOW_MS - DAY_MS));
  site.time.wallMs += YEAR_MS;
  await site.pass(14 * 60_000);
  expect(site.gaveUp).toBe(0);
});

test('what came while the process ran is not deleted however long a jump lasts', async () => {
  await using site = await siteWith([]);
  await site.outbox.append(levels(50, NOW_MS));
  await site.outbox.append(levels(50, NOW_MS));
  site.time.wallMs += YEAR_MS;
  await site.pass(DAY_MS);
  expect(site.gaveUp).toBe(0);
  await site.pass(91 * DAY_MS, HOUR_MS);
  expect(site.gaveUp, 'until it is old by the steady clock, too').toBe(50);
});

test('while the clock was never set nothing is too old; once it is, the bound holds', async () => {
  await using site = await siteWith(levels(100, NOW_MS - 200 * DAY_MS));
  site.time.wallMs = 7_000;
  await site.pass(2 * HOUR_MS);
  expect(site.gaveUp).toBe(0);
  site.time.wallMs = NOW_MS;
  await site.pass(14 * 60_000);
  expect(site.gaveUp).toBe(0);
  await site.pass(10 * 60_000);
  expect(site.gaveUp).toBeGreaterThan(90);
});
