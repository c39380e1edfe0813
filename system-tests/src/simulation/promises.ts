import { REQUIRED_CONSUMERS, type Reading } from '@shelfwire/contract';
import { findViolations } from '@shelfwire/reorder-service/parts';
import { sql } from 'kysely';

import { broke, type BrokenPromise } from './broken-promise.ts';
import { findUnapproved } from './judge-approvals.ts';
import { findWrongEpisodes, findWrongPapers } from './judge-books.ts';
import { findWrongOrders } from './judge-orders.ts';
import type { SimulatedSite } from './simulated-site.ts';

/** Compares what the chain made of the days with what really happened. */
export async function findBrokenPromises(site: SimulatedSite): Promise<BrokenPromise[]> {
  const violations = await findViolations(site.database.db);
  return [
    ...site.lateness.broken,
    ...site.reorder.failures.map((failure) => broke('books', `reorder failed: ${failure}`)),
    ...violations.map(({ invariant, detail }) => broke('books', `${invariant}: ${detail}`)),
    ...findLostReadings(site),
    ...(await findUnapplied(site)),
    ...(await findWrongLevels(site)),
    ...(await findParked(site)),
    ...(await findWrongOrders(site)),
    ...(await findUnapproved(site)),
    ...(await findWrongPapers(site)),
    ...(await findWrongEpisodes(site)),
    ...(await findWrongCounters(site)),
  ];
}

/** Every scale is known and says what can be: nothing has to wait for a person. */
async function findParked(site: SimulatedSite): Promise<BrokenPromise[]> {
  const rows = await site.database.db
    .selectFrom('parked_reading')
    .select(['device_id', 'sequence', 'reason'])
    .execute();
  return rows.map(({ device_id: deviceId, sequence, reason }) =>
    broke('books', `reading ${sequence} of ${deviceId ?? 'nobody'} is parked: ${reason}`),
  );
}

/** No reading lost, none twice: what the devices were told is safe stands in the store once. */
function findLostReadings(site: SimulatedSite): BrokenPromise[] {
  const { counts } = site.gateway;
  const points = site.ingest.store.points.filter(({ measurement }) => measurement === 'reading');
  const stored = new Set(points.map(({ fields }) => keyOf(fields)));
  // A clock that was set back lives an hour twice: only the same sequence makes it the same reading.
  const copies = Map.groupBy(points, ({ fields }) => `${keyOf(fields)} #${fields['sequence']}`);
  const twice = [...copies].filter(([, same]) => same.length > 1);
  const missing = site.durable.filter((reading) => !stored.has(keyOf(reading)));
  const givenUp = counts.thinned + counts.unreadable;
  const broken = twice.map(([key, same]) => broke('duplicate', `stored ${same.length} times: ${key}`));
  const lose = (sentence: string): number => broken.push(broke('lost', sentence));
  for (const reading of site.gateway.brokenWords) lose(`acknowledged and not on the disk: ${reading}`);
  if (counts.unreadable > 0) lose(`${counts.unreadable} readings on the gateway's disk cannot be read`);
  // What is given up is counted, and nothing else may be missing.
  for (const reading of missing.slice(givenUp)) lose(`never stored: ${keyOf(reading)}`);
  if (site.gateway.queuedReadings > 0) lose(`${site.gateway.queuedReadings} readings are still unconfirmed`);
  if (site.ingest.counts.quarantined > 0) lose(`${site.ingest.counts.quarantined} messages in quarantine`);
  return broken;
}

/** What the gateway was told is accounted for is in the ledger's book of what was applied, whoever died meanwhile. */
async function findUnapplied({ gateway, database }: SimulatedSite): Promise<BrokenPromise[]> {
  const { rows } = await sql<{ applied: number }>`
    select coalesce(sum(last_sequence - first_sequence + 1), 0)::bigint as applied from (
      select first_sequence, last_sequence from applied_run where gateway_id <> 'person'
      union all select first_sequence, last_sequence from applied_range where gateway_id <> 'person') as booked`.execute(
    database.db,
  );
  const { thinned, unreadable } = gateway.counts;
  const missing = gateway.sequences - gateway.queuedReadings - (rows[0]?.applied ?? 0) - thinned - unreadable;
  return missing > 0 ? [broke('lost', `${missing} readings were never applied by the ledger`)] : [];
}

function keyOf(reading: Partial<Reading> | Readonly<Record<string, unknown>>): string {
  const { kind, deviceId, receivedAtMs, quality, netGrams } = reading as Record<string, unknown>;
  return [kind, deviceId, receivedAtMs, quality, netGrams].join(' ');
}

/** The ledger is the shelf. */
async function findWrongLevels(site: SimulatedSite): Promise<BrokenPromise[]> {
  const rows = await site.database.db.selectFrom('stock_level').select(['bin_id', 'on_hand']).execute();
  const levels = new Map(rows.map((row) => [row.bin_id, row.on_hand]));
  return site.shelves.flatMap(({ plan, pieces }) => {
    const level = levels.get(plan.binId);
    const sentence = `${plan.binId} holds ${pieces}, the ledger says ${level ?? 'nothing'}`;
    return level === pieces ? [] : [broke('wrong-level', sentence)];
  });
}

/**
 * Received = stored + queued + set aside + given up, by what each process itself counted (design D13). A process that
 * died may have done more than it could still count, or counted what came again: so much is allowed and no more.
 */
async function findWrongCounters(site: SimulatedSite): Promise<BrokenPromise[]> {
  const { gateway, ingest, reorder } = site;
  const broken: BrokenPromise[] = [];
  const check = (what: string, counted: number, least: number, most: number): void => {
    if (counted >= least && counted <= most) return;
    broken.push(
      broke('counters', `${what}: ${counted} counted, ${least === most ? least : `${least} to ${most}`} came`),
    );
  };
  const appended = await gateway.counters.total('shelfwire_gateway_readings_appended_total');
  const dropped = await gateway.counters.total('shelfwire_gateway_readings_dropped_total');
  const died = gateway.counts.crashes > 0;
  check('gateway, readings appended', appended, died ? gateway.counts.appended : gateway.sequences, gateway.sequences);
  for (const consumer of REQUIRED_CONSUMERS) {
    const confirmed = await gateway.counters.total('shelfwire_gateway_readings_confirmed_total', { consumer });
    const least = gateway.sequences - gateway.queuedReadings - dropped;
    // A confirmation that was not written down before the power went is news once more.
    check(`gateway, readings confirmed by ${consumer}`, confirmed, least, died ? Infinity : least + dropped);
  }
  const { finished, unfinished } = ingest.counters;
  const kept =
    (await ingest.counters.total('shelfwire_ingest_readings_stored_total')) +
    (await ingest.counters.total('shelfwire_ingest_readings_quarantined_total'));
  check('ingest, readings stored or set aside', kept, finished, finished + unfinished);
  const applied = await reorder.counters.total('shelfwire_reorder_readings_applied_total');
  check(
    'reorder, readings applied',
    applied,
    reorder.counters.finished,
    reorder.counters.finished + reorder.counters.unfinished,
  );
  const { known, begun } = reorder.heard.readings;
  const { unfinished: uncertain } = reorder.counters;
  const repeated = await reorder.counters.total('shelfwire_reorder_readings_applied_total', { outcome: 'repeated' });
  check('reorder, readings applied for the first time', applied - repeated, known - uncertain, begun + uncertain);
  return broken;
}
