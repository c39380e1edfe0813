import type { BinState, Observation } from './bin-state.ts';

const ROUNDING = 0.5;

/** What a good reading of a series says that was not known. `value` is what is kept of it. */
export type News = { value: number; replaces: (series: string) => boolean } & (
  | { kind: 'trusted' | 'taught' | 'recalibrated' | 'new' }
  | { kind: 'moved'; known: number }
);

/**
 * A change counts when it exceeds the uncertainty (domain.md) beyond the half piece of rounding, so that a load between
 * two whole numbers does not flicker. Creep adds up, since what is kept does not follow it.
 * @returns undefined if it says nothing new, which is what most readings say
 */
export function newsOf(state: BinState, observation: Observation): News | undefined {
  const { series, quantity, uncertainty, calibration } = observation;
  const known = state.values[series];
  const taught = state.counted || state.untaught.includes(series);
  const replaced = !taught && hasReplaced(state, observation);
  const moved = known !== undefined && Math.abs(quantity - known) > ROUNDING + uncertainty;
  const recalibrated = known !== undefined && state.calibrations[series] !== calibration;
  const doubted = state.doubted.includes(series);
  if (known !== undefined && !taught && !replaced && !moved && !recalibrated && !doubted) return undefined;
  const value = Math.round(quantity);
  const replaces = (each: string): boolean => isReplaced(each, observation);
  if (taught) return { kind: 'taught', value, replaces };
  if (replaced) return { kind: 'recalibrated', value, replaces };
  if (known === undefined) return { kind: 'new', value, replaces };
  if (recalibrated) return { kind: 'recalibrated', value, replaces };
  return moved ? { kind: 'moved', value, replaces, known } : { kind: 'trusted', value: known, replaces };
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
