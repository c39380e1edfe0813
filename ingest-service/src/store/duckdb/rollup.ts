import type { DuckDBConnection } from '@duckdb/node-api';

import { NANOS_PER_MS } from '../../points/point.ts';
import { measurement, type MeasurementName } from '../../points/schema.ts';
import type { SeriesRequest } from '../telemetry-store.ts';
import type { Statement } from './queries.ts';
import { quote } from './tables.ts';

export const HOUR_MS = 3_600_000;
const HOUR_NS = BigInt(HOUR_MS) * BigInt(NANOS_PER_MS);
const HOUR_OF_ROW = `("atNs" // ${HOUR_NS}) * ${HOUR_MS}`;

/** What is downsampled, and the tags that a downsampled series keeps: qualities and gateways become one. */
const ROLLED_UP: readonly MeasurementName[] = ['reading', 'device_health'];
const SERIES_TAGS = ['tenantId', 'siteId', 'deviceId', 'sensorId'] as const;
const SERIES_COLUMNS = SERIES_TAGS.map(quote).join(', ');

/**
 * Hourly values of every numeric field of every sensor, from which hours, days and months are answered long after the
 * raw readings are gone.
 *
 * A write marks the hours it touches as dirty in its own transaction. `refresh` computes dirty hours that are over from
 * their raw readings and unmarks them, in one transaction each; so late readings just make their hour dirty again, and
 * a crash at any point repeats work and loses none. Queries take dirty hours from the raw readings. All changes run on
 * the writer's connection, one after the other.
 */
export class Rollup {
  readonly #writer: DuckDBConnection;
  readonly #dirtyHours: Set<number>;
  /** Raw readings before this time are gone, or about to be. */
  #rawFromMs: number;

  private constructor(writer: DuckDBConnection, dirtyHours: Set<number>, rawFromMs: number) {
    this.#writer = writer;
    this.#dirtyHours = dirtyHours;
    this.#rawFromMs = rawFromMs;
  }

  static async create(writer: DuckDBConnection): Promise<Rollup> {
    await writer.run(`CREATE TABLE IF NOT EXISTS hourly ("measurement" VARCHAR, "field" VARCHAR, "hourMs" BIGINT,
      ${SERIES_TAGS.map((tag) => `${quote(tag)} VARCHAR`).join(', ')},
      "count" BIGINT, "sum" DOUBLE, "min" DOUBLE, "max" DOUBLE, "last" DOUBLE)`);
    await writer.run('CREATE TABLE IF NOT EXISTS dirty_hour ("hourMs" BIGINT)');
    await writer.run('CREATE TABLE IF NOT EXISTS raw_horizon ("rawFromMs" BIGINT)');
    const reader = await writer.runAndReadAll('SELECT DISTINCT "hourMs" FROM dirty_hour');
    const dirtyHours = new Set(reader.getRows().map(([hourMs]) => Number(hourMs)));
    const horizon = await writer.runAndReadAll('SELECT coalesce(max("rawFromMs"), 0) FROM raw_horizon');
    return new Rollup(writer, dirtyHours, Number(horizon.getRows()[0]?.[0]));
  }

