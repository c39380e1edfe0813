import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

import { HttpError, InfluxDB } from '@influxdata/influxdb-client';

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
import { classifyFailure } from './failure.ts';
import { InfluxQlReader } from './influxql-reader.ts';
import { encodeLine } from './line-protocol.ts';
import type { SeriesReader } from './series-reader.ts';
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

interface Line {
  index: number;
  text: string;
}

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
  readonly #writePath: string;
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
    this.#reader =
      options.readBy === 'influxql' ? new InfluxQlReader(this.#client, bucket) : new VictoriaReader(this.#client);
    this.#writePath = `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' }).toString()}`;
  }

  write(points: readonly TelemetryPoint[]): Promise<WriteResult> {
    return this.#track(async () => {
      const rejected: RejectedPoint[] = [];
      const lines: Line[] = [];
      for (const [index, point] of points.entries()) {
        const reason = pointProblem(point.measurement, point.fields);
        if (reason === undefined) lines.push({ index, text: encodeLine(point) });
        else rejected.push({ index, reason });
      }
      if (lines.length > 0) await this.#writeLines(lines, rejected);
      return { rejected };
    });
  }

  /** A 400 names no line that one could rely on: halves are written again until the bad ones stand alone. */
  async #writeLines(lines: readonly Line[], rejected: RejectedPoint[]): Promise<void> {
    try {
      await this.#post(lines.map((line) => line.text).join('\n'));
    } catch (error) {
      const failure = classifyFailure(error, Date.now());
      if (failure.kind === 'away') throw failure.error;
      const [first] = lines;
      if (first === undefined || lines.length === 1) {
        rejected.push({ index: first?.index ?? 0, reason: failure.reason });
        return;
      }
      const middle = lines.length >> 1;
      await this.#writeLines(lines.slice(0, middle), rejected);
      await this.#writeLines(lines.slice(middle), rejected);
    }
  }

  #post(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let status = 0;
      this.#client.transport.send(
        this.#writePath,
        body,
        { method: 'POST', headers: { 'content-type': 'text/plain; charset=utf-8' } },
        {
          responseStarted: (_headers, statusCode) => {
            status = statusCode ?? 0;
          },
          next: () => undefined,
          error: reject,
          complete: () => {
            // 3.x answers 201 to a partial write, which the client takes for success.
            if (status === 204 || status === 200) resolve();
            else if (status === 201) reject(new HttpError(400, 'partial write'));
            else reject(new Error(`unexpected answer ${status}`));
          },
        },
      );
    });
  }

  series(request: SeriesRequest): Promise<SeriesPair[]> {
    return this.#track(() => this.#reader.series(request));
  }

  sensors(site: { tenantId: string; siteId: string }): Promise<SensorSummary[]> {
    return this.#track(() => this.#reader.sensors(site));
  }

  async maintain(retention: Retention, nowMs: number): Promise<void> {
    await this.#track(async () => {});
    void retention;
    void nowMs;
  }

  check(): Promise<void> {
    return this.#track(() => this.#reader.check());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#inFlight);
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
