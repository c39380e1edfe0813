import type { SeriesPair } from '../telemetry-store.ts';

const ERROR_HEAD = /^error\r?\n(.*)/;

/**
 * The rows of a question for one field, asked for as CSV: half the bytes of a JSON answer are not there, and the database
 * needs two thirds of the time for it. `name,tags,time,value` stands before each chunk (3.x) or once (1.x, 2.x).
 * https://docs.influxdata.com/influxdb/v1/tools/api/#request-query-results-in-csv-format
 */
export function pairsOfCsv(text: string): SeriesPair[] {
  const pairs: SeriesPair[] = [];
  for (let start = 0; start < text.length;) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const beforeValue = text.lastIndexOf(',', end);
    const beforeTime = text.lastIndexOf(',', beforeValue - 1);
    // A header or an empty line has no number there.
    const atMs = beforeTime > start ? Number(text.slice(beforeTime + 1, beforeValue)) : Number.NaN;
    const value = text.slice(beforeValue + 1, end);
    if (!Number.isNaN(atMs) && value !== '') pairs.push([atMs, Number(value)]);
    start = end + 1;
  }
  return pairs;
}

/** A failed statement is a 200 whose table has the one column `error`. */
export function errorOfCsv(text: string): string | undefined {
  return ERROR_HEAD.exec(text)?.[1];
}
