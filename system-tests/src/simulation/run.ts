import { createHash } from 'node:crypto';

import { SeededRandom } from '@shelfwire/test-servers';

import type { BrokenPromise } from './broken-promise.ts';
import type { Fault } from './fault.ts';
import { FAULTS, planFaults } from './fault-plan.ts';
import { findBrokenPromises } from './promises.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import type { Deed } from './simulated-people.ts';
import { SimulatedSite } from './simulated-site.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SHELVES = 6;
const SETTLE_MS = 40 * 60_000;
const SETTLE_TIMES_MAX = 40;

export interface SimulationReport {
  seed: number;
  days: number;
  /** How often each fault began. */
  faults: Record<string, number>;
  messages: number;
  durable: number;
  stored: number;
  picks: number;
  orders: number;
  /** What people did with orders that waited for them: approved, called off, or tried in vain. */
  approvals: { approved: number; calledOff: number; refused: number };
  crashes: number;
  /** How often the judge asked while the days passed. */
  asked: number;
  /** Of all that happened, but for what is random in every life (ids): the same seed gives the same. */
  digest: string;
  broken: readonly BrokenPromise[];
}

export interface SimulationOptions {
  seed: number;
  days: number;
  /** What may go wrong; everything unless named. */
  faults?: readonly Fault[];
  /** Does something to the outcome before it is judged: for the tests of the judge. */
  meddle?: (site: SimulatedSite) => void;
}

/** One site for some days, with what can go wrong; the same seed gives the same days. */
export async function simulate(
  database: SimulatedDatabase,
  { seed, days, faults: among = FAULTS, meddle }: SimulationOptions,
): Promise<SimulationReport> {
  const site = new SimulatedSite(database, seed, SHELVES);
  const faults: Record<string, number> = {};
  try {
    await site.open();
    const endMs = site.time.nowMs + days * DAY_MS;
    planFaults(site, among, new SeededRandom(seed + 1), endMs, (name) => {
      faults[name] = (faults[name] ?? 0) + 1;
    });
    await site.time.runUntil(endMs);
    for (const shelf of site.shelves) shelf.close();
    site.people.close();
    await settle(site);
    meddle?.(site);
    const { stoppedBecause } = site.time;
    const broken: readonly BrokenPromise[] =
      stoppedBecause === undefined
        ? await findBrokenPromises(site)
        : [...site.lateness.broken, { kind: 'endless-redelivery', sentence: stoppedBecause }];
    const { gateway, ingest, reorder, shelves } = site;
    return {
      seed,
      days,
      faults,
      messages: shelves.reduce((sum, shelf) => sum + shelf.messages, 0),
      durable: site.durable.length,
      stored: ingest.store.points.filter(({ measurement }) => measurement === 'reading').length,
      picks: shelves.reduce((sum, shelf) => sum + shelf.picks, 0),
      orders: site.supplier.book.orders.length,
      approvals: countDeeds(site),
      crashes: gateway.counts.crashes + ingest.counts.crashes + reorder.counts.crashes,
      asked: site.lateness.asked,
      digest: await digestOf(site),
      broken,
    };
  } finally {
    site.close();
  }
}

/** Everybody says once more how things are, and what is on its way arrives. */
async function settle(site: SimulatedSite): Promise<void> {
  for (let turn = 0; turn < SETTLE_TIMES_MAX; turn += 1) {
    await site.time.runUntil(site.time.nowMs + SETTLE_MS);
    if (site.time.stoppedBecause !== undefined) return;
    if (turn > 0 && site.gateway.queuedReadings === 0 && site.broker.queued === 0) return;
  }
}

function countDeeds({ people }: SimulatedSite): SimulationReport['approvals'] {
  const count = (what: Deed['what'], ok: boolean): number =>
    people.deeds.filter((deed) => deed.what === what && deed.answer?.ok === ok).length;
  const refused = count('approve', false) + count('decline', false);
  return { approved: count('approve', true), calledOff: count('decline', true), refused };
}

async function digestOf({ durable, database, shelves, gateway, ingest, reorder }: SimulatedSite): Promise<string> {
  const movements = await database.db
    .selectFrom('stock_movement')
    .select(['bin_id', 'kind', 'change', 'at_ms', 'recorded_at_ms'])
    .orderBy('recorded_at_ms')
    .orderBy('bin_id')
    .orderBy('at_ms')
    .orderBy('change')
    .execute();
  const orders = await database.db
    .selectFrom('purchase_order')
    .select(['status', 'sentence', 'created_at_ms', 'sent_at_ms', 'closed_at_ms'])
    .orderBy('created_at_ms')
    .orderBy('sentence')
    .execute();
  const read = durable.map(({ deviceId, receivedAtMs, quality }) => [deviceId, receivedAtMs, quality]);
  const lives = [gateway.counts, ingest.counts, reorder.counts, shelves.map(({ picks, pieces }) => [picks, pieces])];
  return createHash('sha256')
    .update(JSON.stringify([read, movements, orders, lives]))
    .digest('hex')
    .slice(0, 16);
}
