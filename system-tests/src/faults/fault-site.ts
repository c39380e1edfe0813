import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, InfluxServer, MosquittoServer, PostgresServer } from '@shelfwire/test-servers';
import { stringify } from 'yaml';

import type { Victim } from './plan.ts';
import { ServiceProcess } from './service-process.ts';
import { catalogue, fleet, gatewayFile } from './site-files.ts';

/** `production`: PostgreSQL and InfluxDB. `embedded`: PGlite and DuckDB. The central broker is Mosquitto in both. */
export type Parts = 'production' | 'embedded';

const SECRET = 'fault-test-secret-fault-test-secret!';
const ADMIN = { email: 'admin@fault.test', password: 'fault-test-password' };

/** The whole system as processes of its own, in a folder of its own, that can be killed one by one. */
export class FaultSite {
  readonly parts: Parts;
  readonly folder: string;
  readonly ports: Record<'device' | 'gatewayHttp' | 'ingestHttp' | 'reorderHttp' | 'simHttp' | 'supplier', number>;
  readonly broker: MosquittoServer;
  readonly services: Record<'gateway' | 'ingest' | 'reorder', ServiceProcess>;
  readonly #databases: { close(): Promise<void> }[];
  #sim: ServiceProcess | undefined;
  #token = '';

  private constructor(
    parts: Parts,
    folder: string,
    ports: FaultSite['ports'],
    broker: MosquittoServer,
    databases: { close(): Promise<void> }[],
    services: FaultSite['services'],
  ) {
    this.parts = parts;
    this.folder = folder;
    this.ports = ports;
    this.broker = broker;
    this.#databases = databases;
    this.services = services;
  }

  static async start(parts: Parts): Promise<FaultSite> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-faults-'));
    const ports = {
      device: await freePort(),
      gatewayHttp: await freePort(),
      ingestHttp: await freePort(),
      reorderHttp: await freePort(),
      simHttp: await freePort(),
      supplier: await freePort(),
    };
    await writeFile(join(folder, 'gateway.yaml'), stringify(gatewayFile()), { mode: 0o600 });
    await writeFile(join(folder, 'catalogue.yaml'), stringify(catalogue(`http://127.0.0.1:${ports.supplier}`)));
    await writeFile(join(folder, 'fleet.yaml'), stringify(fleet({ customers: true })));
    await writeFile(join(folder, 'fleet-calm.yaml'), stringify(fleet({ customers: false })));

    const broker = await MosquittoServer.start();
    const databases: { close(): Promise<void> }[] = [];
    let databaseUrl = `pglite:${join(folder, 'pglite')}`;
    let store: Record<string, string> = {
      SHELFWIRE_TELEMETRY_STORE: 'duckdb',
      SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
    };
    if (parts === 'production') {
      const [postgres, influx] = await Promise.all([PostgresServer.start(), InfluxServer.start()]);
      databases.push(postgres, influx);
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
    const central = { SHELFWIRE_CENTRAL_MQTT_URL: broker.url, SHELFWIRE_JWT_SECRET: SECRET };
    const service = (name: string, entry: string, httpPort: number, env: Record<string, string>): ServiceProcess =>
      new ServiceProcess({
        name,
        entry,
        readyUrl: `http://127.0.0.1:${httpPort}/readyz`,
        logFile: join(folder, `${name}.log`),
        env: { SHELFWIRE_HTTP_PORT: String(httpPort), SHELFWIRE_DATA_DIR: join(folder, name), ...env },
      });
    const site = new FaultSite(parts, folder, ports, broker, databases, {
      gateway: service('gateway', '@shelfwire/edge-gateway/main', ports.gatewayHttp, {
        SHELFWIRE_GATEWAY_CONFIG: join(folder, 'gateway.yaml'),
        SHELFWIRE_UPLINK_URL: broker.url,
        SHELFWIRE_MQTT_PORT: String(ports.device),
      }),
      ingest: service('ingest', '@shelfwire/ingest-service/main', ports.ingestHttp, { ...central, ...store }),
      reorder: service('reorder', '@shelfwire/reorder-service/main', ports.reorderHttp, {
        ...central,
        SHELFWIRE_DATABASE_URL: databaseUrl,
        SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
        SHELFWIRE_ADMIN_EMAIL: ADMIN.email,
        SHELFWIRE_ADMIN_PASSWORD: ADMIN.password,
      }),
    });
    for (const process of Object.values(site.services)) process.start();
    await Promise.all(Object.values(site.services).map((process) => process.ready()));
    return site;
  }

