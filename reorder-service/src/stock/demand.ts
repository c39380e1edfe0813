/** Demand beside the policy: what is reserved and can be served from the shelf, and what cannot. */
export interface Demand {
  reserved: number;
  backordered: number;
}

/**
 * Splits open demand by what is on hand. `reserved` never exceeds the stock, so that what is available is never below
 * zero; the position is the same however it is split.
 */
export function splitDemand(open: number, onHand: number): Demand {
  const reserved = Math.min(open, Math.max(0, onHand));
  return { reserved, backordered: open - reserved };
}

/** Something left the bin as the sensors saw it (`taken`), or somebody said that reserved goods were handed out (`said`). */
export interface HandoutEvent {
  kind: 'taken' | 'said';
  quantity: number;
  atMs: number;
}

/** What was taken is the hand-out of a reservation for so long, unless somebody says so before: then it was something else. */
export const HANDOUT_SETTLES_MS = 15 * 60_000;

/**
 * So far back is looked. Longer for what was taken than for what was said: a saying whose taking is not looked at would settle
 * somebody else's, and that piece would count twice. The other way round, a piece waits a little longer to be ordered for.
 */
export const SAID_LOOKED_BACK_MS = 2 * HANDOUT_SETTLES_MS;
export const TAKEN_LOOKED_BACK_MS = SAID_LOOKED_BACK_MS + HANDOUT_SETTLES_MS / 2;

interface Rest {
  left: number;
  atMs: number;
}

/**
 * Handing out and saying so are two acts. Between them the goods are off the shelf and reserved still: how many, so that
 * the position counts each of them once. First taken, first said; what is said before it is seen is not taken twice. Pure.
 * It holds where the two are at most half of HANDOUT_SETTLES_MS apart.
 * @param events as far back as is looked, oldest first
 */
export function takenAndNotSaid(events: readonly HandoutEvent[], nowMs: number): number {
  const taken: Rest[] = [];
  const said: Rest[] = [];
  for (const { kind, quantity, atMs } of events) {
    forget(taken, atMs);
    forget(said, atMs);
    // Found not to have been taken after all (a late reading): it takes itself back and nothing else.
    if (quantity < 0) {
      settle(taken, -quantity);
      continue;
    }
    const [mine, others] = kind === 'taken' ? [taken, said] : [said, taken];
    const left = settle(others, quantity);
    if (left > 0) mine.push({ left, atMs });
  }
  forget(taken, nowMs);
  return taken.reduce((sum, { left }) => sum + left, 0);
}

function forget(rests: Rest[], nowMs: number): void {
  while (rests[0] && rests[0].atMs <= nowMs - HANDOUT_SETTLES_MS) rests.shift();
}

/** @returns what is left of the quantity */
function settle(rests: Rest[], quantity: number): number {
  let left = quantity;
  while (left > 0 && rests[0]) {
    const [first] = rests;
    const used = Math.min(left, first.left);
    left -= used;
    first.left -= used;
    if (first.left === 0) rests.shift();
  }
  return left;
}
