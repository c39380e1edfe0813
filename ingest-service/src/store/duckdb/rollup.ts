import type { DuckDBConnection } from '@duckdb/node-api';

import { NANOS_PER_MS } from '../../points/point.ts';
import { HOUR_MS, type HourKnowledge } from '../hours/split-range.ts';
import type { SeriesRequest } from '../telemetry-store.ts';
import { startNs } from './queries.ts';
import { quote } from './tables.ts';

/** What is downsampled: the fields that the history is asked for. */
const ROLLED_UP = {
  reading: ['netGrams', 'grossGrams', 'distanceMm', 'fillRatio', 'pieces', 'rssiDbm'],
  device_health: ['batteryRatio', 'linkDbm', 'temperatureC'],
} as const;
type RolledUp = keyof typeof ROLLED_UP;
/** The tags that a downsampled series keeps: qualities and gateways become one. */
const SERIES_TAGS = ['tenantId', 'siteId', 'deviceId', 'sensorId'] as const;
const SERIES_COLUMNS = SERIES_TAGS.map(quote).join(', ');
/** A step sorts so many readings by sensor and time: some 50 MB, and some tenths of a second. */
export const READINGS_PER_STEP = 500_000;
/** For means over time; hours that an earlier version computed have none. */
const TIME_COLUMNS = { firstAtMs: 'BIGINT', lastAtMs: 'BIGINT', integral: 'DOUBLE', gapMaxMs: 'BIGINT' } as const;

/**
 * Hourly values of every sensor, from which hours, days and months are answered long after the
 * raw readings are gone.
 *
 * A write marks the hours it touches as dirty in its own transaction. `refresh` computes dirty hours that are over from
 * their raw readings and unmarks them at the end; so late readings just make their hour dirty again, and a crash at
 * any point repeats work and loses none. Queries take dirty hours from the raw readings. All changes run on
 * the writer's connection, one after the other.
 */
export class Rollup {
  readonly #writer: DuckDBConnection;
  readonly #readingsPerStep: number;
  readonly #dirtyHours: Set<number>;
  /** Its values are neither the old nor the new ones. */
  #refreshing: number | undefined;
  /** Raw readings before this time are gone, or about to be. */
  #rawFromMs: number;

  private constructor(
    writer: DuckDBConnection,
    readingsPerStep: number,
    state: { dirtyHours: Set<number>; rawFromMs: number },
  ) {
    this.#writer = writer;
    this.#readingsPerStep = readingsPerStep;
    this.#dirtyHours = state.dirtyHours;
    this.#rawFromMs = state.rawFromMs;
  }

