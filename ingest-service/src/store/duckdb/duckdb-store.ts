import { dirname } from 'node:path';

import type { DuckDBConnection } from '@duckdb/node-api';
import { makeFolder } from '@shelfwire/contract/service';

import { ingestError, StoreAwayError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import { pointProblem } from '../../points/schema.ts';
import { mergeBuckets, partsOf } from '../hours/merge-buckets.ts';
import { HOUR_MS, splitRange, type HourKnowledge } from '../hours/split-range.ts';
import { readStretches, type HourOfSeries } from '../hours/stretches.ts';
import type {
  BucketRow,
  BucketsRequest,
  RejectedPoint,
  Retention,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  Stretch,
  StretchesRequest,
  TelemetryStore,
  WriteResult,
} from '../telemetry-store.ts';
import { DuckDatabase, isFatal, type DuckDatabaseOptions } from './database.ts';
import { exportTo, type ExportRequest } from './export.ts';
import { bucketsSql, hourlyBucketsSql, hoursSql, SENSORS_SQL, seriesSql, type Statement } from './queries.ts';
import { deleteExpired } from './retention.ts';

export type DuckStoreOptions = DuckDatabaseOptions;

interface PendingWrite {
  points: readonly TelemetryPoint[];
  rejected: RejectedPoint[];
  resolve: (result: WriteResult) => void;
  reject: (error: unknown) => void;
}

const POINTS_PER_COMMIT_MAX = 50_000;
const NOTHING_KNOWN: HourKnowledge = { isCovered: () => false, isRawGone: () => false };

/**
 * Everything in one file that this process alone may have open. Writes that wait while another commits are committed
 * together, with one sync of DuckDB's write-ahead log. Statements run on DuckDB's own threads. When DuckDB has given
 * its file up (a full disk can make it do so), the next write opens it again.
 */
export class DuckStore implements TelemetryStore {
  readonly #options: DuckStoreOptions;
  /** Undefined after a fatal error, until the next change. */
  #database: DuckDatabase | undefined;
  #pending: PendingWrite[] = [];
  #changes: (() => Promise<void>)[] = [];
  #working: Promise<void> | undefined;
  #closed = false;

  private constructor(options: DuckStoreOptions, database: DuckDatabase) {
    this.#options = options;
    this.#database = database;
  }

  static async open(options: DuckStoreOptions): Promise<DuckStore> {
    makeFolder(dirname(options.file));
    return new DuckStore(options, await DuckDatabase.open(options));
  }

  write(points: readonly TelemetryPoint[]): Promise<WriteResult> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const rejected: RejectedPoint[] = [];
      const good = points.filter((point, index) => {
        const reason = pointProblem(point.measurement, point.fields);
        if (reason !== undefined) rejected.push({ index, reason });
        return reason === undefined;
      });
      this.#pending.push({ points: good, rejected, resolve, reject });
      this.#work();
    });
  }

  /** One step of an hour or one deletion at a time, between writes. */
  async maintain(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    const { rollup } = await this.#betweenWrites((database) => Promise.resolve(database));
    for (const hourMs of rollup.due(nowMs)) {
      if (signal?.aborted) return;
      await rollup.refresh(hourMs, (step) => this.#betweenWrites(step));
    }
    if (signal?.aborted) return;
    await this.#betweenWrites((database) => deleteExpired(database.writer, database.rollup, retention, nowMs));
  }

  async exportTo(request: ExportRequest, file: string): Promise<void> {
    await this.#withReader((connection) => exportTo(connection, request, file));
  }

  #betweenWrites<Result>(change: (database: DuckDatabase) => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#changes.push(() => this.#change(change).then(resolve, reject));
      this.#work();
    });
  }

  #work(): void {
    this.#working ??= this.#workAll();
  }

  async #workAll(): Promise<void> {
    while (this.#pending.length > 0 || this.#changes.length > 0) {
      if (this.#pending.length > 0) await this.#commitGroup(this.#takeGroup());
      await this.#changes.shift()?.();
    }
    this.#working = undefined; // in the same turn as the check above: a write in between would wait for ever
  }

  async #commitGroup(group: readonly PendingWrite[]): Promise<void> {
    try {
      await this.#change((database) => database.commit(group.flatMap((write) => write.points)));
      for (const write of group) write.resolve({ rejected: write.rejected });
    } catch (error) {
      const away = awayError('write', error);
      for (const write of group) write.reject(away);
    }
  }

  #takeGroup(): PendingWrite[] {
    let points = 0;
    let count = 0;
    for (const write of this.#pending) {
      if (count > 0 && points + write.points.length > POINTS_PER_COMMIT_MAX) break;
      points += write.points.length;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  /** Only from `#workAll`, so one at a time. */
  async #change<Result>(change: (database: DuckDatabase) => Promise<Result>): Promise<Result> {
    this.#database ??= await DuckDatabase.open(this.#options);
    const database = this.#database;
    try {
      return await change(database);
    } catch (error) {
      if (isFatal(error)) {
        this.#database = undefined;
        await database.close();
      }
      throw error;
    }
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    return this.#ask<SeriesPair>(seriesSql(request));
  }

  async buckets(request: BucketsRequest): Promise<BucketRow[]> {
    const { stepMs, aggregates, limit } = request;
    const known = stepMs % HOUR_MS === 0 ? this.#database?.rollup.knowledge(request) : undefined;
    if (!known) return this.#ask<BucketRow>(bucketsSql(request, stepMs, aggregates));
    const parts = partsOf(aggregates);
    const rows = await Promise.all(
      splitRange(request, known).map((segment) => {
        const toSql = segment.from === 'hours' ? hourlyBucketsSql : bucketsSql;
        return this.#ask<BucketRow>(toSql({ ...request, ...segment }, stepMs, parts));
      }),
    );
    return mergeBuckets(rows.flat(), parts, aggregates, limit);
  }

  stretches(request: StretchesRequest): Promise<Stretch[]> {
    const known = this.#database?.rollup.knowledge(request) ?? NOTHING_KNOWN;
    return readStretches(request, {
      ...known,
      hours: async (range) => (await this.#ask<HourRow>(hoursSql({ ...request, ...range }))).map(toHour),
      readings: (range, limit) => this.series({ ...request, ...range, limit }),
    });
  }

  async sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    const rows = await this.#ask<unknown[]>({ sql: SENSORS_SQL, values: [site.tenantId, site.siteId] });
    return rows.map(([measurement, deviceId, sensorId, kind, lastAtMs]) => ({
      measurement: measurement === 'reading' ? 'reading' : 'device_health',
      deviceId: String(deviceId),
      sensorId: sensorId === '' ? null : String(sensorId),
      kind: String(kind),
      lastAtMs: Number(lastAtMs),
    }));
  }

  async check(): Promise<void> {
    await this.#ask<unknown[]>({ sql: 'SELECT 1', values: [] });
  }

  /** `Row` is what the statement selects. */
  async #ask<Row extends readonly unknown[]>({ sql, values }: Statement): Promise<Row[]> {
    const rows = await this.#withReader(async (connection) => (await connection.runAndReadAll(sql, values)).getRows());
    return rows as unknown as Row[];
  }

  async #withReader<Result>(query: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw closedError();
    const database = this.#database;
    if (!database) throw awayError('read', 'its file is to be opened again');
    try {
      return await database.read(query);
    } catch (error) {
      if (isFatal(error)) throw awayError('read', error);
      throw ingestError('STORE_QUERY_FAILED', `DuckDB: ${String(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#working;
    await this.#database?.close();
  }
}

/** Of `hoursSql`. */
type HourRow = [number, number | null, number | null, number | null, number | null, number];

function toHour([hourMs, firstAtMs, lastAtMs, integral, gapMaxMs, last]: HourRow): HourOfSeries {
  return { hourMs, firstAtMs, lastAtMs, integral, gapMaxMs, last };
}

function awayError(what: 'write' | 'read', cause: unknown): StoreAwayError {
  const code = /No space left/i.test(String(cause)) ? 'STORE_DISK_FULL' : 'STORE_UNAVAILABLE';
  return new StoreAwayError(code, `DuckDB cannot ${what}: ${String(cause)}`, { cause });
}

function closedError(): Error {
  return ingestError('STORE_CLOSED', 'the DuckDB store is closed');
}
