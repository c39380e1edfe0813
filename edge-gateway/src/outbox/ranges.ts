export type SequenceRange = readonly [from: number, to: number];

/** A set of sequences kept as sorted, disjoint, non-adjacent ranges, both ends included. */
export class RangeSet {
  #ranges: [number, number][] = [];

  constructor(ranges: Iterable<SequenceRange> = []) {
    for (const [from, to] of ranges) this.add(from, to);
  }

  get ranges(): readonly SequenceRange[] {
    return this.#ranges;
  }

  get size(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  /** The highest sequence in the set, 0 if it is empty. */
  get last(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  add(from: number, to: number): void {
    if (from > to) return;
    // Confirmations come nearly always in order: the end is the common place.
    const start = this.#firstEndingAtOrAfter(from - 1);
    let end = start;
    let low = from;
    let high = to;
    for (; end < this.#ranges.length; end += 1) {
      const range = this.#ranges[end];
      if (!range || range[0] > to + 1) break;
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
    this.#ranges.splice(start, end - start, [low, high]);
  }

  has(sequence: number): boolean {
    const range = this.#ranges[this.#firstEndingAtOrAfter(sequence)];
    return range !== undefined && range[0] <= sequence;
  }

  /** True if every sequence from `from` to `to` is in the set. */
  covers(from: number, to: number): boolean {
    const range = this.#ranges[this.#firstEndingAtOrAfter(from)];
    return from > to || (range !== undefined && range[0] <= from && range[1] >= to);
  }

  /** The lowest sequence ≥ `from` that is not in the set. */
  firstMissing(from: number): number {
    const range = this.#ranges[this.#firstEndingAtOrAfter(from)];
    return range !== undefined && range[0] <= from ? range[1] + 1 : from;
  }

  /** What of [from, to] is not in the set. */
  missingWithin(from: number, to: number): SequenceRange[] {
    const missing: SequenceRange[] = [];
    let next = from;
    for (let index = this.#firstEndingAtOrAfter(from); next <= to; index += 1) {
      const range = this.#ranges[index];
      if (!range || range[0] > to) {
        missing.push([next, to]);
        break;
      }
      if (range[0] > next) missing.push([next, range[0] - 1]);
      next = range[1] + 1;
    }
    return missing;
  }

  /** How many sequences of [from, to] are in the set. */
  countWithin(from: number, to: number): number {
    let count = 0;
    for (let index = this.#firstEndingAtOrAfter(from); index < this.#ranges.length; index += 1) {
      const range = this.#ranges[index];
      if (!range || range[0] > to) break;
      count += Math.min(to, range[1]) - Math.max(from, range[0]) + 1;
    }
    return count;
  }

  static intersect(sets: readonly RangeSet[]): RangeSet {
    const [first, ...others] = sets;
    let result = new RangeSet(first?.ranges);
    for (const other of others) {
      const both = new RangeSet();
      for (const [from, to] of result.ranges) {
        let next = from;
        for (const [gapFrom, gapTo] of other.missingWithin(from, to)) {
          both.add(next, gapFrom - 1);
          next = gapTo + 1;
        }
        both.add(next, to);
      }
      result = both;
    }
    return result;
  }

  #firstEndingAtOrAfter(sequence: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.[1] ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
