import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';

import { IngestProcess } from './ingest/ingest-process.ts';
import { postRaw } from './ingest/raw-posts.ts';
import { encodeBatches, READINGS_PER_BATCH, READINGS_RANGE } from './ingest/reading-source.ts';
import { UplinkLoad } from './ingest/uplink-load.ts';
import type { Row } from './row.ts';

/** Of the rate at which the same points, encoded beforehand, are taken by the same database. */
const RATIO_BUDGET = 0.6;
const CONNECTIONS = 8;
const IN_FLIGHT_BATCHES_MAX = 64;
const WARM_UP_BATCHES = 50;
/** Encoded at a time, so that ten million readings need no more memory than these. */
const BATCHES_PER_ROUND = 100;

export interface IngestBenchOptions {
  /** Ten million need about ten minutes. */
  readings?: number;
}

/**
 * Readings a second from the broker into a real InfluxDB, counted when their gateway has the confirmation; against the
 * same points posted raw, in turns in the same run. Then the same into DuckDB.
 * @returns no rows where a server is not installed; `needs` then says which
 */
export async function benchIngest(options: IngestBenchOptions = {}): Promise<Row[]> {
  if (!needs('mosquitto', 'influxdb')) return [];
  const readings = options.readings ?? 200_000;
  return [...(await benchInflux(readings)), ...(await benchDuck(readings))];
}

async function benchInflux(readings: number): Promise<Row[]> {
  const [broker, database] = await Promise.all([MosquittoServer.start(), InfluxServer.start()]);
  await database.createDatabase('shelfwire');
  await database.createDatabase('raw');
  const ingest = await IngestProcess.start({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: String(CONNECTIONS),
    SHELFWIRE_TELEMETRY_STORE: 'influxdb',
    SHELFWIRE_INFLUXDB_URL: database.url,
    SHELFWIRE_DATA_DIR: database.folder,
  });
  const load = await UplinkLoad.connect(broker.url);
  try {
    const rawUrl = `${database.url}/api/v2/write?org=o&bucket=raw&precision=ns`;
    const posted = await inRounds(readings, async (batches) => {
      const rawSeconds = await postRaw(
        rawUrl,
        batches.map(({ lines }) => lines),
        CONNECTIONS,
      );
      return { rawSeconds, seconds: await sendAll(load, batches) };
    });
    const ratio = posted.rawSeconds / posted.seconds;
    const missing = posted.sent - (await countStored(database));
    return [
      { id: 'ingest/raw posts into InfluxDB', value: posted.readings / posted.rawSeconds, unit: '1/s', ok: true },
      {
        id: 'ingest/readings confirmed, InfluxDB',
        value: posted.readings / posted.seconds,
        unit: '1/s',
        ratio,
        budget: RATIO_BUDGET,
        ok: ratio >= RATIO_BUDGET,
      },
      { id: 'ingest/missing or double in InfluxDB', value: missing, unit: 'readings', budget: 0, ok: missing === 0 },
      { id: 'ingest/peak memory, InfluxDB', value: await ingest.peakMemoryMb(), unit: 'MB', ok: true },
    ];
  } finally {
    await load.close();
    await ingest.stop();
    await Promise.all([broker.close(), database.close()]);
  }
}

async function benchDuck(readings: number): Promise<Row[]> {
  const broker = await MosquittoServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-bench-duckdb-'));
  const ingest = await IngestProcess.start({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: String(CONNECTIONS),
    SHELFWIRE_TELEMETRY_STORE: 'duckdb',
    SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
    SHELFWIRE_DATA_DIR: folder,
  });
  const load = await UplinkLoad.connect(broker.url);
  try {
    const posted = await inRounds(readings, async (batches) => ({
      rawSeconds: 0,
      seconds: await sendAll(load, batches),
    }));
    let stored = 0;
    let slowestMs = 0;
    for (let shelf = 0; shelf < 1_000; shelf++) {
      const { count, ms } = await ingest.countNetGrams(READINGS_RANGE, `scale-${shelf}`);
      stored += count;
      slowestMs = Math.max(slowestMs, ms);
    }
    const missing = posted.sent - stored;
    return [
      { id: 'ingest/readings confirmed, DuckDB', value: posted.readings / posted.seconds, unit: '1/s', ok: true },
      { id: 'ingest/missing or double in DuckDB', value: missing, unit: 'readings', budget: 0, ok: missing === 0 },
      {
        id: 'ingest/slowest history of a shelf, DuckDB',
        value: slowestMs,
        unit: 'ms',
        budget: 100,
        ok: slowestMs <= 100,
      },
      { id: 'ingest/peak memory, DuckDB', value: await ingest.peakMemoryMb(), unit: 'MB', ok: true },
    ];
  } finally {
    await load.close();
    await ingest.stop();
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Encoded = ReturnType<typeof encodeBatches>;

/** The first round warms up and is not counted, but its readings are `sent` like the others. */
async function inRounds(
  readings: number,
  round: (batches: Encoded) => Promise<{ rawSeconds: number; seconds: number }>,
): Promise<{ readings: number; sent: number; rawSeconds: number; seconds: number }> {
  await round(encodeBatches(0, WARM_UP_BATCHES));
  const total = { readings: 0, sent: WARM_UP_BATCHES * READINGS_PER_BATCH, rawSeconds: 0, seconds: 0 };
  for (let next = WARM_UP_BATCHES; total.readings < readings; next += BATCHES_PER_ROUND) {
    const { rawSeconds, seconds } = await round(encodeBatches(next, BATCHES_PER_ROUND));
    total.readings += BATCHES_PER_ROUND * READINGS_PER_BATCH;
    total.sent += BATCHES_PER_ROUND * READINGS_PER_BATCH;
    total.rawSeconds += rawSeconds;
    total.seconds += seconds;
  }
  return total;
}

function sendAll(load: UplinkLoad, batches: Encoded): Promise<number> {
  return load.send(
    batches.map(({ batch }) => batch),
    IN_FLIGHT_BATCHES_MAX,
  );
}

async function countStored(database: InfluxServer): Promise<number> {
  const answer = await database.query('SELECT count("sequence") FROM "reading"', 'shelfwire');
  return Number(answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
}
