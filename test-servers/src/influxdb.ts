import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { accepts } from './mosquitto.ts';
import { freePort, ServerProcess } from './process.ts';
import { findProgram } from './requirement.ts';
import { WriteApiProxy } from './write-api-proxy.ts';

export interface InfluxServerOptions {
  /** Users and privileges count; `ADMIN` may do everything. Tokens are `name:password`, as 1.8 takes them. */
  auth?: boolean;
  /** Where its files go, which must exist; without it, a new folder. */
  folder?: string;
}

export const ADMIN = 'admin:secret';

/**
 * Debian's real InfluxDB 1.6 engine with a folder of its own. `url` is a test-only proxy that also answers
 * `/api/v2/write` (which this old server lacks), so that the official client of InfluxDB 2 writes into a real engine;
 * `directUrl` is the server itself.
 */
export class InfluxServer {
  readonly folder: string;
  /** `host:port` for `influxd backup` and `influxd restore`. */
  readonly backupAddress: string;
  readonly #httpPort: number;
  readonly #proxy: WriteApiProxy;
  readonly #auth: boolean;
  #process: ServerProcess | undefined;

  private constructor(
    folder: string,
    { httpPort, rpcPort }: { httpPort: number; rpcPort: number },
    proxy: WriteApiProxy,
    auth: boolean,
  ) {
    this.folder = folder;
    this.backupAddress = `127.0.0.1:${rpcPort}`;
    this.#httpPort = httpPort;
    this.#proxy = proxy;
    this.#auth = auth;
  }

  static async start(options: InfluxServerOptions = {}): Promise<InfluxServer> {
    const { auth = false, folder = await mkdtemp(join(tmpdir(), 'shelfwire-influxdb-')) } = options;
    const ports = { httpPort: await freePort(), rpcPort: await freePort() };
    await writeFile(join(folder, 'influxdb.conf'), serverConfig({ folder, ...ports, auth }));
    const proxy = await WriteApiProxy.start(ports.httpPort);
    const server = new InfluxServer(folder, ports, proxy, auth);
    await server.restart();
    const [name, password] = ADMIN.split(':');
    if (auth) await server.query(`CREATE USER "${name}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
    return server;
  }

  get url(): string {
    return this.#proxy.url;
  }

  get directUrl(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  async createDatabase(name: string): Promise<void> {
    await this.query(`CREATE DATABASE "${name}"`);
  }

  /** Runs InfluxQL as it is and answers the parsed JSON. Rejects when the server reports an error. */
  async query(influxQl: string, database?: string, user = ADMIN): Promise<InfluxQueryAnswer> {
    const parameters = new URLSearchParams({ q: influxQl, epoch: 'ms', ...(database ? { db: database } : {}) });
    const headers = this.#auth ? { authorization: `Basic ${Buffer.from(user).toString('base64')}` } : {};
    const response = await fetch(`${this.directUrl}/query`, { method: 'POST', body: parameters, headers });
    const answer = (await response.json()) as InfluxQueryAnswer;
    const error = answer.error ?? answer.results?.find((result) => result.error)?.error;
    if (error !== undefined) throw new Error(`InfluxDB: ${error} (${influxQl})`);
    return answer;
  }

  /** Starts it (again) on the same ports and folder. */
  async restart(): Promise<void> {
    await this.stop();
    const program = findProgram('influxdb');
    if (!program) throw new Error('influxdb is not installed');
    this.#process = new ServerProcess(program, ['-config', join(this.folder, 'influxdb.conf')]);
    await this.#process.ready(
      async () => (await accepts(this.#httpPort)) && (await fetch(`${this.directUrl}/ping`)).status === 204,
    );
  }

  /** The proxy stays, and answers as a broken connection. SIGKILL is a power cut without the loss of the disk. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await this.#proxy.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface InfluxQueryAnswer {
  error?: string;
  results?: {
    error?: string;
    series?: { name: string; tags?: Record<string, string>; columns: string[]; values: (string | number | null)[][] }[];
  }[];
}

interface ServerSettings {
  folder: string;
  httpPort: number;
  rpcPort: number;
  auth: boolean;
}

function serverConfig({ folder, httpPort, rpcPort, auth }: ServerSettings): string {
  return [
    'reporting-disabled = true',
    `bind-address = "127.0.0.1:${rpcPort}"`,
    '[meta]',
    `  dir = "${folder}/meta"`,
    '[data]',
    `  dir = "${folder}/data"`,
    `  wal-dir = "${folder}/wal"`,
    '  index-version = "tsi1"',
    '[monitor]',
    '  store-enabled = false',
    '[subscriber]',
    '  enabled = false',
    '[ifql]',
    '  enabled = false',
    '[http]',
    `  bind-address = "127.0.0.1:${httpPort}"`,
    '  log-enabled = false',
    `  auth-enabled = ${auth}`,
    '',
  ].join('\n');
}
