import { GOOD_LINES } from './central-broker.ts';
import { DIES_AT_LAST_MS, HOUR_MS, MINUTE_MS, pick, type Fault } from './fault.ts';
import type { IngestDeath } from './simulated-ingest.ts';

const INGEST_DEATHS: readonly IngestDeath[] = ['before-store', 'after-store', 'after-confirmation'];

export const CENTRE_FAULTS: readonly Fault[] = [
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
    name: 'power of the centre cut',
    disturbs: ['ledger', 'store', 'supplier'],
    lastsMs: [DIES_AT_LAST_MS, HOUR_MS],
    begin: ({ broker, ingest, reorder, database, time }, random) => {
      // In the middle of what the ledger does, and what the broker was to bring again is gone with it: at once, or a moment
      // later, when what the ledger had said has left already.
      const laterMs = random.next() < 0.5 ? 0 : random.between(200, 5_000);
      const cut = (): void => {
        reorder.onCrash = () => undefined;
        ingest.crash();
        if (laterMs === 0) broker.wipe();
        else time.after(laterMs, () => broker.wipe());
      };
      reorder.onCrash = cut;
      if (random.next() < 0.5) database.armDeathBeforeCommit();
      else database.armDeath(1 + Math.floor(random.next() * 60));
      time.after(DIES_AT_LAST_MS - 1, () => {
        reorder.crash();
        // It was down already, by another fault: the rest goes down all the same, and not with a later crash.
        if (reorder.onCrash === cut) cut();
      });
      return async () => {
        if (!ingest.isRunning) await ingest.start();
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
];