  static async create(writer: DuckDBConnection, readingsPerStep: number): Promise<Rollup> {
    await writer.run(`CREATE TABLE IF NOT EXISTS hourly ("measurement" VARCHAR, "field" VARCHAR, "hourMs" BIGINT,
      ${SERIES_TAGS.map((tag) => `${quote(tag)} VARCHAR`).join(', ')},
      "count" BIGINT, "sum" DOUBLE, "min" DOUBLE, "max" DOUBLE, "last" DOUBLE)`);
    for (const [column, type] of Object.entries(TIME_COLUMNS)) {
      await writer.run(`ALTER TABLE hourly ADD COLUMN IF NOT EXISTS ${quote(column)} ${type}`);
    }
    await writer.run('CREATE TABLE IF NOT EXISTS dirty_hour ("hourMs" BIGINT)');
    await writer.run('CREATE TABLE IF NOT EXISTS raw_horizon ("rawFromMs" BIGINT)');
    const reader = await writer.runAndReadAll('SELECT DISTINCT "hourMs" FROM dirty_hour');
    const dirtyHours = new Set(reader.getRows().map(([hourMs]) => Number(hourMs)));
    const horizon = await writer.runAndReadAll('SELECT coalesce(max("rawFromMs"), 0) FROM raw_horizon');
    const rawFromMs = Number(horizon.getRows()[0]?.[0]);
    return new Rollup(writer, readingsPerStep, { dirtyHours, rawFromMs });
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
   * Computes one hour anew, in steps small enough for the memory that DuckDB may use; `inTurn` runs each between two
   * writes, and writes may go on in between. Those make the hour dirty again. Of an hour whose raw readings were
   * deleted, only series that had none are added: a reading that comes too late for the others would replace the value
   * of their whole hour.
   */
  async refresh(hourMs: number, inTurn: <Result>(step: () => Promise<Result>) => Promise<Result>): Promise<void> {
    this.#dirtyHours.delete(hourMs);
    this.#refreshing = hourMs;
    try {
      for (const sql of await inTurn(() => this.#refreshSteps(hourMs))) await inTurn(() => this.#replace(sql));
      await inTurn(async () => {
        if (!this.#dirtyHours.has(hourMs)) await this.#writer.run(`DELETE FROM dirty_hour WHERE "hourMs" = ${hourMs}`);
      });
    } catch (error) {
      this.#dirtyHours.add(hourMs);
      throw error;
    } finally {
      this.#refreshing = undefined;
    }
  }

  /** The statements of each step. */
  async #refreshSteps(hourMs: number): Promise<string[][]> {
    const steps: string[][] = [];
    for (const name of Object.keys(ROLLED_UP) as RolledUp[]) {
      const counts = ROLLED_UP[name].map((field) => `count(${quote(field)})::DOUBLE`).join(', ');
      const reader = await this.#writer.runAndReadAll(`SELECT ${counts} FROM ${quote(name)} WHERE ${isInHour(hourMs)}`);
      const [readings = []] = reader.getRows();
      for (const [index, field] of ROLLED_UP[name].entries()) {
        const shares = Math.ceil(Number(readings[index]) / this.#readingsPerStep);
        for (let share = 0; share < shares; share++) {
          const part = { name, field, hourMs, isOfShare: `hash("deviceId") % ${shares} = ${share}` };
          steps.push([...(this.#isWhole(hourMs) ? [deleteSql(part)] : []), insertSql(part)]);
        }
      }
    }
    return steps;
  }

  async #replace(statements: readonly string[]): Promise<void> {
    await this.#writer.run('BEGIN');
    try {
      for (const sql of statements) await this.#writer.run(sql);
      await this.#writer.run('COMMIT');
    } catch (error) {
      await this.#writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  #isWhole(hourMs: number): boolean {
    return hourMs >= this.#rawFromMs;
  }

  /** What the hourly values of a request can answer; undefined if it has none. */
  knowledge({ measurement, field, tags }: SeriesRequest): HourKnowledge | undefined {
    const fields: readonly string[] = measurement in ROLLED_UP ? ROLLED_UP[measurement as RolledUp] : [];
    const isKnown = Object.keys(tags).every((tag) => (SERIES_TAGS as readonly string[]).includes(tag));
    if (!isKnown || !fields.includes(field)) return undefined;
    const isRawGone = (hourMs: number): boolean => !this.#isWhole(hourMs);
    const isOld = (hourMs: number): boolean => this.#dirtyHours.has(hourMs) || this.#refreshing === hourMs;
    return { isRawGone, isCovered: (hourMs) => isRawGone(hourMs) || !isOld(hourMs) };
  }
}

interface HourPart {
  name: RolledUp;
  field: string;
  hourMs: number;
  /** Chooses some of the devices. */
  isOfShare: string;
}

function isInHour(hourMs: number): string {
  return `"atNs" >= ${startNs(hourMs)} AND "atNs" < ${startNs(hourMs + HOUR_MS)}`;
}

function deleteSql({ name, field, hourMs, isOfShare }: HourPart): string {
  return `DELETE FROM hourly
    WHERE "hourMs" = ${hourMs} AND "measurement" = '${name}' AND "field" = '${field}' AND ${isOfShare}`;
}

function insertSql({ name, field, hourMs, isOfShare }: HourPart): string {
  const value = quote(field);
  return `INSERT INTO hourly BY NAME WITH reading_of_hour AS (
      SELECT ${SERIES_COLUMNS}, ${value} AS v, "atNs", "atNs" // ${NANOS_PER_MS} AS at_ms,
        lead("atNs" // ${NANOS_PER_MS}) OVER (PARTITION BY ${SERIES_COLUMNS} ORDER BY "atNs") - at_ms AS gap
      FROM ${quote(name)} WHERE ${isInHour(hourMs)} AND ${value} IS NOT NULL AND ${isOfShare}),
    fresh AS (SELECT '${name}' AS "measurement", '${field}' AS "field", ${hourMs} AS "hourMs", ${SERIES_COLUMNS},
      count(v) AS "count", sum(v) AS "sum", min(v) AS "min", max(v) AS "max", arg_max(v, "atNs") AS "last",
      min(at_ms) AS "firstAtMs", max(at_ms) AS "lastAtMs", coalesce(sum(v * gap), 0) AS "integral",
      coalesce(max(gap), 0) AS "gapMaxMs"
      FROM reading_of_hour GROUP BY ${SERIES_COLUMNS})
    FROM fresh ANTI JOIN hourly USING ("measurement", "field", "hourMs", ${SERIES_COLUMNS})`;
}
