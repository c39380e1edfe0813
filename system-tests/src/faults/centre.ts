import { join } from 'node:path';

import { freePort, InfluxServer, MosquittoServer, PostgresServer } from '@shelfwire/test-servers';

import type { Database } from './plan.ts';
import { ServiceProcess } from './service-process.ts';

/** `production`: PostgreSQL and InfluxDB. `embedded`: PGlite and DuckDB. The central broker is Mosquitto in both. */
export type Parts = 'production' | 'embedded';

const SECRET = 'fault-test-secret-fault-test-secret!';
const ADMIN = { email: 'admin@fault.test', password: 'fault-test-password' };

/** A service with its own folder, port and log below `folder`. */
export function serviceProcess(
  folder: string,
  name: string,
  entry: string,
  httpPort: number,
  env: Record<string, string>,
): ServiceProcess {
  return new ServiceProcess({
    name,
    entry,
    readyUrl: `http://127.0.0.1:${httpPort}/readyz`,
    logFile: join(folder, `${name}.log`),
    env: { SHELFWIRE_HTTP_PORT: String(httpPort), SHELFWIRE_DATA_DIR: join(folder, name), ...env },
  });
}

/** Broker, databases, ingest-service and reorder-service. */
export class Centre {
  readonly broker: MosquittoServer;
  readonly ingest: ServiceProcess;
  readonly reorder: ServiceProcess;
  readonly reorderUrl: string;
  readonly #databases: Partial<Record<Database, PostgresServer | InfluxServer>>;
  #token = '';

  private constructor(options: {
    broker: MosquittoServer;
    databases: Partial<Record<Database, PostgresServer | InfluxServer>>;
    ingest: ServiceProcess;
    reorder: ServiceProcess;
    reorderUrl: string;
  }) {
    this.broker = options.broker;
    this.#databases = options.databases;
    this.ingest = options.ingest;
    this.reorder = options.reorder;
    this.reorderUrl = options.reorderUrl;
  }

  /** Starts the processes; they may not be ready yet. `folder` holds `catalogue.yaml`. */
  static async start(folder: string, parts: Parts): Promise<Centre> {
    const broker = await MosquittoServer.start();
    const databases: Partial<Record<Database, PostgresServer | InfluxServer>> = {};
    let databaseUrl = `pglite:${join(folder, 'pglite')}`;
    let store: Record<string, string> = {
      SHELFWIRE_TELEMETRY_STORE: 'duckdb',
      SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
    };
    if (parts === 'production') {
      const [postgres, influx] = await Promise.all([PostgresServer.start(), InfluxServer.start()]);
      Object.assign(databases, { postgres, influxdb: influx });
      databaseUrl = postgres.createDatabase('shelfwire');
      await influx.createDatabase('shelfwire');
      store = {
        SHELFWIRE_TELEMETRY_STORE: 'influxdb',
        SHELFWIRE_INFLUXDB_URL: influx.url,
        SHELFWIRE_INFLUXDB_TOKEN: 'not-checked-by-this-engine',
        SHELFWIRE_INFLUXDB_ORG: 'shelfwire',
        SHELFWIRE_INFLUXDB_BUCKET: 'shelfwire',
      };
    }
    const [ingestPort, reorderPort] = [await freePort(), await freePort()];
    const central = { SHELFWIRE_CENTRAL_MQTT_URL: broker.url, SHELFWIRE_JWT_SECRET: SECRET };
    const ingest = serviceProcess(folder, 'ingest', '@shelfwire/ingest-service/main', ingestPort, {
      ...central,
      ...store,
    });
    const reorder = serviceProcess(folder, 'reorder', '@shelfwire/reorder-service/main', reorderPort, {
      ...central,
      SHELFWIRE_DATABASE_URL: databaseUrl,
      SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
      SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
      SHELFWIRE_ADMIN_EMAIL: ADMIN.email,
      SHELFWIRE_ADMIN_PASSWORD: ADMIN.password,
      SHELFWIRE_TELEMETRY_URL: `http://127.0.0.1:${ingestPort}`,
    });
    ingest.start();
    reorder.start();
    return new Centre({
      broker,
      databases,
      ingest,
      reorder,
      reorderUrl: `http://127.0.0.1:${reorderPort}`,
    });
  }

  async ready(timeoutMs?: number): Promise<void> {
    await Promise.all([this.ingest.ready(timeoutMs), this.reorder.ready(timeoutMs)]);
  }

  /** As a power cut; `restartDatabase` brings it back with what it had on disk. Nothing happens where it is embedded. */
  async killDatabase(name: Database): Promise<void> {
    await this.#databases[name]?.stop(name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
  }

  /** Where the servers keep their data, by name. */
  get databaseFolders(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.#databases).map(([name, { folder }]) => [name, folder]));
  }

  async restartDatabase(name: Database): Promise<void> {
    await this.#databases[name]?.restart();
  }

  /** `GET` on the reorder-service, signed in as the administrator; it passes questions about the history on to ingest. */
  async get<Answer>(path: string): Promise<Answer> {
    if (this.#token === '') this.#token = await this.#signIn();
    const response = await fetch(this.reorderUrl + path, { headers: { authorization: `Bearer ${this.#token}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Every item of a paged list. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: Item[]; nextCursor: string | null } = await this.get(`${path}${separator}limit=500${next}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /** @returns the exit code of each service: 0 when it drained */
  async close(): Promise<Record<string, number | null>> {
    const codes = { ingest: await this.ingest.stop(), reorder: await this.reorder.stop() };
    await this.broker.close();
    for (const database of Object.values(this.#databases)) await database.close();
    return codes;
  }

  async #signIn(): Promise<string> {
    const response = await fetch(`${this.reorderUrl}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    if (!response.ok) throw new Error(`cannot sign in: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { accessToken: string }).accessToken;
  }
}
