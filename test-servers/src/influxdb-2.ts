import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { INFLUX_2_ORG, Influx2Api } from './influx-2-api.ts';
import { freePort, ServerProcess } from './process.ts';

/** Without a space: `/query` of 2.x takes a token with one for no token at all. */
const TOKEN = 'the-operator-of-a-test';

/** The `influxd` 2.x that SHELFWIRE_TEST_INFLUXDB2 names; Debian has none, so that there is no place to look for one. */
export function influx2Program(): string | undefined {
  return program('SHELFWIRE_TEST_INFLUXDB2');
}

/** InfluxDB 2's own client, `influx`, that SHELFWIRE_TEST_INFLUXDB2_CLIENT names. */
export function influx2Client(): string | undefined {
  return program('SHELFWIRE_TEST_INFLUXDB2_CLIENT');
}

function program(variable: string): string | undefined {
  const path = process.env[variable];
  if (path === undefined || path === '') return undefined;
  // Whoever names one wants it used: to go on without would be a test that cannot fail.
  if (!existsSync(path)) throw new Error(`${variable}: ${path} is not there`);
  return path;
}

/** A real InfluxDB 2.x from the program named, with organisation and bucket `shelfwire`, in a folder of its own. */
export class InfluxServer2 extends Influx2Api {
  readonly folder: string;
  readonly #port: number;
  #process: ServerProcess | undefined;

  private constructor(folder: string, port: number) {
    super(`http://127.0.0.1:${port}`, TOKEN);
    this.folder = folder;
    this.#port = port;
  }

  static async start(options: { folder?: string; isSetUp?: boolean } = {}): Promise<InfluxServer2> {
    const { folder = await mkdtemp(join(tmpdir(), 'shelfwire-influxdb-2-')), isSetUp = true } = options;
    const server = new InfluxServer2(folder, await freePort());
    await server.restart();
    if (isSetUp) await server.setUp();
    return server;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  get output(): string {
    return this.#process?.output ?? '';
  }

  /** What the image's entry point does with DOCKER_INFLUXDB_INIT_*: `influx setup`, which is this one request. */
  async setUp(): Promise<void> {
    const first = { username: 'admin', password: 'a password of the admin', org: INFLUX_2_ORG, bucket: 'shelfwire' };
    await this.call('POST', '/api/v2/setup', { ...first, token: this.token });
  }

  /** Starts it (again) on the same port and folder. */
  async restart(): Promise<void> {
    await this.stop();
    const path = influx2Program();
    if (path === undefined) throw new Error('SHELFWIRE_TEST_INFLUXDB2 names no influxd');
    const settings = {
      'bolt-path': join(this.folder, 'influxd.bolt'),
      'sqlite-path': join(this.folder, 'influxd.sqlite'),
      'engine-path': join(this.folder, 'engine'),
      'http-bind-address': `127.0.0.1:${this.#port}`,
      'log-level': 'warn',
    };
    const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    this.#process = new ServerProcess(path, [...args, '--reporting-disabled'], {
      // Neither a configuration of this machine's own server, nor its variables.
      env: { PATH: process.env['PATH'], HOME: this.folder, INFLUXD_CONFIG_PATH: this.folder },
    });
    await this.#process.ready(async () => (await fetch(`${this.url}/health`)).status === 200);
  }

  /** SIGKILL is a power cut without the loss of the disk. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
