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
