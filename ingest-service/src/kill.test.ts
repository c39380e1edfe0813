import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DuckStore } from './store/duckdb/duckdb-store.ts';
import { IngestProcess } from './testing/ingest-process.ts';
import { READINGS_PER_BATCH, sendUntil } from './testing/steady-load.ts';
import { TEST_START_MS, TestGateway } from './testing/test-gateway.ts';

/** SHELFWIRE_TEST_KILLS=200 npx vitest run --project unit ingest-service/src/kill.test.ts */
const KILLS = Number(process.env['SHELFWIRE_TEST_KILLS'] ?? 3);
const SEED = Number(process.env['SHELFWIRE_TEST_SEED'] ?? Date.now() % 1_000_000);
const LIFE_MS_MAX = 1_200;
const ENV = { SHELFWIRE_JWT_SECRET: 'x'.repeat(32), SHELFWIRE_LOG_LEVEL: 'info' };

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe.runIf(needs('mosquitto', 'influxdb'))(`killed at random ${KILLS} times (SHELFWIRE_TEST_SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-kill-'));
  let broker: MosquittoServer;
  let database: InfluxServer;
  beforeAll(async () => {
    [broker, database] = await Promise.all([MosquittoServer.start(), InfluxServer.start()]);
    await database.createDatabase('shelfwire');
  });
  afterAll(async () => {
    await Promise.all([broker.close(), database.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns readings sent, all of which were confirmed in the end */
  async function runWithKills(tenantId: string, env: Readonly<Record<string, string>>): Promise<number> {
    const random = randomFrom(SEED);
    const gateway = await TestGateway.connect(broker.url, { tenantId, siteId: 's' });
    let kills = 0;
    const sending = sendUntil(gateway, () => kills >= KILLS);
    while (kills < KILLS) {
      const ingest = new IngestProcess(env);
      if (random() < 0.8) await ingest.url; // else it dies while it starts
      await delay(random() * LIFE_MS_MAX);
      await ingest.end('SIGKILL');
      kills++;
    }
    const survivor = new IngestProcess(env);
    const batches = await sending;
    expect(await survivor.end('SIGTERM')).toBe(0);
    await gateway.close();
    return batches * READINGS_PER_BATCH;
  }

  test('DuckDB has every reading, once', { timeout: 60_000 + KILLS * 5_000 }, async () => {
    const file = join(folder, 'telemetry.duckdb');
    const sent = await runWithKills('duck', {
      ...ENV,
      SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
      SHELFWIRE_DATA_DIR: folder,
      SHELFWIRE_DUCKDB_FILE: file,
    });
    const store = await DuckStore.open({ file, memoryLimitMb: 256 });
    const pairs = await store.series({
      measurement: 'reading',
      field: 'sequence',
      tags: { tenantId: 'duck' },
      fromMs: TEST_START_MS,
      toMs: TEST_START_MS + 86_400_000,
      limit: sent + 1,
    });
    await store.close();
    expect(sent).toBeGreaterThan(0);
    expect(pairs.map(([, sequence]) => sequence)).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  });

  test('InfluxDB has every reading, once', { timeout: 60_000 + KILLS * 5_000 }, async () => {
    const sent = await runWithKills('influx', {
      ...ENV,
      SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
      SHELFWIRE_DATA_DIR: folder,
      SHELFWIRE_TELEMETRY_STORE: 'influxdb',
      SHELFWIRE_INFLUXDB_URL: database.url,
    });
    const answer = await database.query(`SELECT "sequence" FROM "reading" WHERE "tenantId" = 'influx'`, 'shelfwire');
    const stored = answer.results?.[0]?.series?.[0]?.values.map(([, sequence]) => sequence);
    expect(sent).toBeGreaterThan(0);
    expect(stored).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  });
});
