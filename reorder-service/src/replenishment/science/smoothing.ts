/** Simple exponential smoothing; checked against R forecast 8.20 and statsforecast. */

/** The level after all values; the first value is the level to begin with, unless another is given. */
export function smooth(values: readonly number[], alpha: number, start: number = values[0] ?? 0): number {
  let level = start;
  for (const value of values.slice(1)) level += alpha * (value - level);
  return level;
}

export interface Smoothed {
  alpha: number;
  level: number;
  /** Sum of the squared errors one step ahead. */
  squaredErrors: number;
}

const GRID = 40;
const REFINEMENTS = 60;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Smoothing with the alpha between the bounds that would have erred least, one step ahead. */
export function smoothBest(values: readonly number[], bounds: { min: number; max: number }): Smoothed {
  const errorsAt = (alpha: number): number => squaredErrors(values, alpha);
  // The errors may have several valleys: the grid finds the deepest, the golden section its bottom.
  const step = (bounds.max - bounds.min) / GRID;
  let best = bounds.min;
  for (let i = 1; i <= GRID; i += 1) {
    const alpha = bounds.min + i * step;
    if (errorsAt(alpha) < errorsAt(best)) best = alpha;
  }
  let [low, high] = [Math.max(bounds.min, best - step), Math.min(bounds.max, best + step)];
  for (let i = 0; i < REFINEMENTS; i += 1) {
    const [left, right] = [high - GOLDEN_RATIO * (high - low), low + GOLDEN_RATIO * (high - low)];
    if (errorsAt(left) <= errorsAt(right)) high = right;
    else low = left;
  }
  const alpha = [bounds.min, bounds.max, (low + high) / 2].reduce((a, b) => (errorsAt(b) < errorsAt(a) ? b : a));
  return { alpha, level: smooth(values, alpha), squaredErrors: errorsAt(alpha) };
}

function squaredErrors(values: readonly number[], alpha: number): number {
  let level = values[0] ?? 0;
  let sum = 0;
  for (const value of values.slice(1)) {
    const error = value - level;
    sum += error * error;
    level += alpha * error;
  }
  return sum;
}
