import type { MovementKind } from '@shelfwire/contract';

import {
  COUNT_SERIES,
  RECEIPT_SERIES,
  RETURN_SERIES,
  sumOf,
  TRANSFER_SERIES,
  withValue,
  without,
  type BinState,
  type Observation,
  type Step,
} from './bin-state.ts';
import { countPreferred, observePreferred } from './preferred-sensors.ts';
import { moved } from './put-back.ts';
import { newsOf } from './series-news.ts';

/**
 * The ledger as a pure function: folds observations in the order of their keys. Observations that change nothing leave
 * no step and no trace in the state, so the fold may begin at any step's state. This is what makes late, repeated and
 * reordered readings give the same ledger: they are put where they belong and the rest is folded again.
 * @param observations sorted by `compareKeys`, all of one bin
 */
export function foldObservations(state: BinState, observations: readonly Observation[]): Step[] {
  const steps: Step[] = [];
  let current = state;
  for (const observation of observations) {
    const step = observe(current, observation);
    if (!step) continue;
    steps.push(step);
    current = step.state;
  }
  return steps;
}

function observe(state: BinState, observation: Observation): Step | undefined {
  switch (observation.series) {
    case COUNT_SERIES:
      return count(state, observation);
    case TRANSFER_SERIES:
    case RETURN_SERIES:
    case RECEIPT_SERIES:
      return move(state, observation);
    default:
      return observation.rank === undefined
        ? sense(state, observation)
        : observePreferred(state, observation, observation.rank);
  }
}

function count(state: BinState, observation: Observation): Step {
  const quantity = Math.round(observation.quantity);
  const counted = state.preference ? countPreferred(state, quantity) : countSum(state, quantity);
  const after = { ...counted, onHand: quantity, uncertainty: 0, taken: [] };
  return { observation, cause: 'count', change: quantity - state.onHand, state: after };
}

/** What a sensor in doubt said last is not what the person saw: it is taught when it is well again. */
function countSum(state: BinState, quantity: number): BinState {
  const rest = without(state, (series) => state.doubted.includes(series));
  const sensed = Object.keys(rest.values).length > 0;
  return {
    ...rest,
    bias: quantity - sumOf(rest.values),
    counted: !sensed,
    untaught: sensed ? [...new Set([...rest.untaught, ...state.doubted])] : [],
  };
}

const CAUSE_OF_MOVES: Readonly<Record<string, Step['cause']>> = {
  [TRANSFER_SERIES]: 'transferred',
  [RETURN_SERIES]: 'returned',
  [RECEIPT_SERIES]: 'delivered',
};

/** No sensor shows it, so it changes what is believed beyond the sensors. Nothing leaves an empty bin. */
function move(state: BinState, observation: Observation): Step {
  const cause = CAUSE_OF_MOVES[observation.series] ?? 'returned';
  const onHand = Math.max(0, state.onHand + Math.round(observation.quantity));
  const change = onHand - state.onHand;
  const offset = (rank: number): number => (state.preference?.offsets[rank] ?? 0) + change;
  const ranks = Object.values(state.preference?.ranks ?? {});
  const after =
    state.preference && ranks.length > 0
      ? {
          preference: { ...state.preference, offsets: Object.fromEntries(ranks.map((rank) => [rank, offset(rank)])) },
        }
      : { bias: state.bias + change, counted: state.counted || Object.keys(state.values).length === 0 };
  return { observation, cause, change, state: { ...state, ...after, onHand } };
}

/** Sensors that add up: each is a part of the bin. */
function sense(before: BinState, observation: Observation): Step | undefined {
  const { series, doubt } = observation;
  // What was believed by preference means nothing for a sum.
  const state = before.preference ? { ...without(before, () => true), preference: undefined } : before;
  if (doubt) {
    if (state.values[series] === undefined || state.doubted.includes(series)) return undefined;
    return stepTo(observation, before, 'doubted', { ...state, doubted: [...state.doubted, series] });
  }
  const news = newsOf(state, observation);
  if (!news) return undefined;
  const { value } = news;
  const seen = withValue(without(state, news.replaces), observation, value);
  switch (news.kind) {
    case 'taught':
      return stepTo(observation, before, 'count', { ...seen, bias: state.bias - value, counted: false });
    case 'trusted':
      return stepTo(observation, before, 'trusted', seen);
    case 'recalibrated':
      return stepTo(observation, before, 'recalibrated', { ...seen, bias: 0, taken: [] });
    case 'moved': {
      const { cause, taken } = moved(state, observation, news.known, value);
      return stepTo(observation, before, cause, { ...seen, taken });
    }
    default: {
      // A tag that comes into a bin which has others is an arrival, not the first thing known of the bin.
      const first = Object.keys(state.values).length === 0 || value === 0;
      const bias = before.preference ? 0 : seen.bias;
      return stepTo(observation, before, first ? 'first' : 'up', { ...seen, bias });
    }
  }
}

function stepTo(observation: Observation, before: BinState, cause: Step['cause'], after: BinState): Step {
  const onHand = Math.max(0, sumOf(after.values) + after.bias);
  const uncertainty = sumOf(after.uncertainties);
  return { observation, cause, change: onHand - before.onHand, state: { ...after, onHand, uncertainty } };
}

/** The kind of a movement whose cause tells it; undefined for goods that came or went, which orders or people explain. */
export function kindOfCause(cause: Step['cause']): MovementKind | undefined {
  switch (cause) {
    case 'down':
    case 'up':
    case 'back':
      return undefined;
    case 'transferred':
      return 'TRANSFER';
    case 'returned':
      return 'RETURN';
    case 'delivered':
      return 'RECEIPT';
    default:
      return 'ADJUSTMENT';
  }
}
