import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

import { InfluxDB } from '@influxdata/influxdb-client';

import { ingestError } from '../../errors.ts';
import type { TelemetryPoint } from '../../points/point.ts';
import { pointProblem } from '../../points/schema.ts';
import type {
  RejectedPoint,
  Retention,
  SensorSummary,
  SeriesPair,
  SeriesRequest,
  TelemetryStore,
  WriteResult,
} from '../telemetry-store.ts';
import { InfluxQlReader } from './influxql-reader.ts';
import { encodeLine } from './line-protocol.ts';
import { LineWriter, type Line } from './line-writer.ts';
import type { SeriesReader } from './series-reader.ts';
import { InfluxUpkeep } from './upkeep.ts';
import { VictoriaReader } from './victoria-reader.ts';

export interface InfluxStoreOptions {
  url: string;
  token: string;
  org: string;
  bucket: string;
  /** Which server it is, as far as reading goes. Writing is the same. */
  readBy: 'influxql' | 'victoria-metrics';
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
  readonly #client: InfluxDB;
  readonly #agent: Agent;
  readonly #reader: SeriesReader;
  readonly #writer: LineWriter;
  readonly #upkeep: InfluxUpkeep | undefined;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: InfluxStoreOptions) {
    this.#agent = new (options.url.startsWith('https:') ? TlsAgent : Agent)({ keepAlive: true });
    this.#client = new InfluxDB({
      url: options.url,
      token: options.token,
      timeout: options.requestTimeoutMs,
      transportOptions: { agent: this.#agent },
    });
    const { org, bucket } = options;
    this.#writer = new LineWriter(this.#client, { org, bucket });
    if (options.readBy === 'influxql') {
      const reader = new InfluxQlReader(this.#client, bucket);
      this.#reader = reader;
      this.#upkeep = new InfluxUpkeep({ client: this.#client, reader, writer: this.#writer, org, bucket });
    } else this.#reader = new VictoriaReader(this.#client);
  }

  write(points: readonly TelemetryPoint[]): Promise<WriteResult> {
    return this.#track(async () => {
      const rejected: RejectedPoint[] = [];
      const lines: Line[] = [];
      for (const [index, point] of points.entries()) {
        const reason = pointProblem(point.measurement, point.fields);
        if (reason === undefined) lines.push({ index, text: encodeLine(point) });
        else rejected.push({ index, reason });
        this.#upkeep?.touched(point);
      }
      if (lines.length > 0) await this.#writer.write(lines, rejected);
      return { rejected };
    });
  }

  series(request: SeriesRequest): Promise<SeriesPair[]> {
    return this.#track(() => this.#reader.series(request));
  }

  sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    return this.#track(() => this.#reader.sensors(site));
  }

  /** VictoriaMetrics has its retention and downsampling as flags of its own: nothing to do there. */
  async maintain(retention: Retention, nowMs: number, signal?: AbortSignal): Promise<void> {
    await this.#track(async () => this.#upkeep?.run(retention, nowMs, signal));
  }

  check(): Promise<void> {
    return this.#track(() => this.#reader.check());
  }

  async close(): Promise<void> {
    this.#closed = true;
    const cutOff = setTimeout(() => this.#agent.destroy(), CUT_OFF_MS);
    await Promise.allSettled(this.#inFlight);
    clearTimeout(cutOff);
    this.#agent.destroy();
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
