import { readFileSync } from 'node:fs';

import { ImpairedLink, MosquittoServer, type InfluxQueryAnswer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { IngestProcess } from './testing/ingest-process.ts';
import { READINGS_PER_BATCH, sendUntil } from './testing/steady-load.ts';
import { TestGateway } from './testing/test-gateway.ts';

/** SHELFWIRE_TEST_FAULT_ROUNDS=50 npx vitest run --project unit ingest-service/src/store-faults.test.ts */
const ROUNDS = Number(process.env['SHELFWIRE_TEST_FAULT_ROUNDS'] ?? 1);
const WAIT = { timeout: 60_000, interval: 25 };
const GOOD_LINE = { delayMs: 0, lossRatio: 0, retransmitMs: 0 };
/** Of the service's process, whatever happens to its database; it starts with about 150. */
const MEMORY_MB_MAX = 400;

interface Fault {
  begin: () => void | Promise<void>;
  end: () => void | Promise<void>;
}

/** A real InfluxDB with the bucket `shelfwire`, into which `token` may write. */
export interface DatabaseUnderFaults {
  url: string;
  folder: string;
  token: string;
  query: (influxQl: string) => Promise<InfluxQueryAnswer>;
  restart: () => Promise<void>;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  close: () => Promise<void>;
  /** What it does to the writer, in its own way. */
  refusals: Record<string, Fault>;
}

/** Every reading is there once, whatever the database does meanwhile. */
export function describeStoreFaults(
  name: string,
  refusals: readonly string[],
  start: () => Promise<DatabaseUnderFaults>,
): void {
  describe(`with faults of ${name} under load, ${ROUNDS} of each`, () => {
    let database: DatabaseUnderFaults;
    let link: ImpairedLink;
    let broker: MosquittoServer;
    beforeAll(async () => {
      broker = await MosquittoServer.start();
      database = await start();
      link = await ImpairedLink.start(Number(new URL(database.url).port), GOOD_LINE, () => 0.5);
    });
    afterAll(async () => {
      await link.close();
      await database.close();
      await broker.close();
    });

    const faults: Record<string, Fault> = {
      'is stopped': { begin: () => database.stop(), end: () => database.restart() },
      'is killed': { begin: () => database.stop('SIGKILL'), end: () => database.restart() },
      'is too slow for its timeout': {
        begin: () => link.impair({ ...GOOD_LINE, delayMs: 1_000 }),
        end: () => link.impair(GOOD_LINE),
      },
      'does not answer at all': { begin: () => link.cut(), end: () => link.restore() },
    };

    /** Runs `during` while a gateway sends; what came out is compared with what was sent. */
    async function underLoad(
      tenantId: string,
      during: (progress: () => Promise<void>, failures: () => Promise<number>) => Promise<void>,
    ): Promise<void> {
      const ingest = new IngestProcess({
        SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
        SHELFWIRE_DATA_DIR: `${database.folder}/${tenantId}`,
        SHELFWIRE_INSTANCE_ID: tenantId,
        SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: '4',
        SHELFWIRE_TELEMETRY_STORE: 'influxdb',
        SHELFWIRE_INFLUXDB_URL: `http://127.0.0.1:${link.port}`,
        SHELFWIRE_INFLUXDB_TOKEN: database.token,
        SHELFWIRE_INFLUXDB_TIMEOUT_MS: '500',
        SHELFWIRE_STORE_HOLD_MS: '300',
        SHELFWIRE_JWT_SECRET: 'x'.repeat(32),
      });
      const url = await ingest.url;
      const gateway = await TestGateway.connect(broker.url, { tenantId, siteId: 's' });
      let isOver = false;
      const sending = sendUntil(gateway, () => isOver);
      await during(
        async () => {
          const enough = gateway.confirmed.size + 5 * READINGS_PER_BATCH;
          await vi.waitFor(() => expect(gateway.confirmed.size).toBeGreaterThanOrEqual(enough), WAIT);
        },
        async () => {
          const metrics = await (await fetch(`${url}/metrics`)).text();
          return Number(/store_write_seconds_count\{outcome="failed"\} (\d+)/.exec(metrics)?.[1] ?? 0);
        },
      );
      isOver = true;
      const sent = (await sending) * READINGS_PER_BATCH;
      const peakMb =
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${ingest.child.pid}/status`, 'utf8'))?.[1]) / 1_024;
      expect(await ingest.end('SIGTERM')).toBe(0);
      await gateway.close();
      const answer = await database.query(`SELECT "sequence" FROM "reading" WHERE "tenantId" = '${tenantId}'`);
      const stored = answer.results?.[0]?.series?.[0]?.values.map(([, sequence]) => sequence);
      expect(stored).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
      expect(peakMb).toBeLessThan(MEMORY_MB_MAX);
      if (ROUNDS > 1)
        console.log(`${tenantId}: ${sent} sent, ${stored?.length} stored, peak memory ${Math.round(peakMb)} MB`);
    }

    test.each([...Object.keys(faults), ...refusals])(
      'that %s: nothing is lost, nothing is double',
      { timeout: 60_000 + ROUNDS * 30_000 },
      async (name) => {
        const fault = faults[name] ?? database.refusals[name];
        if (!fault) throw new Error(`no fault ${name}`);
        await underLoad(name.replaceAll(/\W+/g, '-'), async (progress, failures) => {
          for (let round = 0; round < ROUNDS; round++) {
            await progress();
            const before = await failures();
            await fault.begin();
            await vi.waitFor(async () => expect(await failures()).toBeGreaterThan(before + 1), WAIT);
            await fault.end();
          }
          await progress();
        });
      },
    );

    test(
      'whose connections are reset in the middle of a write: nothing is lost, nothing is double',
      { timeout: 60_000 + ROUNDS * 30_000 },
      async () => {
        await underLoad('resets', async (progress, failures) => {
          // Slow enough that a write is always under way.
          link.impair({ ...GOOD_LINE, delayMs: 4 });
          for (let round = 0; round < ROUNDS * 10; round++) {
            await progress();
            link.reset();
          }
          link.impair(GOOD_LINE);
          await progress();
          expect(await failures()).toBeGreaterThan(0);
        });
      },
    );
  });
}
