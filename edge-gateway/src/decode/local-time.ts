/**
 * Device times written without a zone. Without a configured zone they are no use: a guess would be wrong by hours twice
 * a year. With one, the hour that a clock change skips or repeats is resolved to the later and the earlier reading.
 */

const MINUTE_MS = 60_000;
const YEAR_MONTH_DAY_LENGTH = 10;
/** Zones change their offset on a quarter of an hour. */
const QUARTER_MS = 15 * MINUTE_MS;

/** "2022-06-11T10:58:18", also with a fraction, a blank instead of T, and `Z` or an offset with or without colon. */
const TIME_PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * @param timeZone IANA name the device's clock is set to; used only where the text carries no zone itself
 * @returns Unix ms, or undefined if the text is no time or has no known zone
 */
export function parseDeviceTime(text: string, timeZone?: string): number | undefined {
  if (timeZone === undefined && !mayHaveZone(text)) return undefined;
  const match = TIME_PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  const fractionMs = Number(fraction.padEnd(3, '0').slice(0, 3));
  const asUtcMs =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) + fractionMs;
  if (!isRealDate(asUtcMs, Number(month), Number(day))) return undefined;
  if (zone !== undefined) return asUtcMs - offsetMs(zone);
  return timeZone === undefined ? undefined : localToUtcMs(asUtcMs, timeZone);
}

/** Tasmota writes none with each message: that is seen without taking the whole text apart. */
function mayHaveZone(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  const endsInDigit = last >= 0x30 && last <= 0x39;
  return !endsInDigit || text.includes('+') || text.lastIndexOf('-') > YEAR_MONTH_DAY_LENGTH;
}

export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isRealDate(utcMs: number, month: number, day: number): boolean {
  const date = new Date(utcMs);
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

function offsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * MINUTE_MS;
}

function localToUtcMs(localAsUtcMs: number, timeZone: string): number | undefined {
  const first = zoneOffsetMs(localAsUtcMs, timeZone);
  if (first === undefined) return undefined;
  const second = zoneOffsetMs(localAsUtcMs - first, timeZone);
  return second === undefined ? undefined : localAsUtcMs - second;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** The last quarter of an hour that was asked for in each zone: devices tell the time of now. */
const lastOffsets = new Map<string, { quarter: number; offsetMs: number | undefined }>();

function zoneOffsetMs(utcMs: number, timeZone: string): number | undefined {
  const quarter = Math.floor(utcMs / QUARTER_MS);
  const last = lastOffsets.get(timeZone);
  if (last?.quarter === quarter) return last.offsetMs;
  const found = findZoneOffsetMs(utcMs, timeZone);
  lastOffsets.set(timeZone, { quarter, offsetMs: found });
  return found;
}

function findZoneOffsetMs(utcMs: number, timeZone: string): number | undefined {
  let format = formats.get(timeZone);
  if (format === undefined) {
    if (!isTimeZone(timeZone)) return undefined;
    format = Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(new Date(utcMs)).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-]\d{2}:\d{2})/.exec(name);
  return match?.[1] === undefined ? 0 : offsetMs(match[1]);
}
