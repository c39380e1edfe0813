import type { SeededRandom } from '@shelfwire/test-servers';

import type { SimulatedSite } from './simulated-site.ts';
import type { Way } from './ways.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** A process that was to die at its next step and had none dies after this all the same. */
export const DIES_AT_LAST_MS = 5 * MINUTE_MS;

export interface Fault {
  name: string;
  /** @returns what ends it */
  begin: (site: SimulatedSite, random: SeededRandom) => () => Promise<void> | void;
  lastsMs: readonly [min: number, max: number];
  /** A shelf knows by itself what is wrong with its scale. */
  disturbs: readonly Way[];
}

export function pick<Item>(items: readonly Item[], random: SeededRandom): Item {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
