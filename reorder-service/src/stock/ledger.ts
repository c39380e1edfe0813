import type { MovementKind } from '@shelfwire/contract';

/** Orders observations for ever: by time, then by the reading's identity. */
export interface ObservationKey {
  atMs: number;
  gatewayId: string;
  outboxId: string;
  sequence: number;
}

/** One series of one bin (a scale, one tag, or a person's count of the whole bin) stood at `quantity` at `atMs`. */
export interface Observation extends ObservationKey {
  binId: string;
  series: string;
  /** As measured, not rounded: 40.48 pieces. */
  quantity: number;
  uncertainty: number;
  /** What the quantity was made with (calibration-key.ts). */
  calibration: number;
  /** A person says with it that goods came (the button "delivered"): it is not a bin that was put back. */
  announced?: boolean;
  /** The bin has no other series, or no other device: what else is known of it is of a sensor that was replaced. */
  sole?: 'series' | 'device' | undefined;
}

/** The series of counts by people: such an observation is about the whole bin. */
export const COUNT_SERIES = '#count';

/**
 * What one bin stands at. `values` are what each series said last; `bias` is what the last count by a person taught us
 * about all of them together. `onHand = max(0, sum of values + bias)`.
 */
export interface BinState {
  onHand: number;
  uncertainty: number;
  values: Readonly<Record<string, number>>;
  calibrations: Readonly<Record<string, number>>;
  bias: number;
  /** True after a count and before the first sensor reading: then the count teaches the sensor. */
  counted: boolean;
  /** What left a series lately and may be put back, newest last and largest first. */
  taken: readonly Taken[];
}

interface Taken {
  series: string;
  atMs: number;
  quantity: number;
}

const ROUNDING = 0.5;
/**
 * A bin that is lifted off, or taken to the bench, is back within so long; a delivery hardly comes so soon after as
 * much was taken. Measured between observations, never by the clock on the wall: the fold stays one of the readings.
 */
const PUT_BACK_WITHIN_MS = 10 * 60_000;
/** The state is kept with every step, so it stays small. */
const TAKEN_MAX = 4;

export const EMPTY_STATE: BinState = {
  onHand: 0,
  uncertainty: 0,
  values: {},
  calibrations: {},
  bias: 0,
  counted: false,
  taken: [],
};

/** An observation that changed the state; `change` may be 0 (the first reading of an empty bin, a count that agrees). */
export interface Step {
  observation: Observation;
  state: BinState;
  change: number;
  /**
   * Why the level moved, as far as observations alone tell. A step up is a receipt only if an order explains it; `back`
   * is a step up no larger than what had just been taken.
   */
  cause: 'first' | 'count' | 'recalibrated' | 'down' | 'up' | 'back';
}

export function compareKeys(a: ObservationKey, b: ObservationKey): number {
  return (
    a.atMs - b.atMs ||
    compareText(a.gatewayId, b.gatewayId) ||
    compareText(a.outboxId, b.outboxId) ||
    a.sequence - b.sequence
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

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
  return observation.series === COUNT_SERIES ? count(state, observation) : sense(state, observation);
}

function count(state: BinState, observation: Observation): Step {
  const sum = sumOf(state.values);
  const sensed = Object.keys(state.values).length > 0;
  return stepTo(observation, state, 'count', {
    ...state,
    uncertainty: 0,
    bias: Math.round(observation.quantity) - sum,
    counted: !sensed,
    taken: [],
  });
}

function sense(state: BinState, observation: Observation): Step | undefined {
  const { series, quantity, uncertainty, calibration } = observation;
  const known = state.values[series];
  const recalibrated = known !== undefined && state.calibrations[series] !== calibration;
  // A change counts when it exceeds the uncertainty (domain.md) beyond the half piece of rounding, so that a load
  // between two whole numbers does not flicker. Creep adds up, since the level does not follow it.
  const unchanged = known !== undefined && Math.abs(quantity - known) <= ROUNDING + uncertainty;
  const replaces = hasReplaced(state, observation);
  if (unchanged && !recalibrated && !replaces && !state.counted) return undefined;

  const whole = Math.round(quantity);
  const values = { ...stillIn(state.values, observation), [series]: whole };
  const calibrations = { ...stillIn(state.calibrations, observation), [series]: calibration };
  const seen = { ...state, values, calibrations, uncertainty };
  if (state.counted) return stepTo(observation, state, 'count', { ...seen, bias: state.bias - whole, counted: false });
  if (known === undefined && !replaces) return stepTo(observation, state, firstCause(state, whole), seen);
  if (known === undefined || recalibrated || replaces)
    return stepTo(observation, state, 'recalibrated', { ...seen, bias: 0, taken: [] });
  const recent = state.taken.filter((each) => observation.atMs - each.atMs <= PUT_BACK_WITHIN_MS);
  if (whole <= known)
    return stepTo(observation, state, 'down', { ...seen, taken: take(recent, observation, known - whole) });
  const left = putBack(recent, observation, whole - known);
  return stepTo(observation, state, left ? 'back' : 'up', { ...seen, taken: left ?? recent });
}

function hasReplaced(state: BinState, observation: Observation): boolean {
  if (observation.sole === undefined) return false;
  for (const series in state.values) if (isReplaced(series, observation)) return true;
  return false;
}

function isReplaced(series: string, { series: sole, sole: of }: Observation): boolean {
  if (of === undefined || series === sole) return false;
  return of === 'series' || deviceOf(series) !== deviceOf(sole);
}

/** A series is a device, or `device/sensor`. */
function deviceOf(series: string): string {
  return series.split('/', 1)[0] ?? series;
}

function stillIn(values: Readonly<Record<string, number>>, observation: Observation): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([series]) => !isReplaced(series, observation)));
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

function firstCause(state: BinState, quantity: number): Step['cause'] {
  // A tag that comes into a bin which has others is an arrival, not the first thing known of the bin.
  return Object.keys(state.values).length === 0 || quantity === 0 ? 'first' : 'up';
}

function stepTo(
  observation: Observation,
  before: BinState,
  cause: Step['cause'],
  after: Omit<BinState, 'onHand'>,
): Step {
  const onHand = Math.max(0, sumOf(after.values) + after.bias);
  return { observation, cause, change: onHand - before.onHand, state: { ...after, onHand } };
}

function sumOf(values: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const value of Object.values(values)) sum += value;
  return sum;
}

/** The kind of a movement whose cause needs no order to be known; undefined for a step up. */
export function kindOfCause(cause: Step['cause']): MovementKind | undefined {
  switch (cause) {
    case 'down':
      return 'CONSUMPTION';
    case 'first':
    case 'count':
    case 'recalibrated':
      return 'ADJUSTMENT';
    default:
      return undefined;
  }
}
