import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { StoreAwayError } from './errors.ts';
import { Ingest, type IngestOutcome, type IngestParts } from './ingest.ts';
import { IngestReport } from './ingest-report.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { StoreHold } from './store/hold.ts';
import type { TelemetryStore } from './store/telemetry-store.ts';
import { weightReading } from './testing/test-gateway.ts';

const OUTBOX_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const READINGS = 'shelfwire/v1/ours/s1/readings';
/** Tries once. */
const IMPATIENT = { holdMs: 0, retryFirstMs: 1, retryMaxMs: 1 };

let folder: string;
let quarantine: Quarantine;
/** What was done to the outside, in its order. */
let steps: string[];
let store: Pick<TelemetryStore, 'write'>;
let publish: IngestParts['publishConfirmation'];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shelfwire-ingest-'));
  quarantine = await Quarantine.open({ folder, sizeBytesMax: 100_000, entriesMax: 100, onDropped: () => undefined });
  const add = quarantine.add.bind(quarantine);
  quarantine.add = async (entries) => {
    const fresh = await add(entries);
    steps.push(`set aside ${entries.map(({ reason }) => reason).join()}`);
    return fresh;
  };
  steps = [];
  store = {
    write: (points) => {
      steps.push(`stored ${points.length}`);
      return Promise.resolve({ rejected: [] });
    },
  };
  publish = (topic, { ranges }) => {
    steps.push(`${topic.split('/').slice(2).join('/')} ${JSON.stringify(ranges)}`);
    return Promise.resolve();
  };
});
afterEach(async () => {
  await quarantine.close();
  rmSync(folder, { recursive: true });
});

function handle(topic: string, message: unknown): Promise<IngestOutcome> {
  const parts: IngestParts = {
    store: store as TelemetryStore,
    quarantine,
    publishConfirmation: publish,
    report: new IngestReport(createLogger('test', { level: 'silent' }), new ServiceMetrics({ collectDefaults: false })),
    hold: new StoreHold(IMPATIENT),
  };
  const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  return new Ingest(parts).handle({ topic, payload, arrivedAtMs: 1_763_800_000_000 }, new AbortController().signal);
}

const batch = (readings: readonly unknown[]) => ({
  schema: 'readings/1',
  gatewayId: 'gw-1',
  outboxId: OUTBOX_ID,
  firstSequence: 7,
  sentAtMs: 1_763_800_000_000,
  readings,
});
const NINE_WITH_A_BAD_ONE = batch([weightReading(7), { kind: 'nonsense' }, weightReading(9)]);

test('readings are confirmed only when the store has the good ones and the quarantine the others', async () => {
  store.write = (points) => {
    steps.push(`stored ${points.length}`);
    return Promise.resolve({ rejected: [{ index: 1, reason: 'field type conflict' }] });
  };
  expect(await handle(READINGS, NINE_WITH_A_BAD_ONE)).toBe('done');
  expect(steps).toEqual(['stored 2', 'set aside bad-reading,refused-by-store', 'ours/s1/confirmations/ingest [[7,9]]']);
  const { items } = await quarantine.list({ tenantId: 'ours', afterId: undefined, limit: 10 });
  // Each by its own number, so that a repeat is known: the second of the two points was the third reading.
  expect(items.map(({ content }) => content.form === 'reading' && content.sequence)).toEqual([8, 9]);
});

test('what the store does not take is neither set aside nor confirmed', async () => {
  store.write = () => Promise.reject(new StoreAwayError('STORE_UNAVAILABLE', 'away'));
  expect(await handle(READINGS, NINE_WITH_A_BAD_ONE)).toBe('unconfirmed');
  expect(await handle('shelfwire/v1/ours/s1/stock', '{}')).toBe('done'); // no event at all, whatever the store does
  expect(steps).toEqual(['set aside bad-event']);
});

test('what cannot be set aside is not confirmed', async () => {
  quarantine.add = () => Promise.reject(new Error('the disk is full'));
  expect(await handle(READINGS, NINE_WITH_A_BAD_ONE)).toBe('unconfirmed');
  expect(steps).toEqual(['stored 2']);
  expect(await handle(READINGS, 'no JSON')).toBe('unconfirmed');
});

test('a batch of which nobody could be told comes again', async () => {
  publish = () => Promise.reject(new Error('no connection to the broker'));
  expect(await handle(READINGS, batch([weightReading(7)]))).toBe('unconfirmed');
  expect(steps).toEqual(['stored 1']);
});

test('an event that the store refuses for ever is set aside, and no confirmation is sent for events', async () => {
  store.write = (points) =>
    Promise.resolve({ rejected: points.map((_, index) => ({ index, reason: 'field type conflict' })) });
  const status = { schema: 'gateway-status/1', gatewayId: 'gw-1', online: false, atMs: 1_763_800_000_000 };
  expect(await handle('shelfwire/v1/ours/s1/gateways/gw-1/status', status)).toBe('done');
  expect(steps).toEqual(['set aside refused-by-store']);
});

test('a message that is none of ours is set aside as a whole, for nobody, and one of a site for its tenant', async () => {
  expect(await handle('somewhere/else', '{}')).toBe('done');
  expect(await handle(READINGS, 'no JSON')).toBe('done');
  expect(await handle(READINGS, { schema: 'readings/1' })).toBe('done');
  expect(steps).toEqual(['set aside unknown-topic', 'set aside not-json', 'set aside bad-envelope']);
  const { items } = await quarantine.list({ tenantId: 'ours', afterId: undefined, limit: 10 });
  expect(items.map(({ reason }) => reason)).toEqual(['not-json', 'bad-envelope']);
});
