import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, InfluxServer, PostgresServer } from '@shelfwire/test-servers';
import { stringify } from 'yaml';

import { ownMosquitto, settingsAtCentre, type CentralBroker } from './broker-trial/central-broker.ts';
import { serviceProcess } from './faults/centre.ts';
import { eventually } from './faults/eventually.ts';
import type { GatewayProcess } from './faults/gateway-process.ts';
import { catalogue, fleet, gatewayFile, SHELVES } from './faults/site-files.ts';
import type { ServiceProcess } from './faults/service-process.ts';

const SECRET = 'replica-test-secret-replica-test-secret';

interface Replica {
  url: string;
  process: ServiceProcess;
}

/** Replicas of both services on one broker, one PostgreSQL and one InfluxDB, and a simulated site with its supplier. */
export class ReplicatedSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'shelfwire-replicas-'));
  readonly ingest: Replica[] = [];
  readonly reorder: Replica[] = [];
  supplierPort = 0;

  readonly broker: CentralBroker;
  readonly postgres: PostgresServer;
  readonly influx: InfluxServer;
  readonly databaseUrl: string;

  private constructor(broker: CentralBroker, postgres: PostgresServer, influx: InfluxServer) {
    this.broker = broker;
    this.postgres = postgres;
    this.influx = influx;
    this.databaseUrl = postgres.createDatabase('shelfwire');
  }

  /** @param given closed with the site; without it, a Mosquitto */
  static async start(given?: CentralBroker): Promise<ReplicatedSite> {
    const broker = given ?? (await ownMosquitto());
    const [postgres, influx] = await Promise.all([PostgresServer.start(), InfluxServer.start()]);
    await influx.createDatabase('shelfwire');
    const site = new ReplicatedSite(broker, postgres, influx);
    site.supplierPort = await freePort();
    const write = (name: string, value: unknown): void =>
      writeFileSync(join(site.folder, name), stringify(value), { mode: 0o600 });
    write('gateway.yaml', gatewayFile());
    write('catalogue.yaml', catalogue(`http://127.0.0.1:${site.supplierPort}`));
    write('fleet.yaml', fleet({ customers: true }));
    write('fleet-calm.yaml', fleet({ customers: false }));
    return site;
  }

  /**
   * Starts one more of each service, and waits until both are ready.
   * @param build the folder of another build; without it, this one
   */
  async addReplicas(name: string, build?: string): Promise<void> {
    const ingest = await this.#replica('ingest', name, this.#ingestEnv(name), build);
    const reorder = await this.#replica('reorder', name, this.#reorderEnv(name), build);
    this.ingest.push(ingest);
    this.reorder.push(reorder);
    await Promise.all([ingest.process.ready(), reorder.process.ready()]);
  }

  async #replica(
    service: 'ingest' | 'reorder',
    name: string,
    env: Record<string, string>,
    build?: string,
  ): Promise<Replica> {
    const port = await freePort();
    const central = { ...settingsAtCentre(this.broker, this.ingest.length + 1), SHELFWIRE_JWT_SECRET: SECRET };
    const entry =
      build === undefined ? `@shelfwire/${service}-service/main` : join(build, `${service}-service/dist/main.js`);
    const process = serviceProcess(this.folder, `${service}-${name}`, entry, port, { ...central, ...env });
    process.start();
    return { url: `http://127.0.0.1:${port}`, process };
  }

  #ingestEnv(name: string): Record<string, string> {
    return {
      SHELFWIRE_INSTANCE_ID: `ingest-${name}`,
      SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: '2',
      SHELFWIRE_TELEMETRY_STORE: 'influxdb',
      SHELFWIRE_INFLUXDB_URL: this.influx.url,
      SHELFWIRE_INFLUXDB_TOKEN: 'not-checked-by-this-engine',
    };
  }

  #reorderEnv(name: string): Record<string, string> {
    return {
      SHELFWIRE_CENTRAL_MQTT_CLIENT_ID: `reorder-${name}`,
      SHELFWIRE_CENTRAL_MQTT_SHARED: 'true',
      SHELFWIRE_DATABASE_URL: this.databaseUrl,
      SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
      SHELFWIRE_SEED_FILE: join(this.folder, 'catalogue.yaml'),
    };
  }

  /** @param callbackUrl the reorder-service that suppliers answer; a load balancer in real life */
  async startSim(
    gateway: GatewayProcess,
    fleetFile: 'fleet.yaml' | 'fleet-calm.yaml',
    callbackUrl: string,
  ): Promise<ServiceProcess> {
    const sim = serviceProcess(this.folder, 'sim', '@shelfwire/device-sim/main', await freePort(), {
      SHELFWIRE_SIM_FLEET: join(this.folder, fleetFile),
      SHELFWIRE_SIM_MQTT_URL: gateway.deviceUrl,
      SHELFWIRE_SIM_SUPPLIER_PORT: String(this.supplierPort),
      SHELFWIRE_SIM_CALLBACK_URL: callbackUrl,
      SHELFWIRE_SIM_TRUTH_FILE: join(this.folder, 'truth.ndjson'),
      SHELFWIRE_SIM_STATE_FILE: join(this.folder, 'sim-state.json'),
    });
    sim.start();
    await sim.ready();
    return sim;
  }

  sql(query: string): string {
    return execFileSync('psql', ['-XAtc', query, this.databaseUrl], { stdio: 'pipe' }).toString().trim();
  }

  /** What a probe's series holds, in the order of time, from the database itself. */
  async stored(deviceId: string): Promise<number[]> {
    const { results } = await this.influx.query(
      `select netGrams from reading where deviceId = '${deviceId}'`,
      'shelfwire',
    );
    return (results?.[0]?.series?.[0]?.values ?? []).map(([, value]) => Number(value));
  }

  /** Pieces by bin, from the simulator's own account. */
  truth(): string {
    const pieces = new Map<string, number>();
    for (const line of readFileSync(join(this.folder, 'truth.ndjson'), 'utf8').split('\n').filter(Boolean)) {
      const event = JSON.parse(line) as {
        type: string;
        binId?: string;
        piecesAfter?: number;
        bins?: { binId: string; pieces: number }[];
      };
      if (event.type === 'start') for (const bin of event.bins ?? []) pieces.set(bin.binId, bin.pieces);
      if (event.binId !== undefined && event.piecesAfter !== undefined) pieces.set(event.binId, event.piecesAfter);
    }
    return SHELVES.map(({ binId }) => `${binId} ${pieces.get(binId)}`)
      .toSorted()
      .join('\n');
  }

  ledger(): string {
    return this.sql(`select bin_id || ' ' || on_hand from stock_level order by bin_id`);
  }

  /** Orders as the supplier has them: how many, and how many it knows under a key of their own. */
  async supplied(): Promise<{ orders: number; keys: number }> {
    const answer = await fetch(`http://127.0.0.1:${this.supplierPort}/orders`);
    const { items } = (await answer.json()) as { items: { idempotencyKey: string }[] };
    return { orders: items.length, keys: new Set(items.map(({ idempotencyKey }) => idempotencyKey)).size };
  }

  async ledgerAgrees(): Promise<void> {
    await eventually('the ledger says what lies on the shelves', () => Promise.resolve(this.ledger() === this.truth()));
  }

  /** What must never be: empty where all is well. */
  broken(): string[] {
    const asked = {
      'an episode with two orders': 'select episode_id from purchase_order group by episode_id having count(*) > 1',
      'a bin whose movements do not add up': `select bin_id from stock_level l
        where on_hand <> (select sum(change) from stock_movement m
                          where m.tenant_id = l.tenant_id and m.site_id = l.site_id and m.bin_id = l.bin_id)`,
    };
    return Object.entries(asked).flatMap(([what, query]) => {
      const found = this.sql(query);
      return found === '' ? [] : [`${what}: ${found}`];
    });
  }

  /** @param failed keeps the logs of all, with PostgreSQL's, and says where: what happens once in many runs is found by them */
  async close({ failed = false } = {}): Promise<void> {
    await Promise.all([...this.ingest, ...this.reorder].map(({ process }) => process.stop()));
    await this.broker.close();
    writeFileSync(join(this.folder, 'postgres.log'), this.postgres.output);
    await Promise.all([this.postgres.close(), this.influx.close()]);
    if (failed) process.stdout.write(`the logs of the run are kept in ${this.folder}\n`);
    else await rm(this.folder, { recursive: true, force: true });
  }
}
