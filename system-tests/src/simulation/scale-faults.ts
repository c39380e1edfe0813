import { HOUR_MS, MINUTE_MS, pick, type Fault } from './fault.ts';
import { TICK_AFTER_SAMPLE_MS } from './simulated-gateway.ts';

/** A weight that a pick left is on its way to the ledger. */
const SETTLES_WITHIN_MS = TICK_AFTER_SAMPLE_MS + 1_000;

export const SCALE_FAULTS: readonly Fault[] = [
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
    name: 'scales broken as their shelves run low',
    disturbs: [],
    lastsMs: [2 * HOUR_MS, 10 * HOUR_MS],
    begin: ({ shelves, time }, random) => {
      let isOver = false;
      for (const shelf of shelves) {
        // After the low is known, and before it has lasted.
        const afterMs = random.between(SETTLES_WITHIN_MS, SETTLES_WITHIN_MS + shelf.plan.confirmSeconds * 1_000);
        shelf.onLow = () => {
          shelf.onLow = () => undefined;
          time.after(afterMs, () => {
            if (!isOver) shelf.setScale('broken');
          });
        };
      }
      return () => {
        isOver = true;
        for (const shelf of shelves) {
          shelf.onLow = () => undefined;
          if (!shelf.isWell) shelf.setScale('well');
        }
      };
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
