import { WEEKDAYS, type PolicyOf } from './policy.ts';

const DAY_MS = 86_400_000;

interface LocalTime {
  weekday: (typeof WEEKDAYS)[number];
  year: number;
  month: number;
  day: number;
  minutes: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a place at a moment; the time zone database knows its daylight saving. */
export function localTime(timeZone: string, atMs: number): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map((part) => [part.type, part.value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const weekday = WEEKDAYS.find((name) => name === parts.get('weekday')?.toUpperCase());
  if (!weekday) throw new RangeError(`no weekday in ${timeZone}`);
  return {
    weekday,
    year: number('year'),
    month: number('month'),
    day: number('day'),
    minutes: number('hour') * 60 + number('minute'),
  };
}

/** The first cut-off on a review day that is later than `afterMs`. */
export function nextReview(
  policy: Pick<PolicyOf<'PERIODIC'>, 'reviewDays' | 'cutOff'>,
  timeZone: string,
  afterMs: number,
): number {
  const [hours = 0, minutes = 0] = policy.cutOff.split(':').map(Number);
  for (let days = 0; days <= 8; days += 1) {
    // Noon of the day that many days on: daylight saving moves it by an hour, never into another day.
    const local = localTime(timeZone, afterMs);
    const noonMs = Date.UTC(local.year, local.month - 1, local.day + days, 12);
    const day = new Date(noonMs);
    const weekday = WEEKDAYS[day.getUTCDay()];
    if (!weekday || !policy.reviewDays.includes(weekday)) continue;
    const cutOffMs = momentOf(
      timeZone,
      Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hours, minutes),
    );
    if (cutOffMs > afterMs) return cutOffMs;
  }
  throw new RangeError('no review day');
}

/**
 * The moment at which the clocks of a place show this wall time (given as if it were UTC). A wall time that daylight
 * saving leaves out becomes the one an hour later; of one that comes twice, the first is meant.
 */
export function momentOf(timeZone: string, wallMs: number): number {
  const offsets = [wallMs - DAY_MS, wallMs + DAY_MS].map((atMs) => offsetMs(timeZone, atMs));
  const candidates = offsets.map((offset) => wallMs - offset).sort((a, b) => a - b);
  const exact = candidates.find((atMs) => atMs + offsetMs(timeZone, atMs) === wallMs);
  return exact ?? Math.max(...candidates);
}

/** The moment at which a local date like 2027-03-31 is over. */
export function endOfDay(timeZone: string, date: string): number {
  return momentOf(timeZone, Date.parse(date) + DAY_MS);
}

function offsetMs(timeZone: string, atMs: number): number {
  const { year, month, day, minutes } = localTime(timeZone, atMs);
  const wholeMinuteMs = Math.floor(atMs / 60_000) * 60_000;
  return Date.UTC(year, month - 1, day, 0, minutes) - wholeMinuteMs;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
