import type { SeriesPair, Stretch, StretchesRequest } from '../telemetry-store.ts';
import { HOUR_MS, splitRange, type HourKnowledge, type Range } from './split-range.ts';

/** One hour of one series, as its readings were when it was computed; null in what an earlier version computed. */
export interface HourOfSeries {
  hourMs: number;
  firstAtMs: number | null;
  lastAtMs: number | null;
  /** Value × ms from the first reading to the last, each value held until the next reading. */
  integral: number | null;
  /** The longest time between two readings. */
  gapMaxMs: number | null;
  last: number;
}

interface Source extends HourKnowledge {
  hours: (range: Range) => Promise<HourOfSeries[]>;
  readings: (range: Range, limit: number) => Promise<SeriesPair[]>;
}

/**
 * Whole hours where their values say all that a mean over time needs, readings everywhere else: where an hour is not
 * covered, where a sensor was silent in it for longer than a value holds, and where several sensors of a device share it.
 */
export async function readStretches(request: StretchesRequest, source: Source): Promise<Stretch[]> {
  const found: HourOfSeries[] = [];
  for (const segment of splitRange(request, source)) {
    if (segment.from === 'hours') found.push(...(await source.hours(segment)));
  }
  const { usable, unusable } = sorted(found, request.holdMs, source.isRawGone);
  const stretches: Stretch[] = [];
  const isCovered = (hourMs: number): boolean => source.isCovered(hourMs) && !unusable.has(hourMs);
  for (const segment of splitRange(request, { ...source, isCovered })) {
    if (segment.from === 'hours') {
      stretches.push(...usable.filter(({ fromMs }) => fromMs >= segment.fromMs && fromMs < segment.toMs));
    } else {
      const limit = request.limit - stretches.length;
      if (limit <= 0) break;
      const pairs = await source.readings(segment, limit);
      for (const pair of pairs) stretches.push(readingAsStretch(pair));
      if (pairs.length >= limit) break;
    }
  }
  return stretches.slice(0, request.limit);
}

export function readingAsStretch([atMs, value]: SeriesPair): Stretch {
  return { fromMs: atMs, toMs: atMs, integral: 0, last: value };
}

function sorted(
  hours: readonly HourOfSeries[],
  holdMs: number,
  isRawGone: (hourMs: number) => boolean,
): { usable: Stretch[]; unusable: ReadonlySet<number> } {
  const usable = new Map<number, Stretch>();
  const unusable = new Set<number>();
  for (const { hourMs, firstAtMs, lastAtMs, integral, gapMaxMs, last } of hours) {
    if (isRawGone(hourMs)) {
      // The best there is. Of several sensors the one that spoke last; of an older version's hours the last value.
      const known = firstAtMs !== null && lastAtMs !== null && integral !== null;
      const stretch = known
        ? { fromMs: firstAtMs, toMs: lastAtMs, integral, last }
        : { fromMs: hourMs, toMs: hourMs + HOUR_MS - 1, integral: last * (HOUR_MS - 1), last };
      if (stretch.toMs >= (usable.get(hourMs)?.toMs ?? 0)) usable.set(hourMs, stretch);
    } else if (usable.has(hourMs) || firstAtMs === null || lastAtMs === null || integral === null) {
      unusable.add(hourMs);
    } else if ((gapMaxMs ?? Number.POSITIVE_INFINITY) > holdMs) unusable.add(hourMs);
    else usable.set(hourMs, { fromMs: firstAtMs, toMs: lastAtMs, integral, last });
  }
  return { usable: [...usable.values()].sort((a, b) => a.fromMs - b.fromMs), unusable };
}
