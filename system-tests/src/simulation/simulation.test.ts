import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Fault } from './fault.ts';
import { formatSimulation } from './report.ts';
import { simulate, type SimulationReport } from './run.ts';
import { SimulatedDatabase } from './simulated-database.ts';
import type { SimulatedSite } from './simulated-site.ts';

// New each day, so that CI does not live through the same days for ever; a failure prints the seed.
const seed = Number(process.env['FAULT_SEED'] ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const RUNS = 2;
const DAYS = 1;

let database: SimulatedDatabase;
beforeAll(async () => {
  database = await SimulatedDatabase.open();
});
afterAll(() => database.close());

test('days of a site with every fault there is break no promise, and a seed lives through the same days again', async () => {
  const reports: SimulationReport[] = [];
  for (let run = 0; run < RUNS; run += 1) reports.push(await simulate(database, { seed: seed + run, days: DAYS }));
  console.log(formatSimulation(reports));
  expect(reports.flatMap(({ broken }) => broken)).toEqual([]);
  expect(reports.reduce((sum, { orders }) => sum + orders, 0)).toBeGreaterThan(0);
  expect(await simulate(database, { seed, days: DAYS })).toEqual(reports[0]);
}, 600_000);

test('a process that counts what did not come, or does not count what did, is found out', async () => {
  const meddle = ({ gateway, ingest, reorder }: SimulatedSite): void => {
    gateway.counters.newest?.counter('shelfwire_gateway_readings_appended_total').inc();
    ingest.counters.newest?.counter('shelfwire_ingest_readings_stored_total').inc();
    reorder.counters.finished += 1;
  };
  const { broken } = await simulate(database, { seed, days: 0.1, faults: [], meddle });
  expect(broken.map(({ sentence }) => sentence)).toEqual([
    expect.stringMatching(/^gateway, readings appended: /),
    expect.stringMatching(/^ingest, readings stored or set aside: /),
    expect.stringMatching(/^reorder, readings applied: /),
  ]);
}, 300_000);

test('a chain that breaks a promise is found out: a reading that vanishes from the store, a shelf that the ledger missed', async () => {
  const meddle = (site: SimulatedSite): void => {
    site.ingest.store.forgetOne();
    const [shelf] = site.shelves;
    if (shelf) shelf.pieces -= 1;
  };
  const { broken } = await simulate(database, { seed, days: 0.25, faults: [], meddle });
  expect(broken.map(({ kind }) => kind)).toEqual(['lost', 'wrong-level']);
}, 300_000);

const HOUR_MS = 3_600_000;
/** Nobody is told of it, so that the judge takes it for a fault of ours. */
const silently = (begin: Fault['begin']): Fault => ({
  name: 'not told',
  disturbs: [],
  lastsMs: [2 * HOUR_MS, 3 * HOUR_MS],
  begin,
});

test('a ledger that hears of a pick hours late is found out, though all is well in the end', async () => {
  const cut = silently(({ broker }) => {
    broker.setSubscriberLine('reorder', false);
    return () => broker.setSubscriberLine('reorder', true);
  });
  const { broken } = await simulate(database, { seed: 5, days: 0.5, faults: [cut] });
  expect(new Set(broken.map(({ kind }) => kind))).toEqual(new Set(['late-ledger', 'late-confirmation']));
}, 300_000);

test('a message that its consumer will never take ends the days with the reason', async () => {
  const deaf = silently(({ broker }) => {
    broker.subscribe('reorder', { topics: () => true, isWell: () => true, take: () => Promise.resolve(false) });
    return () => undefined;
  });
  const { broken } = await simulate(database, { seed: 5, days: 0.5, faults: [deaf] });
  expect(broken.at(-1)).toMatchObject({
    kind: 'endless-redelivery',
    sentence: expect.stringMatching(/^reorder is well and has not taken a message of \d+ bytes on .* 11 times$/),
  });
}, 300_000);