  get deviceUrl(): string {
    return `mqtt://127.0.0.1:${this.ports.device}`;
  }

  /** Starts the simulated site, going on from where it stopped; calm means that nobody takes anything any more. */
  async startSim(options: { calm: boolean }): Promise<void> {
    const sim = new ServiceProcess({
      name: 'sim',
      entry: '@shelfwire/device-sim/main',
      readyUrl: `http://127.0.0.1:${this.ports.simHttp}/readyz`,
      logFile: join(this.folder, 'sim.log'),
      env: {
        SHELFWIRE_SIM_FLEET: join(this.folder, options.calm ? 'fleet-calm.yaml' : 'fleet.yaml'),
        SHELFWIRE_SIM_MQTT_URL: this.deviceUrl,
        SHELFWIRE_SIM_SUPPLIER_PORT: String(this.ports.supplier),
        SHELFWIRE_SIM_CALLBACK_URL: `http://127.0.0.1:${this.ports.reorderHttp}`,
        SHELFWIRE_SIM_TRUTH_FILE: this.truthFile,
        SHELFWIRE_SIM_STATE_FILE: join(this.folder, 'sim-state.json'),
        SHELFWIRE_HTTP_PORT: String(this.ports.simHttp),
      },
    });
    this.#sim = sim;
    sim.start();
    await sim.ready();
  }

  async stopSim(): Promise<void> {
    await this.#sim?.stop();
  }

  get truthFile(): string {
    return join(this.folder, 'truth.ndjson');
  }

  async kill(victim: Victim): Promise<void> {
    if (victim === 'broker') await this.broker.stop('SIGKILL');
    else await this.services[victim].kill();
  }

  async restart(victim: Victim): Promise<void> {
    if (victim === 'broker') await this.broker.restart();
    else this.services[victim].start();
  }

  /** `GET` on the reorder-service or the ingest-service, signed in as the administrator. */
  async get<Answer>(service: 'reorder' | 'ingest', path: string): Promise<Answer> {
    const base = `http://127.0.0.1:${service === 'reorder' ? this.ports.reorderHttp : this.ports.ingestHttp}`;
    if (this.#token === '') this.#token = await this.#signIn();
    const response = await fetch(base + path, { headers: { authorization: `Bearer ${this.#token}` } });
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
      const page: { items: Item[]; nextCursor: string | null } = await this.get(
        'reorder',
        `${path}${separator}limit=500${next}`,
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  async gatewayMetric(name: string): Promise<number | undefined> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.gatewayHttp}/metrics`).catch(() => undefined);
    const line = (await answer?.text())?.split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  async supplierOrders(): Promise<SupplierOrder[]> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.supplier}/orders`);
    return ((await answer.json()) as { items: SupplierOrder[] }).items;
  }

  /** @returns the exit code of each service: all 0 when they drained */
  async close(): Promise<Record<string, number | null>> {
    await this.stopSim();
    const codes: Record<string, number | null> = {};
    for (const [name, service] of Object.entries(this.services)) codes[name] = await service.stop();
    await this.broker.close();
    for (const database of this.#databases) await database.close();
    return codes;
  }

  async removeFolder(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #signIn(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.ports.reorderHttp}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    if (!response.ok) throw new Error(`cannot sign in: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { accessToken: string }).accessToken;
  }
}

export interface SupplierOrder {
  orderId: string;
  repeats: number;
}
