/** One look at a process. */
export interface Sample {
  atHours: number;
  value: number;
}

/** Least squares. @returns by how much the value grows in an hour; 0 for fewer than two samples */
export function slopePerHour(samples: readonly Sample[]): number {
  const meanOf = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [at, value] = [meanOf((sample) => sample.atHours), meanOf((sample) => sample.value)];
  let covariance = 0;
  let variance = 0;
  for (const sample of samples) {
    covariance += (sample.atHours - at) * (sample.value - value);
    variance += (sample.atHours - at) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}

/**
 * The least of each window: what is left of a heap after its collections. Between them it goes up and down by more than
 * a leak would show in an hour.
 */
export function floorOf(samples: readonly Sample[], windowHours: number): Sample[] {
  const windows = Map.groupBy(samples, ({ atHours }) => Math.floor(atHours / windowHours));
  return [...windows.values()].map((window) =>
    window.reduce((least, each) => (each.value < least.value ? each : least)),
  );
}

/** What a process still takes on after half of the time is no warm-up. */
export function secondHalf(samples: readonly Sample[]): Sample[] {
  const last = samples.at(-1)?.atHours ?? 0;
  return samples.filter(({ atHours }) => atHours >= last / 2);
}
