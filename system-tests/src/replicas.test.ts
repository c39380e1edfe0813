import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { freePort, InfluxServer, MosquittoServer, needs, PostgresServer } from '@shelfwire/test-servers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';

import { serviceProcess } from './faults/centre.ts';
import { addComparisons, compareSeries } from './faults/comparison.ts';
import { eventually } from './faults/eventually.ts';
import { GatewayProcess } from './faults/gateway-process.ts';
import { Probe } from './faults/probe.ts';
import { catalogue, fleet, gatewayFile, PROBES, probeLogin, SHELVES } from './faults/site-files.ts';
import type { ServiceProcess } from './faults/service-process.ts';

/** `SHELFWIRE_REPLICA_TEST_SECONDS=300` is the long form. */
const SECONDS = Number(process.env['SHELFWIRE_REPLICA_TEST_SECONDS'] ?? 6);
const SECRET = 'replica-test-secret-replica-test-secret';

interface Replica {
  url: string;
  process: ServiceProcess;
}

/** Two of each on one Mosquitto, one PostgreSQL and one InfluxDB, a gateway, and a simulated site with its supplier. */
class ReplicatedSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'shelfwire-replicas-'));
  readonly ingest: Replica[] = [];
  readonly reorder: Replica[] = [];
  supplierPort = 0;

  readonly broker: MosquittoServer;
  readonly postgres: PostgresServer;
  readonly influx: InfluxServer;
  readonly databaseUrl: string;

  private constructor(broker: MosquittoServer, postgres: PostgresServer, influx: InfluxServer) {
    this.broker = broker;
    this.postgres = postgres;
    this.influx = influx;
    this.databaseUrl = postgres.createDatabase('shelfwire');
  }

  static async start(): Promise<ReplicatedSite> {
    const broker = await MosquittoServer.start();
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
    for (const name of ['a', 'b']) {
      site.ingest.push(await site.#replica('ingest', name, site.#ingestEnv(name)));
      site.reorder.push(await site.#replica('reorder', name, site.#reorderEnv(name)));
    }
    await Promise.all([...site.ingest, ...site.reorder].map(({ process }) => process.ready()));
    return site;
  }

  async #replica(service: 'ingest' | 'reorder', name: string, env: Record<string, string>): Promise<Replica> {
    const port = await freePort();
    const central = { SHELFWIRE_CENTRAL_MQTT_URL: this.broker.url, SHELFWIRE_JWT_SECRET: SECRET };
    const entry = `@shelfwire/${service}-service/main`;
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
      SHELFWIRE_SEED_FILE: join(this.folder, 'catalogue.yaml'),
    };
  }

  async startSim(gateway: GatewayProcess, fleetFile: string): Promise<ServiceProcess> {
    const sim = serviceProcess(this.folder, 'sim', '@shelfwire/device-sim/main', await freePort(), {
      SHELFWIRE_SIM_FLEET: join(this.folder, fleetFile),
      SHELFWIRE_SIM_MQTT_URL: gateway.deviceUrl,
      SHELFWIRE_SIM_SUPPLIER_PORT: String(this.supplierPort),
      // The one that stays; a load balancer would do the same.
      SHELFWIRE_SIM_CALLBACK_URL: this.reorder[1]?.url ?? '',
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

  async close(): Promise<void> {
    await Promise.all([...this.ingest, ...this.reorder].map(({ process }) => process.stop()));
    await this.broker.close();
    await Promise.all([this.postgres.close(), this.influx.close()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

describe.runIf(needs('mosquitto', 'postgres', 'influxdb'))('two replicas of each service', () => {
  test(
    `lose one each under load: every reading is stored once, the ledger agrees with the shelves, no order is doubled (${SECONDS} s)`,
    async () => {
      const site = await ReplicatedSite.start();
      const gateway = await GatewayProcess.start(site.folder, 'gateway', site.broker.url, {
        SHELFWIRE_RESEND_AFTER_MS: '2000',
      });
      onTestFinished(async () => {
        await gateway.process.stop();
        await site.close();
      });
      await gateway.process.ready();
      const probes = PROBES.map(
        (deviceId) => new Probe({ deviceId, url: gateway.deviceUrl, password: probeLogin(deviceId).password }),
      );
      const sim = await site.startSim(gateway, 'fleet.yaml');
      const running = probes.map((probe) => probe.run(20));
      await wait((SECONDS * 1_000) / 2);
      await Promise.all([site.ingest[0]?.process.kill(), site.reorder[0]?.process.kill()]); // for good
      await wait((SECONDS * 1_000) / 2);
      await eventually('a shelf has become low enough for an order', () =>
        Promise.resolve(site.sql('select count(*) from purchase_order') !== '0'),
      );
      for (const probe of probes) probe.stop();
      await Promise.all(running);
      await sim.stop();
      const calm = await site.startSim(gateway, 'fleet-calm.yaml');
      await eventually('the ledger says what lies on the shelves', () =>
        Promise.resolve(site.ledger() === site.truth()),
      );
      const supplied = (await (await fetch(`http://127.0.0.1:${site.supplierPort}/orders`)).json()) as {
        items: { idempotencyKey: string }[];
      };
      await calm.stop();
      await gateway.drained(); // both consumers have confirmed everything

      const readings = addComparisons(
        await Promise.all(probes.map(async (probe) => compareSeries(probe.sent, await site.stored(probe.deviceId)))),
      );
      const orders = Number(site.sql('select count(*) from purchase_order'));
      process.stdout.write(
        `2 ingest and 2 reorder replicas, one of each killed: ${JSON.stringify(readings)}, ${orders} orders\n`,
      );
      expect(readings).toMatchObject({ missing: 0, duplicate: 0, misordered: 0, foreign: 0 });
      expect(readings.matched).toBe(probes.reduce((sum, { sent }) => sum + sent.length, 0));
      expect(orders).toBeGreaterThan(0);
      expect(
        site.sql('select episode_id from purchase_order group by episode_id having count(*) > 1'),
        'episodes with two orders',
      ).toBe('');
      expect(new Set(supplied.items.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(supplied.items.length);
      expect(supplied.items.length).toBeLessThanOrEqual(orders);
      expect(
        site.sql(`select bin_id from stock_level l where on_hand <> (select sum(change) from stock_movement m
                  where m.tenant_id = l.tenant_id and m.site_id = l.site_id and m.bin_id = l.bin_id)`),
        'bins whose movements do not add up',
      ).toBe('');
    },
    (SECONDS + 240) * 1_000,
  );
});
