import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

import { InfluxDB } from '@influxdata/influxdb-client';

import { ingestError, StoreAwayError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import type {
  BucketRow,
  BucketsRequest,
  Retention,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  Stretch,
  StretchesRequest,
  TelemetryStore,
  WriteResult,
} from '../telemetry-store.ts';
import { InfluxBucket } from './bucket.ts';
import { Buckets } from './buckets.ts';
import { InfluxQlReader } from './influxql-reader.ts';
import { LineWriter } from './line-writer.ts';
import { InfluxUpkeep } from './upkeep.ts';
import { VictoriaReader } from './victoria-reader.ts';

export interface InfluxStoreOptions {
  url: string;
  token: string;
  org: string;
  bucket: string;
  /** `separate`: each tenant has the bucket `<bucket>_<tenantId>`, so that a token can be for one tenant alone. */
  tenantBuckets: 'shared' | 'separate';
  /** Which server it is, as far as reading goes. Writing is the same. */
  readBy: 'influxql' | 'victoria-metrics';
  /** Of this replica, the same after each start. */
  instance: string;
  /** One request, from its first byte to the last of its answer. */
  requestTimeoutMs: number;
}

/** How long requests in flight may go on when the store is closed. */
const CUT_OFF_MS = 2_000;

/**
 * Writes by the v2 write API (InfluxDB 2.x, 3.x, Cloud, VictoriaMetrics) and reads by InfluxQL. The official client
 * does the HTTP; its WriteApi is not used, because its buffer and its retries lose data: on 400 it gives up the whole
 * batch, it takes a partial write for success, and it only logs what it drops. Here each write is one request whose
 * answer decides.
 */
export class InfluxStore implements TelemetryStore {
  readonly #options: InfluxStoreOptions;
  readonly #client: InfluxDB;
  readonly #agent: Agent;
  readonly #buckets: Buckets;
  readonly #byName = new Map<string, InfluxBucket>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #retention: Retention | undefined;
  #closed = false;

  constructor(options: InfluxStoreOptions) {
    this.#options = options;
    this.#agent = new (options.url.startsWith('https:') ? TlsAgent : Agent)({ keepAlive: true });
    this.#client = new InfluxDB({
      url: options.url,
      token: options.token,
      timeout: options.requestTimeoutMs,
      transportOptions: { agent: this.#agent },
    });
    this.#buckets = new Buckets(this.#client, options.org);
  }

  write(points: readonly TelemetryPoint[]): Promise<WriteResult> {
    return this.#track(async () => {
      const tenants = new Set(this.#options.tenantBuckets === 'shared' ? [] : points.map(tenantOf));
      if (tenants.size <= 1) return this.#bucketOf(points[0]?.tags['tenantId']).write(points);
      const writes = [...tenants].map((tenantId) => this.#writeOfTenant(tenantId, points));
      return { rejected: (await Promise.all(writes)).flat() };
    });
  }

  async #writeOfTenant(tenantId: string, points: readonly TelemetryPoint[]): Promise<WriteResult['rejected']> {
    const indexes = [...points.keys()].filter((index) => points[index] && tenantOf(points[index]) === tenantId);
    const own = indexes.flatMap((index) => points[index] ?? []);
    const { rejected } = await this.#bucketOf(tenantId).write(own);
    return rejected.map(({ index, reason }) => ({ index: indexes[index] ?? index, reason }));
  }

  series(request: SeriesRequest): Promise<SeriesPair[]> {
    return this.#read(request.tags['tenantId'], (bucket) => bucket.reader.series(request));
  }

  buckets(request: BucketsRequest): Promise<BucketRow[]> {
    return this.#read(request.tags['tenantId'], (bucket) => bucket.reader.buckets(request));
  }

  stretches(request: StretchesRequest): Promise<Stretch[]> {
    return this.#read(request.tags['tenantId'], (bucket) => bucket.reader.stretches(request));
  }

  sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    return this.#read(site.tenantId, (bucket) => bucket.reader.sensors(site));
  }

  /** VictoriaMetrics has its retention and downsampling as flags of its own: nothing to do there. */
  async maintain(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    await this.#track(async () => {
      if (this.#options.readBy === 'victoria-metrics') return;
      this.#retention = retention;
      const failures: unknown[] = [];
      for (const name of await this.#bucketNames()) {
        if (signal?.aborted) return;
        try {
          await this.#bucketNamed(name).upkeep?.run(retention, nowMs, signal);
        } catch (error) {
          if (error instanceof StoreAwayError && error.code === 'STORE_UNAVAILABLE') throw error;
          failures.push(error); // one tenant's bucket is no reason to leave the others alone
        }
      }
      if (failures.length > 0) throw failures[0];
    });
  }

  async check(): Promise<void> {
    await this.#track(async () => {
      if (this.#options.tenantBuckets === 'separate') await this.#bucketNames();
      else await this.#bucketNamed(this.#options.bucket).reader.check();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const cutOff = setTimeout(() => this.#agent.destroy(), CUT_OFF_MS);
    await Promise.allSettled(this.#inFlight);
    clearTimeout(cutOff);
    this.#agent.destroy();
  }

  /** Also those of tenants that other replicas, or this one before its restart, wrote for. */
  async #bucketNames(): Promise<readonly string[]> {
    const { bucket, tenantBuckets } = this.#options;
    if (tenantBuckets === 'shared') return [bucket];
    return this.#buckets.beginningWith(`${bucket}_`, new InfluxQlReader(this.#client, bucket));
  }

  #read<Result>(tenantId: string | undefined, ask: (bucket: InfluxBucket) => Promise<Result[]>): Promise<Result[]> {
    return this.#track(async () => {
      try {
        return await ask(this.#bucketOf(tenantId));
      } catch (error) {
        const isMissing = error instanceof StoreAwayError && error.code === 'STORE_NOT_FOUND';
        // A tenant that never wrote has no bucket, and no readings.
        if (isMissing && this.#options.tenantBuckets === 'separate') return [];
        throw error;
      }
    });
  }

  #bucketOf(tenantId: string | undefined): InfluxBucket {
    const { bucket, tenantBuckets } = this.#options;
    return this.#bucketNamed(tenantBuckets === 'shared' ? bucket : `${bucket}_${tenantId ?? ''}`);
  }

  #bucketNamed(name: string): InfluxBucket {
    let bucket = this.#byName.get(name);
    if (bucket === undefined) {
      bucket = this.#open(name);
      this.#byName.set(name, bucket);
    }
    return bucket;
  }

  #open(name: string): InfluxBucket {
    const { org, readBy, instance } = this.#options;
    const writer = new LineWriter(this.#client, { org, bucket: name });
    if (readBy === 'victoria-metrics') {
      return new InfluxBucket({ reader: new VictoriaReader(this.#client), writer, upkeep: undefined });
    }
    const reader = new InfluxQlReader(this.#client, name);
    const makeBucket = async (): Promise<boolean> => {
      if (!this.#retention) return false;
      await this.#buckets.ensure(name, this.#retention, reader);
      return true;
    };
    const upkeep = new InfluxUpkeep({ makeBucket, reader, writer, instance });
    return new InfluxBucket({ reader, writer, upkeep });
  }

  async #track<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw ingestError('STORE_CLOSED', 'the InfluxDB store is closed');
    const running = work();
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }
}

function tenantOf(point: TelemetryPoint): string {
  return point.tags['tenantId'] ?? '';
}
