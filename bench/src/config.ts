/** Of the chain under the budget's load: quick, unless told. The budget itself is about five minutes (300). */
const SECONDS_DEFAULT = 30;

/** @returns what SHELFWIRE_BENCH_SECONDS says */
export function benchSeconds(): number {
  const text = process.env['SHELFWIRE_BENCH_SECONDS'];
  if (text === undefined || text === '') return SECONDS_DEFAULT;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 86_400)
    throw new RangeError(`SHELFWIRE_BENCH_SECONDS must be a whole number from 5 to 86,400, not ${text}`);
  return seconds;
}
