import type { BucketRow, StoreAggregate } from '../telemetry-store.ts';

/** What can be added up from hours and from pieces of them; a mean cannot. */
export const PARTS = ['count', 'sum', 'min', 'max', 'last'] as const;
export type Part = (typeof PARTS)[number];

/** The parts that make these aggregates, in the order of `PARTS`. */
export function partsOf(aggregates: readonly StoreAggregate[]): Part[] {
  const needed = new Set<Part>(aggregates.flatMap((one): Part[] => (one === 'mean' ? ['count', 'sum'] : [one])));
  return PARTS.filter((part) => needed.has(part));
}

/**
 * Makes one row a bucket of rows that each cover a piece of it. Rows are `[bucketMs, …parts]` and come in time order of
 * the pieces; the answer is in time order and ends at `limit`.
 */
export function mergeBuckets(
  rows: readonly BucketRow[],
  parts: readonly Part[],
  aggregates: readonly StoreAggregate[],
  limit: number,
): BucketRow[] {
  const buckets = new Map<number, number[]>();
  for (const [bucketMs, ...values] of rows) {
    const before = buckets.get(bucketMs);
    buckets.set(bucketMs, before ? parts.map((part, index) => added(part, before[index], values[index])) : values);
  }
  const value = (totals: readonly number[], part: Part): number => totals[parts.indexOf(part)] ?? Number.NaN;
  return [...buckets]
    .sort((a, b) => a[0] - b[0])
    .slice(0, limit)
    .map(([bucketMs, totals]): BucketRow => [
      bucketMs,
      ...aggregates.map((one) => (one === 'mean' ? value(totals, 'sum') / value(totals, 'count') : value(totals, one))),
    ]);
}

function added(part: Part, before = Number.NaN, value = Number.NaN): number {
  switch (part) {
    case 'min':
      return Math.min(before, value);
    case 'max':
      return Math.max(before, value);
    case 'last':
      return value;
    default:
      return before + value;
  }
}
