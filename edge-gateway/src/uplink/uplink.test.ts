import { readingBatchSchema, type Reading, type ReadingBatch } from '@shelfwire/contract';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import { expect, test } from 'vitest';

import { GatewayEvents } from '../events.ts';
import type { LinkOptions } from '../mqtt-link.ts';
import type { GatewayOutbox } from '../outbox/gateway-outbox.ts';
import { openTestOutbox } from '../outbox/test-outbox.ts';
import { temporaryFolder } from '../test-site.ts';
import { Uplink, type CentralLink } from './uplink.ts';

const NOW_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 10 * MINUTE_MS;
const SITE = { tenantId: 'demo', siteId: 'plant-1' };
const CONFIRMATIONS = 'shelfwire/v1/demo/plant-1/confirmations';

/** The centre at the other end of a line that delivers at once, on a clock that only the test moves. */
class Centre implements CentralLink {
  isConnected = true;
  steadyMs = 0;
  readonly batches: ReadingBatch[] = [];
  readonly statuses: number[] = [];
  #options: LinkOptions | undefined;
  readonly events = new GatewayEvents(createLogger('test', { level: 'silent' }), new ServiceMetrics());
  readonly uplink: Uplink;

  readonly outbox: GatewayOutbox;

  constructor(outbox: GatewayOutbox) {
    this.outbox = outbox;
    this.uplink = new Uplink({
      site: SITE,
      gatewayId: 'gw-1',
      outbox,
      events: this.events,
      link: { url: 'mqtt://centre' },
      connect: (options) => {
        this.#options = options;
        return this;
      },
      plan: {
        windowReadings: 1_000,
        backlogWindowReadings: 500,
        resendAfterMs: MINUTE_MS,
        resendAfterMsMax: MINUTE_MS,
        random: () => 0.5,
      },
      historyReadingsPerSecond: 10,
      statusText: () => 'status',
      configMessage: () => undefined,
      now: () => NOW_MS + this.steadyMs,
      steadyNow: () => this.steadyMs,
    });
  }

  start(): void {
    this.#options?.connected();
  }

  publish(topic: string, text: string): boolean {
    if (topic.endsWith('/readings')) this.batches.push(readingBatchSchema.parse(JSON.parse(text)));
    else this.statuses.push(this.steadyMs);
    return true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async says(topic: string, message: unknown): Promise<void> {
    const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    await this.#options?.message({ cmd: 'publish', qos: 1, dup: false, retain: false, topic, payload });
  }

  async confirms(consumer: 'ingest' | 'reorder', ranges: [number, number][], outboxId?: string): Promise<void> {
    const own = this.outbox.telemetry.outboxes[0]?.outboxId;
    await this.says(`${CONFIRMATIONS}/${consumer}`, { outboxId: outboxId ?? own, ranges });
  }

  /** What the next turn of the uplink sends: sequence → whether it is marked as history. */
  async turn(): Promise<[sequence: number, historical: boolean][]> {
    const before = this.batches.length;
    await this.uplink.step();
    return this.batches
      .slice(before)
      .flatMap(({ firstSequence, readings }) =>
        readings.map((reading, index): [number, boolean] => [firstSequence + index, reading.historical === true]),
      );
  }
}

function level(receivedAtMs: number): Reading {
  return { kind: 'level', deviceId: 'd', clockQuality: 'gateway', quality: 'good', receivedAtMs, distanceMm: 1 };
}

async function opened(ages: readonly number[]) {
  const data = await temporaryFolder();
  const outbox = await openTestOutbox(data.folder);
  if (ages.length > 0) await outbox.append(ages.map((ageMs) => level(NOW_MS - ageMs)));
  const centre = new Centre(outbox);
  const dispose = async (): Promise<void> => {
    await outbox.close();
    await data[Symbol.asyncDispose]();
  };
  return { outbox, centre, [Symbol.asyncDispose]: dispose };
}

test('its very first turn knows what is old: that is history and limited in rate, what is young goes at once beside it', async () => {
  const old = Array.from({ length: 30 }, () => TEN_MINUTES_MS + 1);
  await using site = await opened([...old, TEN_MINUTES_MS - 1, 0]);
  expect(await site.centre.turn()).toEqual([
    [31, false],
    [32, false],
    ...Array.from({ length: 10 }, (_, index) => [index + 1, true]),
  ]);
  expect(await site.centre.turn(), 'a second’s worth of history is out').toEqual([]);
  site.centre.steadyMs += 500;
  expect(await site.centre.turn()).toEqual([11, 12, 13, 14, 15].map((sequence) => [sequence, true]));
});

test('what waited here for longer than live readings may is history, though it was live when it came', async () => {
  await using site = await opened([]);
  site.centre.isConnected = false;
  await site.centre.turn();
  await site.outbox.append([level(NOW_MS)]);
  for (; site.centre.steadyMs < TEN_MINUTES_MS + MINUTE_MS; site.centre.steadyMs += 5_000) await site.centre.turn();
  await site.outbox.append([level(NOW_MS + site.centre.steadyMs)]);
  site.centre.isConnected = true;
  expect(await site.centre.turn()).toEqual([
    [2, false],
    [1, true],
  ]);
});

test('a reading leaves the queue when both consumers have confirmed it, in words that are about this outbox', async () => {
  await using site = await opened([0, 0, 0]);
  const { centre, outbox } = site;
  await centre.turn();
  await centre.confirms('ingest', [[1, 3]]);
  await centre.confirms('reorder', [[1, 3]], '7f6b2f0e-5f0c-4a55-9d5c-0a3c1f2b9e11');
  await centre.says(`${CONFIRMATIONS}/reorder`, 'no JSON');
  await centre.says(`${CONFIRMATIONS}/reorder`, { ranges: [[1, 3]] });
  expect(outbox.queuedReadings).toBe(3);
  await centre.confirms('reorder', [[1, 2]]);
  expect(outbox.queuedReadings).toBe(1);
  await centre.confirms('reorder', [[1, 99]]);
  expect(outbox.queuedReadings).toBe(0);
  expect(centre.events.counters.readingsConfirmed).toBe(3);
  await outbox.append([level(NOW_MS)]);
  expect(outbox.queuedReadings, 'what was not given out then is not confirmed').toBe(1);
});

test('a new connection sends again what is not confirmed, and nothing else', async () => {
  await using site = await opened([0, 0, 0]);
  const { centre } = site;
  expect(await centre.turn()).toHaveLength(3);
  expect(await centre.turn(), 'it is on its way').toEqual([]);
  for (const consumer of ['ingest', 'reorder'] as const) await centre.confirms(consumer, [[1, 2]]);
  centre.start();
  expect(await centre.turn()).toEqual([[3, false]]);
});

test('says how it is when it connects and every quarter of a minute, though there is nothing to send', async () => {
  await using site = await opened([]);
  const { centre } = site;
  centre.start();
  for (; centre.steadyMs <= 45_000; centre.steadyMs += 5_000) await centre.turn();
  expect(centre.statuses).toEqual([0, 15_000, 30_000, 45_000]);
});
