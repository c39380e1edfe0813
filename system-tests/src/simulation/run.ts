import { SeededRandom } from '@shelfwire/test-servers';

import { FAULTS, planFaults, type Fault } from './fault-plan.ts';
import { findBrokenPromises, type BrokenPromise } from './promises.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
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
  crashes: number;
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
    await settle(site);
    meddle?.(site);
    const broken = await findBrokenPromises(site);
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
      crashes: gateway.counts.crashes + ingest.counts.crashes + reorder.counts.crashes,
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
    if (turn > 0 && site.gateway.queuedReadings === 0 && site.broker.queued === 0) return;
  }
}
