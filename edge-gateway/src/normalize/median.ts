/**
 * Running median over the last `count` samples that are not older than `withinMs`: removes spikes of up to
 * (count − 1) / 2 samples. It forgets by time too, so that a slow sensor is not smoothed over minutes.
 */
export class MedianFilter {
  readonly #count: number;
  readonly #withinMs: number;
  #samples: { value: number; atMs: number }[] = [];

  constructor(count: number, withinMs: number) {
    this.#count = count;
    this.#withinMs = withinMs;
  }

  push(value: number, atMs: number): number {
    if (this.#count === 1) return value;
    this.#samples.push({ value, atMs });
    const oldestMs = atMs - this.#withinMs;
    while (this.#samples.length > this.#count || (this.#samples[0]?.atMs ?? atMs) < oldestMs) this.#samples.shift();
    // Of two that disagree nobody knows the right one: the newer is taken, and the motion band shows the doubt.
    return this.#samples.length < 3 ? value : medianOf(this.#samples.map((sample) => sample.value));
  }

  reset(): void {
    this.#samples = [];
  }
}

/** @returns the middle value; of an even number the mean of the two in the middle; NaN of none */
export function medianOf(values: readonly number[]): number {
  const sorted = sortedFew(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** By insertion: a handful of values, several times a sample. */
function sortedFew(values: readonly number[]): number[] {
  const sorted: number[] = [];
  for (const value of values) {
    let at = sorted.length;
    for (; at > 0 && (sorted[at - 1] ?? -Infinity) > value; at -= 1) sorted[at] = sorted[at - 1] ?? value;
    sorted[at] = value;
  }
  return sorted;
}
