import type { BinState, Observation } from './bin-state.ts';

const ROUNDING = 0.5;

/** What a good reading of a series says that was not known. `value` is what is kept of it. */
export type News = { value: number; replaces: (series: string) => boolean } & (
  | { kind: 'unchanged' | 'trusted' | 'taught' | 'recalibrated' | 'new' }
  | { kind: 'moved'; known: number }
);

/**
 * A change counts when it exceeds the uncertainty (domain.md) beyond the half piece of rounding, so that a load between
 * two whole numbers does not flicker. Creep adds up, since what is kept does not follow it.
 */
export function newsOf(state: BinState, observation: Observation): News {
  const { series, quantity, uncertainty, calibration } = observation;
  const value = Math.round(quantity);
  const replaces = (each: string): boolean => isReplaced(each, observation);
  const known = state.values[series];
  if (state.counted || state.untaught.includes(series)) return { kind: 'taught', value, replaces };
  if (hasReplaced(state, observation)) return { kind: 'recalibrated', value, replaces };
  if (known === undefined) return { kind: 'new', value, replaces };
  if (state.calibrations[series] !== calibration) return { kind: 'recalibrated', value, replaces };
  if (Math.abs(quantity - known) > ROUNDING + uncertainty) return { kind: 'moved', value, replaces, known };
  return { kind: state.doubted.includes(series) ? 'trusted' : 'unchanged', value: known, replaces };
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
