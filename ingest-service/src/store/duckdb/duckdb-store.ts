import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { makeFolder } from '@shelfwire/contract/service';

import { ingestError, StoreAwayError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import { MEASUREMENT_NAMES, pointProblem, type MeasurementName } from '../../points/schema.ts';
import type {
  RejectedPoint,
  Retention,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  TelemetryStore,
  WriteResult,
} from '../telemetry-store.ts';
import { exportTo, type ExportRequest } from './export.ts';
import { SENSORS_SQL, seriesSql } from './queries.ts';
import { deleteExpired } from './retention.ts';
import { Rollup } from './rollup.ts';
import { Staging } from './staging.ts';
import { TABLES } from './tables.ts';

export interface DuckStoreOptions {
  file: string;
  memoryLimitMb: number;
}

interface PendingWrite {
  points: readonly TelemetryPoint[];
  rejected: RejectedPoint[];
  resolve: (result: WriteResult) => void;
  reject: (error: unknown) => void;
}

/** Appended between two turns of the event loop: about a millisecond's work. */
const POINTS_PER_TURN = 250;
const POINTS_PER_COMMIT_MAX = 50_000;

/**
 * Everything in one file that this process alone may have open. Writes that wait while another commits are committed
 * together, with one sync of DuckDB's write-ahead log. Statements run on DuckDB's own threads.
 */
export class DuckStore implements TelemetryStore {
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #stagings: ReadonlyMap<MeasurementName, Staging>;
  readonly #rollup: Rollup;
  #pending: PendingWrite[] = [];
  #changes: (() => Promise<void>)[] = [];
  #working: Promise<void> | undefined;
  #closed = false;

  private constructor(
    instance: DuckDBInstance,
    writer: DuckDBConnection,
    stagings: ReadonlyMap<MeasurementName, Staging>,
    rollup: Rollup,
  ) {
    this.#instance = instance;
    this.#writer = writer;
    this.#stagings = stagings;
    this.#rollup = rollup;
  }

  static async open(options: DuckStoreOptions): Promise<DuckStore> {
    makeFolder(dirname(options.file));
    const instance = await DuckDBInstance.create(options.file, {
      memory_limit: `${options.memoryLimitMb}MB`,
      threads: '2',
    });
    const writer = await instance.connect();
    const stagings = new Map<MeasurementName, Staging>();
    for (const name of MEASUREMENT_NAMES) stagings.set(name, await Staging.create(TABLES[name], writer));
    return new DuckStore(instance, writer, stagings, await Rollup.create(writer));
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

  /** One hour or one deletion at a time, between writes. */
  async maintain(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    for (const hourMs of this.#rollup.due(nowMs)) {
      if (signal?.aborted) return;
      await this.#betweenWrites(() => this.#rollup.refresh(hourMs));
    }
    if (signal?.aborted) return;
    await this.#betweenWrites(() => deleteExpired(this.#writer, this.#rollup, retention, nowMs));
  }

  async exportTo(request: ExportRequest, file: string): Promise<void> {
    await this.#withReader((connection) => exportTo(connection, request, file));
  }

  #betweenWrites<Result>(change: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#changes.push(() => change().then(resolve, reject));
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
      await this.#commit(group);
      for (const write of group) write.resolve({ rejected: write.rejected });
    } catch (error) {
      const away = new StoreAwayError('STORE_UNAVAILABLE', `DuckDB cannot write: ${String(error)}`, { cause: error });
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

  async #commit(group: readonly PendingWrite[]): Promise<void> {
    const stagings = [...this.#stagings.values()];
    let appended = 0;
    try {
      for (const staging of stagings) await staging.ready();
      for (const point of group.flatMap((write) => write.points)) {
        this.#stagings.get(point.measurement)?.append(point);
        if (++appended % POINTS_PER_TURN === 0) await nextTurn();
      }
      for (const staging of stagings) staging.flush();
      await this.#writer.run('BEGIN');
      try {
        for (const staging of stagings) await staging.merge();
        const dirtied = await this.#rollup.mark(new Set(stagings.flatMap((staging) => [...staging.hours])));
        await this.#writer.run('COMMIT');
        this.#rollup.marked(dirtied);
      } catch (error) {
        await this.#writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
      for (const staging of stagings) await staging.clear();
    } catch (error) {
      for (const staging of stagings) staging.discard();
      throw error;
    }
  }

  async series(request: SeriesRequest): Promise<SeriesPair[]> {
    const { sql, values } = this.#rollup.seriesSql(request) ?? seriesSql(request);
    const rows = await this.#read(sql, values);
    return rows.map(([atMs, value]): SeriesPair => [Number(atMs), Number(value)]);
  }

  async sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    const rows = await this.#read(SENSORS_SQL, [site.tenantId, site.siteId]);
    return rows.map(([measurement, deviceId, sensorId, kind, lastAtMs]) => ({
      measurement: measurement === 'reading' ? 'reading' : 'device_health',
      deviceId: String(deviceId),
      sensorId: sensorId === '' ? null : String(sensorId),
      kind: String(kind),
      lastAtMs: Number(lastAtMs),
    }));
  }

  async check(): Promise<void> {
    await this.#read('SELECT 1', []);
  }

  async #read(sql: string, values: (string | number | bigint)[]): Promise<unknown[][]> {
    return this.#withReader(async (connection) => (await connection.runAndReadAll(sql, values)).getRows());
  }

  async #withReader<Result>(query: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw closedError();
    const connection = await this.#instance.connect();
    try {
      return await query(connection);
    } catch (error) {
      throw ingestError('STORE_QUERY_FAILED', `DuckDB: ${String(error)}`, { cause: error });
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#working;
    this.#writer.closeSync();
    this.#instance.closeSync();
  }
}

function closedError(): Error {
  return ingestError('STORE_CLOSED', 'the DuckDB store is closed');
}
