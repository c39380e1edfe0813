import { setImmediate as nextTurn } from 'node:timers/promises';

import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

import type { TelemetryPoint } from '../../points/point.ts';
import { MEASUREMENT_NAMES, type MeasurementName } from '../../points/schema.ts';
import { READINGS_PER_STEP, Rollup } from './rollup.ts';
import { Staging } from './staging.ts';
import { TABLES } from './tables.ts';

export interface DuckDatabaseOptions {
  file: string;
  memoryLimitMb: number;
  /** How many readings of an hour are downsampled in one step. */
  readingsPerStep?: number;
}

/** Appended between two turns of the event loop: about a millisecond's work. */
const POINTS_PER_TURN = 250;

/**
 * The file, open, with the one connection that writes. After a fatal error, such as a checkpoint on a full disk, DuckDB
 * refuses everything until the file is closed and opened again: what was committed is in its log, and is there then.
 */
export class DuckDatabase {
  readonly writer: DuckDBConnection;
  readonly rollup: Rollup;
  readonly #instance: DuckDBInstance;
  readonly #stagings: ReadonlyMap<MeasurementName, Staging>;
  readonly #reading = new Set<Promise<unknown>>();

  private constructor(parts: {
    instance: DuckDBInstance;
    writer: DuckDBConnection;
    stagings: ReadonlyMap<MeasurementName, Staging>;
    rollup: Rollup;
  }) {
    this.writer = parts.writer;
    this.rollup = parts.rollup;
    this.#instance = parts.instance;
    this.#stagings = parts.stagings;
  }

  static async open(options: DuckDatabaseOptions): Promise<DuckDatabase> {
    const instance = await DuckDBInstance.create(options.file, {
      memory_limit: `${options.memoryLimitMb}MB`,
      threads: '2',
    });
    try {
      const writer = await instance.connect();
      const stagings = new Map<MeasurementName, Staging>();
      for (const name of MEASUREMENT_NAMES) stagings.set(name, await Staging.create(TABLES[name], writer));
      const rollup = await Rollup.create(writer, options.readingsPerStep ?? READINGS_PER_STEP);
      return new DuckDatabase({ instance, writer, stagings, rollup });
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /** One transaction with one sync; all of the points or none. */
  async commit(points: readonly TelemetryPoint[]): Promise<void> {
    const stagings = [...this.#stagings.values()];
    let appended = 0;
    try {
      for (const staging of stagings) await staging.ready();
      for (const point of points) {
        this.#stagings.get(point.measurement)?.append(point);
        if (++appended % POINTS_PER_TURN === 0) await nextTurn();
      }
      for (const staging of stagings) staging.flush();
      await this.writer.run('BEGIN');
      try {
        for (const staging of stagings) await staging.merge();
        const dirtied = await this.rollup.mark(new Set(stagings.flatMap((staging) => [...staging.hours])));
        await this.writer.run('COMMIT');
        this.rollup.marked(dirtied);
      } catch (error) {
        await this.writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
      for (const staging of stagings) await staging.clear();
    } catch (error) {
      for (const staging of stagings) staging.discard();
      throw error;
    }
  }

  /** On a connection of its own, beside the writes. */
  async read<Result>(query: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.#instance.connect();
    const running = query(connection);
    this.#reading.add(running);
    try {
      return await running;
    } finally {
      this.#reading.delete(running);
      connection.closeSync();
    }
  }

  /** Waits for those who read: with one connection left, the file would stay open. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#reading);
    this.writer.closeSync();
    this.#instance.closeSync();
  }
}

/** Whether DuckDB refuses everything from now on. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /FATAL Error|has been invalidated/.test(error.message);
}
