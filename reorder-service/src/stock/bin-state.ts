/** Orders observations for ever: by time, then by the reading's identity. */
export interface ObservationKey {
  atMs: number;
  gatewayId: string;
  outboxId: string;
  sequence: number;
}

/** One series of one bin (a scale, one tag, or what a person says of the whole bin) stood at `quantity` at `atMs`. */
export interface Observation extends ObservationKey {
  binId: string;
  series: string;
  /** As measured, not rounded: 40.48 pieces. In the series of moves, what came (above 0) or left. */
  quantity: number;
  uncertainty: number;
  /** What the quantity was made with (calibration-key.ts). */
  calibration: number;
  /** A person says with it that goods came (the button "delivered"): it is not a bin that was put back. */
  announced?: boolean;
  /** The bin has no other series, or no other device: what else is known of it is of a sensor that was replaced. */
  sole?: 'series' | 'device' | undefined;
  /** The sensor says of itself that it cannot be believed; the quantity means nothing. */
  doubt?: boolean;
  /** In a bin that prefers its sensors: 0 is believed before 1. Absent where they add up. */
  rank?: number | undefined;
}

/** The series of counts by people: such an observation is about the whole bin. */
export const COUNT_SERIES = '#count';
/** What a person says was moved, where no sensor shows it. */
export const TRANSFER_SERIES = '#transfer';
export const RETURN_SERIES = '#return';
/** What a person received, where no sensor shows it. */
export const RECEIPT_SERIES = '#receipt';

/**
 * What one bin stands at. `values` are what each series said last; `bias` is what the last count by a person taught us
 * about all of them together. Where sensors add up, `onHand = max(0, sum of values + bias)`.
 */
export interface BinState {
  onHand: number;
  uncertainty: number;
  values: Readonly<Record<string, number>>;
  calibrations: Readonly<Record<string, number>>;
  /** Of the series that have one. */
  uncertainties: Readonly<Record<string, number>>;
  bias: number;
  /** True after a count and before the first sensor reading: then the count teaches the sensor. */
  counted: boolean;
  /** Series that said of themselves that they cannot be believed, and have not said anything good since. */
  doubted: readonly string[];
  /** Series that were in doubt when a person counted: what they say next is taught by the count, as it stands then. */
  untaught: readonly string[];
  /** What left a series lately and may be put back, newest last and largest first. */
  taken: readonly Taken[];
  /** Only where the first sensor that is well is believed, and the others are its witnesses. */
  preference?: Preference | undefined;
}

export interface Taken {
  series: string;
  atMs: number;
  quantity: number;
}

export interface Preference {
  ranks: Readonly<Record<string, number>>;
  /** What counts and takeovers taught, by rank. */
  offsets: Readonly<Record<number, number>>;
  /** null before the first reading. */
  believed: number | null;
  /** Since when sensors that are well contradict each other. */
  disagreeingSinceMs?: number | undefined;
}

export const EMPTY_STATE: BinState = {
  onHand: 0,
  uncertainty: 0,
  values: {},
  calibrations: {},
  uncertainties: {},
  bias: 0,
  counted: false,
  doubted: [],
  untaught: [],
  taken: [],
};

/** An observation that changed the state; `change` may be 0 (the first reading of an empty bin, a count that agrees). */
export interface Step {
  observation: Observation;
  state: BinState;
  change: number;
  /**
   * Why the level moved, as far as observations alone tell. A step up is a receipt only if an order explains it; `back`
   * is a step up no larger than what had just been taken. `doubted`, `trusted` and `witness` never move it.
   */
  cause:
    | 'first'
    | 'count'
    | 'recalibrated'
    | 'down'
    | 'up'
    | 'back'
    | 'transferred'
    | 'returned'
    | 'delivered'
    | 'doubted'
    | 'trusted'
    | 'witness';
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

export function sumOf(values: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const value of Object.values(values)) sum += value;
  return sum;
}

/** The state without these series; what is not of a series stays. */
export function without(state: BinState, gone: (series: string) => boolean): BinState {
  if (!Object.keys(state.values).some(gone) && !state.untaught.some(gone)) return state;
  const keep = (values: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).filter(([series]) => !gone(series)));
  return {
    ...state,
    values: keep(state.values),
    calibrations: keep(state.calibrations),
    uncertainties: keep(state.uncertainties),
    doubted: state.doubted.filter((series) => !gone(series)),
    untaught: state.untaught.filter((series) => !gone(series)),
    ...(state.preference ? { preference: { ...state.preference, ranks: keep(state.preference.ranks) } } : {}),
  };
}

/** The state with what a series says now; it is believed again. */
export function withValue(state: BinState, observation: Observation, value: number): BinState {
  const { series, calibration, uncertainty } = observation;
  const { [series]: _before, ...others } = state.uncertainties;
  return {
    ...state,
    values: { ...state.values, [series]: value },
    calibrations: { ...state.calibrations, [series]: calibration },
    uncertainties: uncertainty > 0 ? { ...others, [series]: uncertainty } : others,
    doubted: state.doubted.filter((each) => each !== series),
    untaught: state.untaught.filter((each) => each !== series),
  };
}
