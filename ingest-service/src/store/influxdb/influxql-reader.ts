import type { InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import { ingestError, StoreAwayError } from '../../errors.ts';
import { mergeBuckets, partsOf } from '../hours/merge-buckets.ts';
import { HOUR_MS, splitRange, type HourKnowledge, type Range } from '../hours/split-range.ts';
import { readStretches, type HourOfSeries } from '../hours/stretches.ts';
import type {
  BucketRow,
  BucketsRequest,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  Stretch,
  StretchesRequest,
} from '../telemetry-store.ts';
import { hourlyBucketsQuery, hoursQuery, isDownsampled } from './downsampling.ts';
import { knownByMarks, MARKS_GROUP_BY, MARKS_MEASUREMENT, marksQuery } from './hour-marks.ts';
import { bucketsQuery, quoteName, sensorsQuery, seriesQuery } from './influxql.ts';
import { getText, type SeriesReader } from './series-reader.ts';

/**
 * Rows are not checked one by one: that takes longer than the database needs to find them. JSON, though CSV is cheaper:
 * as CSV a failed statement is an empty answer (1.x, 2.x), so that a fault would look like a gap.
 */
const seriesSchema = z.object({
  tags: z.record(z.string(), z.string()).optional(),
  columns: z.array(z.string()).default([]),
  values: z.array(z.custom<readonly Cell[]>(Array.isArray)).default([]),
  /** More rows of this series follow in the next line. */
  partial: z.boolean().default(false),
});
type Cell = number | string | boolean | null;
type InfluxSeries = z.infer<typeof seriesSchema>;

const answerSchema = z.object({
  error: z.string().optional(),
  results: z.array(z.object({ error: z.string().optional(), series: z.array(seriesSchema).optional() })).optional(),
});

/** Before anything is known about hourly values, and where there are none. */
const NOTHING_KNOWN: HourKnowledge = { isCovered: () => false, isRawGone: () => false };

/** Reads by `/query`, which InfluxDB 2.x answers for the database that is mapped to the bucket (DBRP). */
export class InfluxQlReader implements SeriesReader {
  readonly #client: InfluxDB;
  readonly #database: string;
  #rawGoneBeforeMs = 0;

  constructor(client: InfluxDB, database: string) {
    this.#client = client;
    this.#database = database;
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    const [series] = await this.query(seriesQuery(request));
    return (series?.values ?? []).map(([atMs, value]): SeriesPair => [Number(atMs), Number(value)]);
  }

  async buckets(request: BucketsRequest): Promise<BucketRow[]> {
    const { stepMs, aggregates, limit } = request;
    if (stepMs % HOUR_MS !== 0 || !isDownsampled(request)) return this.#rows(bucketsQuery(request, stepMs, aggregates));
    const parts = partsOf(aggregates);
    const segments = splitRange(request, await this.#knowledge(request));
    const rows = await Promise.all(
      segments.map((segment) => {
        const asked = { ...request, ...segment };
        const toQuery = segment.from === 'hours' ? hourlyBucketsQuery : bucketsQuery;
        return this.#rows(toQuery(asked, stepMs, parts));
      }),
    );
    return mergeBuckets(rows.flat(), parts, aggregates, limit);
  }

  async stretches(request: StretchesRequest): Promise<Stretch[]> {
    const known = isDownsampled(request) ? await this.#knowledge(request) : NOTHING_KNOWN;
    return readStretches(request, {
      ...known,
      hours: async (range) => {
        const [series] = await this.query(hoursQuery({ ...request, ...range }));
        return (series?.values ?? []).map(toHour);
      },
      readings: (range, limit) => this.series({ ...request, ...range, limit }),
    });
  }

  /** Hours before this time are asked of the hourly values whatever the marks say, since raw readings may be gone. */
  rawGoesBefore(atMs: number): void {
    this.#rawGoneBeforeMs = atMs;
  }

  async #knowledge(range: Range): Promise<HourKnowledge> {
    return knownByMarks(await this.query(marksQuery(range), { groupBy: MARKS_GROUP_BY }), this.#rawGoneBeforeMs);
  }

  async #rows(influxQl: string): Promise<BucketRow[]> {
    const [series] = await this.query(influxQl);
    return (series?.values ?? []).map(([atMs, ...values]): BucketRow => [Number(atMs), ...values.map(Number)]);
  }

  async deleteBefore(measurement: string, atMs: number): Promise<void> {
    try {
      await this.query(`DELETE FROM ${quoteName(measurement)} WHERE time < ${atMs}ms`, { method: 'POST' });
    } catch (error) {
      // 3.x has no DELETE: there, the retention of the database is what counts (docs/telemetry-schema.md).
      const why = error instanceof StoreAwayError || !(error instanceof Error) ? '' : error.message;
      if (!/not (yet )?(supported|implemented)|unsupported/i.test(why)) throw error;
    }
  }

  async sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    const found: SensorSummary[] = [];
    for (const measurement of ['reading', 'device_health'] as const) {
      const groupBy = ['deviceId', 'sensorId', ...(measurement === 'reading' ? ['kind'] : [])];
      for (const series of await this.query(sensorsQuery(measurement, site, groupBy), { groupBy })) {
        const { deviceId = '', sensorId, kind } = series.tags ?? {};
        const lastAtMs = Number(series.values[0]?.[0]);
        found.push({ measurement, deviceId, sensorId: sensorId || null, kind: kind ?? 'health', lastAtMs });
      }
    }
    return found;
  }

  /** A question that costs nothing. SHOW … would not tell on 1.x that there is no such database. */
  async check(): Promise<void> {
    await this.query(`SELECT "mark" FROM ${quoteName(MARKS_MEASUREMENT)} WHERE time > now() - 1m LIMIT 1`);
  }

  /**
   * One statement: 3.x takes no more than one at a time. With `groupBy`, the tags that it groups by. Asked for in lines
   * (`chunked`), which no `max-row-limit` of 1.x cuts, and in which `partial` can be believed: in one piece, 1.6 calls
   * every answer of more than 10,000 rows partial, also one that has them all.
   * @throws StoreAwayError, or STORE_QUERY_FAILED with what InfluxDB said
   */
  async query(
    influxQl: string,
    { method = 'GET', groupBy = [] }: { method?: 'GET' | 'POST'; groupBy?: readonly string[] } = {},
  ): Promise<InfluxSeries[]> {
    const parameters = new URLSearchParams({ db: this.#database, epoch: 'ms', chunked: 'true', q: influxQl });
    const text = await getText(this.#client, '/query', parameters, method);
    // 2.x answers nothing at all to a DELETE that it has done; a question it always answers.
    if (method === 'POST' && text.trim() === '') return [];
    const answers = text.trimEnd().split('\n').map(parseAnswer);
    for (const answer of answers) throwProblem(problemOf(answer));
    const found = joinParts(answers.flatMap(({ results = [] }) => results.flatMap(({ series = [] }) => series)));
    if (found.at(-1)?.partial) throwProblem('the answer is cut off: ask for less at a time');
    return groupBy.length === 0 ? found : found.flatMap((series) => withTags(series, groupBy));
  }
}

/** Series whole again that were cut into lines. */
function joinParts(parts: readonly InfluxSeries[]): InfluxSeries[] {
  const whole: InfluxSeries[] = [];
  for (const part of parts) {
    const begun = whole.at(-1);
    if (begun?.partial) {
      whole[whole.length - 1] = { ...part, values: begun.values.concat(part.values) };
    } else {
      whole.push(part);
    }
  }
  return whole;
}

/** A row of `hoursQuery`. */
function toHour([atMs, ...columns]: readonly Cell[]): HourOfSeries {
  const [firstAtMs = null, lastAtMs = null, integral = null, gapMaxMs = null, last] = columns.map((cell) =>
    cell === null ? null : Number(cell),
  );
  return { hourMs: Number(atMs), firstAtMs, lastAtMs, integral, gapMaxMs, last: last ?? Number.NaN };
}

/**
 * 3.x before it learned better gives all series as one, with the tags as columns
 * (https://github.com/influxdata/influxdb/issues/25751).
 */
function withTags(series: InfluxSeries, groupBy: readonly string[]): InfluxSeries[] {
  const places = groupBy.map((tag) => series.columns.indexOf(tag));
  if (series.tags !== undefined || places.some((place) => place < 0)) return [series];
  const isTag = new Set(places);
  const byTags = new Map<string, InfluxSeries & { values: (readonly Cell[])[] }>();
  for (const row of series.values) {
    const tagValues = places.map((place) => String(row[place] ?? ''));
    const key = JSON.stringify(tagValues);
    const own = byTags.get(key) ?? {
      ...series,
      tags: Object.fromEntries(groupBy.map((tag, index) => [tag, tagValues[index] ?? ''])),
      columns: series.columns.filter((_, place) => !isTag.has(place)),
      values: [],
    };
    byTags.set(key, own);
    own.values.push(row.filter((_, place) => !isTag.has(place)));
  }
  return [...byTags.values()];
}

function parseAnswer(text: string): z.infer<typeof answerSchema> {
  const parsed = answerSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw ingestError('STORE_QUERY_FAILED', 'InfluxDB gave an answer that is not InfluxQL JSON');
}

function problemOf({ error, results }: z.infer<typeof answerSchema>): string | undefined {
  return error ?? results?.find((result) => result.error)?.error;
}

/** As 2.x says it: to a question, and to a DELETE. It says so as well of what the token may not read. */
const NO_DATABASE = /^(database not found|default retention policy not set)/;
/** A DELETE, which 2.x answers with 200 like every other. */
const NO_RIGHT = /^insufficient permissions/;

function throwProblem(problem: string | undefined): void {
  if (problem === undefined) return;
  const code = NO_DATABASE.test(problem)
    ? 'STORE_NOT_FOUND'
    : NO_RIGHT.test(problem)
      ? 'STORE_ACCESS_DENIED'
      : undefined;
  if (code) throw new StoreAwayError(code, `InfluxDB: ${problem}`);
  if (problem) throw ingestError('STORE_QUERY_FAILED', `InfluxDB: ${problem}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
