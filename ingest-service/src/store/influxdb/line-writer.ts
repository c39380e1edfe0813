import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';

import type { RejectedPoint } from '../telemetry-store.ts';
import { classifyFailure } from './failure.ts';

/** A line, and where its point stood in the write. */
export interface Line {
  index: number;
  text: string;
}

/** Posts lines by the v2 write API; every request's answer decides. */
export class LineWriter {
  readonly #client: InfluxDB;
  readonly #writePath: string;

  constructor(client: InfluxDB, { org, bucket }: { org: string; bucket: string }) {
    this.#client = client;
    this.#writePath = `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' }).toString()}`;
  }

  /** A 400 names no line that one could rely on: halves are written again until the bad ones stand alone. */
  async write(lines: readonly Line[], rejected: RejectedPoint[]): Promise<void> {
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
      await this.write(lines.slice(0, middle), rejected);
      await this.write(lines.slice(middle), rejected);
    }
  }

  /** Lines of our own making. @throws if the database refuses one for ever */
  async writeAll(lines: readonly string[]): Promise<void> {
    const rejected: RejectedPoint[] = [];
    await this.write(
      lines.map((text, index) => ({ index, text })),
      rejected,
    );
    const [first] = rejected;
    if (first) throw new Error(`InfluxDB refuses an hourly value: ${first.reason}`);
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
}
