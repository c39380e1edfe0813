export const HOUR_MS = 3_600_000;

export interface Range {
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** A part of a range, and where its answer comes from. */
export interface Segment extends Range {
  from: 'hours' | 'readings';
}

/** What a store knows about its hourly values. */
export interface HourKnowledge {
  /** Whether they count every reading of the hour, or are all there is of it. */
  isCovered: (hourMs: number) => boolean;
  /** Whether the readings of the hour may be deleted. Such an hour is covered. */
  isRawGone: (hourMs: number) => boolean;
}

/** More than so many holes are asked as fewer, wider ones: each is a question of its own to the database. */
const RAW_SEGMENTS_MAX = 8;

/**
 * Cuts a range into whole hours that their hourly values answer for, and everything else: the ends inside an hour, and
 * hours whose values do not count all of their readings yet. Segments come in time order and together are the range.
 */
export function splitRange(range: Range, known: HourKnowledge): Segment[] {
  const holes = widened(holesOf(range, known.isCovered), known.isRawGone);
  const segments: Segment[] = [];
  let atMs = range.fromMs;
  for (const hole of holes) {
    if (atMs < hole.fromMs) segments.push({ fromMs: atMs, toMs: hole.fromMs, from: 'hours' });
    segments.push({ ...hole, from: 'readings' });
    atMs = hole.toMs;
  }
  if (atMs < range.toMs) segments.push({ fromMs: atMs, toMs: range.toMs, from: 'hours' });
  return segments;
}

function holesOf({ fromMs, toMs }: Range, isCovered: (hourMs: number) => boolean): Range[] {
  const holes: Range[] = [];
  for (let atMs = fromMs; atMs < toMs;) {
    const hourMs = atMs - (atMs % HOUR_MS);
    const endMs = Math.min(hourMs + HOUR_MS, toMs);
    const isWhole = atMs === hourMs && endMs === hourMs + HOUR_MS;
    if (!isWhole || !isCovered(hourMs)) {
      const last = holes.at(-1);
      if (last?.toMs === atMs) last.toMs = endMs;
      else holes.push({ fromMs: atMs, toMs: endMs });
    }
    atMs = endMs;
  }
  return holes;
}

/** Closes the narrowest gaps until few holes are left, but none whose readings are deleted. */
function widened(holes: Range[], isRawGone: (hourMs: number) => boolean): Range[] {
  const gapBefore = (index: number): number => {
    const fromMs = holes[index - 1]?.toMs ?? 0;
    return isRawGone(fromMs) ? Number.POSITIVE_INFINITY : (holes[index]?.fromMs ?? 0) - fromMs;
  };
  while (holes.length > RAW_SEGMENTS_MAX) {
    let narrowest = 1;
    for (let index = 2; index < holes.length; index++) {
      if (gapBefore(index) < gapBefore(narrowest)) narrowest = index;
    }
    if (gapBefore(narrowest) === Number.POSITIVE_INFINITY) return holes;
    const [closed] = holes.splice(narrowest, 1);
    const before = holes[narrowest - 1];
    if (before && closed) before.toMs = closed.toMs;
  }
  return holes;
}
