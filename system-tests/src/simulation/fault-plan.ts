import type { SeededRandom } from '@shelfwire/test-servers';

import { GOOD_LINES } from './central-broker.ts';
import { WITHIN } from './lateness.ts';
import type { IngestDeath } from './simulated-ingest.ts';
import type { SimulatedSite } from './simulated-site.ts';
import type { Way } from './ways.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const INGEST_DEATHS: readonly IngestDeath[] = ['before-store', 'after-store', 'after-confirmation'];
/** A process that was to die at its next step and had none dies after this all the same. */
const DIES_AT_LAST_MS = 5 * MINUTE_MS;

export interface Fault {
  name: string;
  /** @returns what ends it */
  begin: (site: SimulatedSite, random: SeededRandom) => () => Promise<void> | void;
  lastsMs: readonly [min: number, max: number];
  /** A shelf knows by itself what is wrong with its scale. */
  disturbs: readonly Way[];
}

function pick<Item>(items: readonly Item[], random: SeededRandom): Item {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Everything the chain promises to survive. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'gateway power cut',
    disturbs: ['ledger', 'store'],
    lastsMs: [DIES_AT_LAST_MS, 2 * HOUR_MS],
    begin: ({ gateway, time }, random) => {
      gateway.cutPower(Math.floor(random.next() * 4));
      time.after(DIES_AT_LAST_MS - 1, () => gateway.cutPower());
      return async () => {
        if (!gateway.isRunning) await gateway.start();
      };
    },
  },
  {
    name: 'line of the gateway cut',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, 8 * HOUR_MS],
    begin: ({ broker }) => {
      broker.setGatewayLine(false);
      return () => broker.setGatewayLine(true);
    },
  },
  {
    name: 'lines that lose, repeat, delay and overtake',
    disturbs: ['ledger', 'store'],
    lastsMs: [10 * MINUTE_MS, 4 * HOUR_MS],
    begin: ({ broker }, random) => {
      broker.lines = {
        lostChance: random.between(0, 0.3),
        repeatedChance: random.between(0, 0.3),
        overtakenChance: random.between(0, 0.3),
        delayMsMax: random.between(100, 20_000),
      };
      return () => {
        broker.lines = GOOD_LINES;
      };
    },
  },
  {
    name: 'broker wiped',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, MINUTE_MS],
    begin: ({ broker }) => {
      broker.wipe();
      return () => undefined;
    },
  },
  {
    name: 'ingest killed',
    disturbs: ['store'],
    lastsMs: [DIES_AT_LAST_MS, HOUR_MS],
    begin: ({ ingest, time }, random) => {
      ingest.armDeath(pick(INGEST_DEATHS, random));
      time.after(DIES_AT_LAST_MS - 1, () => ingest.crash());
      return async () => {
        if (!ingest.isRunning) await ingest.start();
      };
    },
  },
  {
    name: 'line of ingest cut',
    disturbs: ['store'],
    lastsMs: [MINUTE_MS, 4 * HOUR_MS],
    begin: ({ broker }) => {
      broker.setSubscriberLine('ingest', false);
      return () => broker.setSubscriberLine('ingest', true);
    },
  },
  {
    name: 'telemetry store away',
    disturbs: ['store'],
    lastsMs: [MINUTE_MS, 4 * HOUR_MS],
    begin: ({ ingest }) => {
      ingest.store.isAway = true;
      return () => {
        ingest.store.isAway = false;
      };
    },
  },
  {
    name: 'reorder killed',
    disturbs: ['ledger', 'supplier'],
    lastsMs: [DIES_AT_LAST_MS, HOUR_MS],
    begin: ({ reorder, database, time }, random) => {
      if (random.next() < 0.3) database.armDeathAfterCommit();
      else database.armDeath(1 + Math.floor(random.next() * 60));
      time.after(DIES_AT_LAST_MS - 1, () => reorder.crash());
      return async () => {
        if (!reorder.isRunning) await reorder.start();
      };
    },
  },
  {
    name: 'line of reorder cut',
    disturbs: ['ledger'],
    lastsMs: [MINUTE_MS, 4 * HOUR_MS],
    begin: ({ broker }) => {
      broker.setSubscriberLine('reorder', false);
      return () => broker.setSubscriberLine('reorder', true);
    },
  },
  {
    name: 'gateway clock wrong',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, 2 * HOUR_MS],
    begin: ({ gateway, time }, random) => {
      gateway.setClock(pick([HOUR_MS, -HOUR_MS, -time.nowMs, 30_000], random));
      return () => gateway.setClock(0);
    },
  },
  {
    name: 'gateway disk full',
    disturbs: ['ledger', 'store'],
    lastsMs: [MINUTE_MS, HOUR_MS],
    begin: ({ gateway }) => {
      gateway.limitDisk(0);
      return () => gateway.limitDisk(Infinity);
    },
  },
  {
    name: 'supplier down',
    disturbs: ['supplier'],
    lastsMs: [MINUTE_MS, 6 * HOUR_MS],
    begin: ({ supplier }) => {
      supplier.isDown = true;
      return () => {
        supplier.isDown = false;
      };
    },
  },
  {
    name: 'supplier breaks off after taking an order',
    disturbs: ['supplier'],
    lastsMs: [MINUTE_MS, MINUTE_MS],
    begin: ({ supplier }) => {
      supplier.breaksNextAnswer = true;
      return () => undefined;
    },
  },
  {
    name: 'scale broken',
    disturbs: [],
    lastsMs: [10 * MINUTE_MS, 6 * HOUR_MS],
    begin: ({ shelves }, random) => {
      const shelf = pick(shelves, random);
      shelf.setScale('broken');
      return () => shelf.setScale('well');
    },
  },
  {
    name: 'scale silent',
    disturbs: [],
    lastsMs: [10 * MINUTE_MS, 8 * HOUR_MS],
    begin: ({ shelves }, random) => {
      const shelf = pick(shelves, random);
      shelf.setScale('silent');
      return () => shelf.setScale('well');
    },
  },
];

/** Lets faults begin and end by the seed, several at a time now and then; all are over at `untilMs`. */
export function planFaults(
  site: SimulatedSite,
  among: readonly Fault[],
  random: SeededRandom,
  untilMs: number,
  begun: (name: string) => void,
): void {
  if (among.length === 0) return;
  const under = new Set<string>();
  const next = (): void => {
    site.time.after(random.between(20 * MINUTE_MS, 4 * HOUR_MS), () => {
      const fault = pick(among, random);
      const endsAtMs = site.time.nowMs + random.between(...fault.lastsMs);
      if (!under.has(fault.name) && endsAtMs < untilMs) {
        under.add(fault.name);
        begun(fault.name);
        site.ways.disturb(fault.disturbs);
        const end = fault.begin(site, random);
        site.time.after(endsAtMs - site.time.nowMs, async () => {
          await end();
          under.delete(fault.name);
          site.ways.heal(fault.disturbs);
          site.lateness.expect([WITHIN.ledgerMs, WITHIN.ledgerMs + WITHIN.sweepMs + WITHIN.orderMs]);
        });
      }
      if (site.time.nowMs < untilMs) next();
    });
  };
  next();
}
