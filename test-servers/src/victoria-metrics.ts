import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { accepts } from './mosquitto.ts';
import { freePort, ServerProcess } from './process.ts';
import { findProgram } from './requirement.ts';

/** A real VictoriaMetrics (single node) with a folder of its own: a second server of InfluxDB's v2 write API. */
export class VictoriaMetricsServer {
  readonly folder: string;
  readonly #port: number;
  #process: ServerProcess | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.#port = port;
  }

  static async start(): Promise<VictoriaMetricsServer> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-victoria-metrics-'));
    const server = new VictoriaMetricsServer(folder, await freePort());
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** Starts it (again) on the same port and folder. */
  async restart(): Promise<void> {
    await this.stop();
    const program = findProgram('victoria-metrics');
    if (!program) throw new Error('victoria-metrics is not installed');
    this.#process = new ServerProcess(program, [
      `-storageDataPath=${join(this.folder, 'data')}`,
      `-httpListenAddr=127.0.0.1:${this.#port}`,
      '-retentionPeriod=100y',
      '-dedup.minScrapeInterval=1ms', // a repeat of a sample is one sample
      '-search.latencyOffset=0s',
    ]);
    await this.#process.ready(
      async () => (await accepts(this.#port)) && (await fetch(`${this.url}/health`)).status === 200,
    );
  }

  /** Makes what was written visible to queries, which by itself takes a second or more. */
  async flush(): Promise<void> {
    await fetch(`${this.url}/internal/force_flush`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
