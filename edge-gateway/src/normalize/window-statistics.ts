/** What the filters ask of a row of samples, found in one pass: this runs for every sample of every scale. */
export interface WindowStatistics {
  count: number;
  mean: number;
  /** Greatest less smallest. */
  spread: number;
  /** Mean of the later half less mean of the earlier; 0 for fewer than four. */
  drift: number;
}

/** Of `values` from the index `start` on. */
export function windowStatistics(values: readonly number[], start: number): WindowStatistics {
  const count = values.length - start;
  const halfAt = start + (count >> 1);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let earlier = 0;
  let later = 0;
  for (let index = start; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
    if (index < halfAt) earlier += value;
    else later += value;
  }
  const half = count >> 1;
  const drift = count < 4 ? 0 : later / (count - half) - earlier / half;
  return { count, mean: (earlier + later) / count, spread: most - least, drift };
}
