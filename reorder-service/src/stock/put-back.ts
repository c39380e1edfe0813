import type { BinState, Observation, Taken } from './bin-state.ts';

/**
 * A bin that is lifted off, or taken to the bench, is back within so long; a delivery hardly comes so soon after as
 * much was taken. Measured between observations, never by the clock on the wall: the fold stays one of the readings.
 */
const PUT_BACK_WITHIN_MS = 10 * 60_000;
/** The state is kept with every step, so it stays small. */
const TAKEN_MAX = 4;

/** How a series went from `known` to `whole`, and what of it may be put back afterwards. */
export function moved(
  state: BinState,
  observation: Observation,
  known: number,
  whole: number,
): { cause: 'down' | 'up' | 'back'; taken: readonly Taken[] } {
  const recent = state.taken.filter((each) => observation.atMs - each.atMs <= PUT_BACK_WITHIN_MS);
  if (whole <= known) return { cause: 'down', taken: take(recent, observation, known - whole) };
  const left = putBack(recent, observation, whole - known);
  return { cause: left ? 'back' : 'up', taken: left ?? recent };
}

function take(recent: readonly Taken[], { series, atMs }: Observation, quantity: number): Taken[] {
  const larger = recent.filter((each) => each.series !== series || each.quantity > quantity);
  return [...larger, { series, atMs, quantity }].slice(-TAKEN_MAX);
}

/** @returns what may still be put back after this, or undefined if so much was not taken lately */
function putBack(recent: readonly Taken[], observation: Observation, quantity: number): Taken[] | undefined {
  if (observation.announced) return undefined;
  const { series, uncertainty } = observation;
  const from = recent.findLast((each) => each.series === series && quantity <= each.quantity + uncertainty);
  if (!from) return undefined;
  const left = recent.map((each) => (each === from ? { ...each, quantity: each.quantity - quantity } : each));
  return left.filter((each) => each.quantity > 0);
}
