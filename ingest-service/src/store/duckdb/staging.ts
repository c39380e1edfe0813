import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';

import { NANOS_PER_MS, type FieldValue, type TelemetryPoint } from '../../points/point.ts';
import type { FieldType } from '../../points/schema.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { quote, stagingName, type Table } from './tables.ts';

/**
 * The rows of one table on their way in: appended to a temporary table in memory, then merged in one statement. After
 * a failure anywhere, `discard` it and begin again with `ready`: an appender that threw once refuses everything, or
 * still holds half a row.
 */
export class Staging {
  readonly #table: Table;
  readonly #connection: DuckDBConnection;
  #appender: DuckDBAppender | undefined;
  readonly #hours = new Set<number>();
  #rows = 0;
  #minNs = 0n;
  #maxNs = 0n;

  private constructor(table: Table, connection: DuckDBConnection) {
    this.#table = table;
    this.#connection = connection;
  }

  static async create(table: Table, connection: DuckDBConnection): Promise<Staging> {
    for (const sql of table.createSql) await connection.run(sql);
    return new Staging(table, connection);
  }

  /** Before the first `append`; empty and open afterwards. */
  async ready(): Promise<void> {
    if (this.#appender) return;
    await this.#truncate();
    this.#appender = await this.#connection.createAppender(stagingName(this.#table.name), 'main', 'temp');
  }

  append(point: TelemetryPoint): void {
    const appender = this.#appender;
    if (!appender) throw new Error('append without ready');
    const atNs = BigInt(point.atMs) * BigInt(NANOS_PER_MS) + BigInt(point.nanosOfMs);
    if (this.#rows === 0 || atNs < this.#minNs) this.#minNs = atNs;
    if (this.#rows === 0 || atNs > this.#maxNs) this.#maxNs = atNs;
    this.#hours.add(point.atMs - (point.atMs % HOUR_MS));
    appender.appendBigInt(atNs);
    for (const tag of this.#table.tags) appender.appendVarchar(point.tags[tag] ?? '');
    for (const [field, type] of this.#table.fields) appendValue(appender, point.fields[field], type);
    appender.endRow();
    this.#rows++;
  }

  /** The hours that the staged rows fall into. */
  get hours(): ReadonlySet<number> {
    return this.#hours;
  }

  /** Hands the appended rows to DuckDB; copies memory, some 5 µs a row. */
  flush(): void {
    if (this.#rows > 0) this.#appender?.flushSync();
  }

  async merge(): Promise<void> {
    if (this.#rows > 0) await this.#connection.run(this.#table.mergeSql, [this.#minNs, this.#maxNs]);
  }

  /** After the merge. */
  async clear(): Promise<void> {
    if (this.#rows === 0) return;
    this.#forget();
    await this.#truncate();
  }

  discard(): void {
    this.#forget();
    const appender = this.#appender;
    this.#appender = undefined;
    try {
      appender?.closeSync(); // flushes what it still can into the temporary table, which `ready` empties
    } catch {
      // It says once more what is known already.
    }
  }

  #forget(): void {
    this.#rows = 0;
    this.#hours.clear();
  }

  async #truncate(): Promise<void> {
    await this.#connection.run(`TRUNCATE temp.${quote(stagingName(this.#table.name))}`);
  }
}

function appendValue(appender: DuckDBAppender, value: FieldValue | undefined, type: FieldType): void {
  if (value === undefined) appender.appendNull();
  else if (type === 'float') appender.appendDouble(Number(value));
  else if (type === 'integer') appender.appendBigInt(BigInt(value));
  else if (type === 'boolean') appender.appendBoolean(value === true);
  else appender.appendVarchar(String(value));
}
