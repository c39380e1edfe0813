import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, InfluxServer, MosquittoServer, PostgresServer } from '@shelfwire/test-servers';

import { cpuSecondsOf, cpuSecondsOfTree } from '../cpu-seconds.ts';
import { catalogue, gatewayFile, type BenchDevices } from './site-files.ts';

const READY_TIMEOUT_MS = 300_000;
const SECRET = 'bench-secret-bench-secret-bench-secret';

type ServiceName = 'gateway' | 'ingest' | 'reorder';

/** Gateway, ingest-service and reorder-service as processes, on a real Mosquitto, PostgreSQL and InfluxDB. */
export class BenchSite {
  readonly devicePort: number;
  readonly broker: MosquittoServer;
  readonly #folder: string;
  readonly #httpPorts: Record<ServiceName, number>;
  readonly #postgres: PostgresServer;
  readonly #influx: InfluxServer;
  readonly #processes: Record<ServiceName, ChildProcess>;

  private constructor(parts: {
    devicePort: number;
    broker: MosquittoServer;
    folder: string;
    httpPorts: Record<ServiceName, number>;
    postgres: PostgresServer;
    influx: InfluxServer;
    processes: Record<ServiceName, ChildProcess>;
  }) {
    this.devicePort = parts.devicePort;
    this.broker = parts.broker;
    this.#folder = parts.folder;
    this.#httpPorts = parts.httpPorts;
    this.#postgres = parts.postgres;
    this.#influx = parts.influx;
    this.#processes = parts.processes;
  }

  /** @param supplierUrl where orders go */
  static async start(devices: BenchDevices, supplierUrl: string): Promise<BenchSite> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-chain-'));
    // JSON is YAML too, and 5,000 devices are read faster so.
    await writeFile(join(folder, 'gateway.yaml'), JSON.stringify(gatewayFile(devices)), { mode: 0o600 });
    await writeFile(join(folder, 'catalogue.yaml'), JSON.stringify(catalogue(devices, supplierUrl)));
    const [broker, postgres, influx] = await Promise.all([
      MosquittoServer.start(),
      PostgresServer.start(),
      InfluxServer.start(),
    ]);
    await influx.createDatabase('shelfwire');
    const devicePort = await freePort();
    const httpPorts = { gateway: await freePort(), ingest: await freePort(), reorder: await freePort() };
    const central = { SHELFWIRE_CENTRAL_MQTT_URL: broker.url, SHELFWIRE_JWT_SECRET: SECRET };
    const run = (name: ServiceName, entry: string, env: Record<string, string>): ChildProcess =>
      runService(folder, name, entry, { SHELFWIRE_HTTP_PORT: String(httpPorts[name]), ...env });
    const processes = {
      ingest: run('ingest', import.meta.resolve('@shelfwire/ingest-service/main'), {
        ...central,
        SHELFWIRE_TELEMETRY_STORE: 'influxdb',
        SHELFWIRE_INFLUXDB_URL: influx.url,
        SHELFWIRE_INFLUXDB_TOKEN: 'not-checked-by-this-engine',
        SHELFWIRE_INFLUXDB_ORG: 'shelfwire',
        SHELFWIRE_INFLUXDB_BUCKET: 'shelfwire',
      }),
      reorder: run('reorder', import.meta.resolve('@shelfwire/reorder-service/main'), {
        ...central,
        SHELFWIRE_DATABASE_URL: postgres.createDatabase('shelfwire'),
        SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
        SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
      }),
      gateway: run('gateway', import.meta.resolve('@shelfwire/edge-gateway/main'), {
        SHELFWIRE_GATEWAY_CONFIG: join(folder, 'gateway.yaml'),
        SHELFWIRE_UPLINK_URL: broker.url,
        SHELFWIRE_MQTT_PORT: String(devicePort),
      }),
    };
    const site = new BenchSite({
      devicePort,
      broker,
      folder,
      httpPorts,
      postgres,
      influx,
      processes,
    });
    try {
      await Promise.all((['gateway', 'ingest', 'reorder'] as const).map((name) => site.#ready(name)));
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  /** The sum of a metric over its labels, or over those that hold `label`. */
  async metric(service: ServiceName, name: string, label = ''): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#httpPorts[service]}/metrics`);
    const lines = (await answer.text()).split('\n');
    return lines
      .filter((line) => line.startsWith(`${name} `) || (line.startsWith(`${name}{`) && line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** How many weights the database really holds. */
  async storedReadings(): Promise<number> {
    const answer = await this.#influx.query(
      `SELECT COUNT("sequence") FROM "reading" WHERE "kind" = 'weight'`,
      'shelfwire',
    );
    const value = answer.results?.[0]?.series?.[0]?.values?.[0]?.[1];
    return typeof value === 'number' ? value : 0;
  }

  /** Resident memory of each of our processes. */
  async memoryMb(): Promise<Record<ServiceName, number>> {
    const entries = Object.entries(this.#processes).map(async ([name, { pid }]) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return [name, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024] as const;
    });
    return Object.fromEntries(await Promise.all(entries)) as Record<ServiceName, number>;
  }

  /** Processor time that each part has used so far. */
  async cpuSeconds(): Promise<Record<string, number>> {
    const ours = Object.entries(this.#processes).map(async ([name, { pid }]) => [name, await cpuSecondsOf(pid ?? 0)]);
    return Object.fromEntries([
      ...(await Promise.all(ours)),
      ['mosquitto', await cpuSecondsOf(this.broker.pid ?? 0)],
      ['influxdb', await cpuSecondsOf(this.#influx.pid ?? 0)],
      ['postgres', await cpuSecondsOfTree(this.#postgres.pid ?? 0)],
    ]) as Record<string, number>;
  }

  async close(): Promise<void> {
    for (const name of ['gateway', 'reorder', 'ingest'] as const) await end(this.#processes[name]);
    await this.broker.close();
    await this.#postgres.close();
    await this.#influx.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ready(name: ServiceName): Promise<void> {
    const endsAtMs = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.#httpPorts[name]}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      if (this.#processes[name].exitCode !== null || Date.now() > endsAtMs) {
        const log = await readFile(join(this.#folder, `${name}.log`), 'utf8');
        throw new Error(`${name} is not ready:\n${log.slice(-3_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function runService(folder: string, name: ServiceName, entry: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(entry)], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SHELFWIRE_DATA_DIR: join(folder, name),
      SHELFWIRE_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), 25_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