  /** Before raw readings are deleted: a crash between the two only makes hours count as incomplete that are not. */
  async rawGoesBefore(atMs: number): Promise<void> {
    if (atMs <= this.#rawFromMs) return;
    await this.#writer.run(`INSERT INTO raw_horizon VALUES (${atMs})`);
    this.#rawFromMs = atMs;
    await this.#writer.run(`DELETE FROM raw_horizon WHERE "rawFromMs" < ${atMs}`);
  }

  /** Inside the transaction of a write. Call `marked` after its commit. @returns the hours that became dirty */
  async mark(hours: ReadonlySet<number>): Promise<number[]> {
    const fresh = [...hours].filter((hourMs) => !this.#dirtyHours.has(hourMs));
    if (fresh.length > 0) {
      await this.#writer.run(`INSERT INTO dirty_hour VALUES ${fresh.map((hourMs) => `(${hourMs})`).join(', ')}`);
    }
    return fresh;
  }

  marked(hours: readonly number[]): void {
    for (const hourMs of hours) this.#dirtyHours.add(hourMs);
  }

  /** Dirty hours that are over, the oldest first. */
  due(nowMs: number): number[] {
    return [...this.#dirtyHours].filter((hourMs) => hourMs + HOUR_MS <= nowMs).sort((a, b) => a - b);
  }

  /**
   * Computes one hour anew. Of an hour whose raw readings were deleted, only series that had none are added: a reading
   * that comes too late for the others would replace the value of their whole hour.
   */
  async refresh(hourMs: number): Promise<void> {
    await this.#writer.run('BEGIN');
    try {
      if (this.#isWhole(hourMs)) await this.#writer.run(`DELETE FROM hourly WHERE "hourMs" = ${hourMs}`);
      for (const name of ROLLED_UP) await this.#writer.run(refreshSql(name, hourMs));
      await this.#writer.run(`DELETE FROM dirty_hour WHERE "hourMs" = ${hourMs}`);
      await this.#writer.run('COMMIT');
    } catch (error) {
      await this.#writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    this.#dirtyHours.delete(hourMs);
  }

  #isWhole(hourMs: number): boolean {
    return hourMs >= this.#rawFromMs;
  }

  /** The statement for a question in whole hours; undefined if it needs the raw readings. */
  seriesSql(request: SeriesRequest): Statement | undefined {
    const { bucket } = request;
    const known = Object.keys(request.tags).every((tag) => (SERIES_TAGS as readonly string[]).includes(tag));
    const numeric = ['float', 'integer'].includes(measurement(request.measurement).fields[request.field] ?? '');
    if (!bucket || bucket.stepMs % HOUR_MS !== 0 || !known || !numeric) return undefined;
    const firstWholeMs = Math.ceil(request.fromMs / HOUR_MS) * HOUR_MS;
    const endWholeMs = Math.floor(request.toMs / HOUR_MS) * HOUR_MS;
    const dirtyHours = [...this.#dirtyHours].filter((hourMs) => this.#isWhole(hourMs));
    const rawHours = new Set([firstWholeMs - HOUR_MS, endWholeMs, ...dirtyHours]);
    const isRaw = `IN (${[...rawHours].join(', ')})`;

    const values: Statement['values'] = [];
    const tagConditions = Object.entries(request.tags).map(([tag, value]) => {
      values.push(value);
      return ` AND ${quote(tag)} = $${values.length}`;
    });
    const field = quote(request.field);
    const hours = `SELECT "hourMs", "count", "sum", "min", "max", "last" FROM hourly
        WHERE "measurement" = '${request.measurement}' AND "field" = '${request.field}'
        AND "hourMs" >= ${firstWholeMs} AND "hourMs" < ${endWholeMs} AND "hourMs" NOT ${isRaw}${tagConditions.join('')}
      UNION ALL SELECT ${HOUR_OF_ROW} AS h, count(${field}), sum(${field}), min(${field}), max(${field}),
        arg_max(${field}, "atNs") FROM ${quote(request.measurement)}
        WHERE "atNs" >= ${startNs(request.fromMs)} AND "atNs" < ${startNs(request.toMs)} AND ${HOUR_OF_ROW} ${isRaw}
        AND ${field} IS NOT NULL${tagConditions.join('')} GROUP BY h`;
    const { stepMs, aggregate } = bucket;
    return {
      sql: `SELECT ("hourMs" // ${stepMs}) * ${stepMs} AS bucket_ms, ${AGGREGATES[aggregate]}::DOUBLE FROM (${hours})
        GROUP BY bucket_ms ORDER BY bucket_ms LIMIT ${request.limit}`,
      values,
    };
  }
}

const AGGREGATES = {
  mean: 'sum("sum") / sum("count")',
  min: 'min("min")',
  max: 'max("max")',
  last: 'arg_max("last", "hourMs")',
  count: 'sum("count")',
} as const;

function refreshSql(name: MeasurementName, hourMs: number): string {
  const numeric = Object.entries(measurement(name).fields).filter(([, type]) => type === 'float' || type === 'integer');
  const perField = numeric.map(([field]) => {
    const column = quote(field);
    return `SELECT '${name}', '${field}', ${hourMs}, ${SERIES_COLUMNS}, count(${column}), sum(${column}), min(${column}),
      max(${column}), arg_max(${column}, "atNs") FROM hour WHERE ${column} IS NOT NULL GROUP BY ${SERIES_COLUMNS}`;
  });
  return `INSERT INTO hourly WITH
    hour AS (FROM ${quote(name)} WHERE "atNs" >= ${startNs(hourMs)} AND "atNs" < ${startNs(hourMs + HOUR_MS)}),
    fresh("measurement", "field", "hourMs", ${SERIES_COLUMNS}, "count", "sum", "min", "max", "last") AS (${perField.join(' UNION ALL ')})
    FROM fresh ANTI JOIN hourly USING ("measurement", "field", "hourMs", ${SERIES_COLUMNS})`;
}

export function startNs(atMs: number): bigint {
  return BigInt(atMs) * BigInt(NANOS_PER_MS);
}
