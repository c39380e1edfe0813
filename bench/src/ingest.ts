import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { influx2Program, InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';

import { IngestProcess } from './ingest/ingest-process.ts';
import { postRaw } from './ingest/raw-posts.ts';
import { encodeBatches, READINGS_PER_BATCH, READINGS_RANGE } from './ingest/reading-source.ts';
import { startInflux2 } from './ingest/stores.ts';
import { UplinkLoad } from './ingest/uplink-load.ts';
import { NodeRedFlow } from './peers/node-red-flow.ts';
import type { Row } from './row.ts';

/** Of the rate at which the same points, encoded beforehand, are taken by the same database. */
const RATIO_BUDGET = 0.6;
/** Of the rate of a Node-RED flow that gets the same batches; see peers/. */
const NODE_RED_RATIO_BUDGET = 5;
const OUTAGE_BATCHES = 20;
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
 * same points posted raw, and against a Node-RED flow that gets the same batches from the same broker, in turns in the
 * same run. Then the same into InfluxDB 2, where SHELFWIRE_TEST_INFLUXDB2 names one, and into DuckDB.
 * @returns no rows where a server is not installed; `needs` then says which
 */
export async function benchIngest(options: IngestBenchOptions = {}): Promise<Row[]> {
  if (!needs('mosquitto', 'influxdb')) return [];
  const readings = options.readings ?? 200_000;
  const ofInflux2 = influx2Program() === undefined ? [] : await benchInflux2(readings);
  return [...(await benchInflux(readings)), ...ofInflux2, ...(await benchDuck(readings))];
}

async function benchInflux(readings: number): Promise<Row[]> {
  const [broker, database] = await Promise.all([MosquittoServer.start(), InfluxServer.start()]);
  await database.createDatabase('shelfwire');
  await database.createDatabase('raw');
  await database.createDatabase('node_red');
  const ingest = await IngestProcess.start({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: String(CONNECTIONS),
    SHELFWIRE_TELEMETRY_STORE: 'influxdb',
    SHELFWIRE_INFLUXDB_URL: database.url,
    SHELFWIRE_DATA_DIR: database.folder,
  });
  const load = await UplinkLoad.connect(broker.url);
  const [first] = encodeBatches(0, 1);
  const peer = await NodeRedFlow.start(
    { brokerUrl: broker.url, influxUrl: database.directUrl, database: 'node_red' },
    first?.batch ?? Buffer.of(),
  );
  try {
    const rawUrl = `${database.url}/api/v2/write?org=o&bucket=raw&precision=ns`;
    const cpuBefore = await Promise.all([ingest.cpuSeconds(), peer.cpuSeconds()]);
    const posted = await inRounds(readings, async (batches) => {
      const rawSeconds = await postRaw(
        rawUrl,
        batches.map(({ lines }) => lines),
        CONNECTIONS,
      );
      const seconds = await sendAll(load, batches);
      return { rawSeconds, seconds, peerSeconds: await sendToPeer(peer, batches) };
    });
    const [cpu = 0, cpuOfPeer = 0] = (await Promise.all([ingest.cpuSeconds(), peer.cpuSeconds()])).map(
      (seconds, index) => ((seconds - (cpuBefore[index] ?? 0)) * 1_000_000) / posted.sent,
    );
    const ratio = posted.rawSeconds / posted.seconds;
    const peerRatio = posted.peerSeconds / posted.seconds;
    const missing = posted.sent - (await countStored(database, 'shelfwire'));
    const missingOfPeer = posted.sent - (await countStored(database, 'node_red'));
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
      { id: 'ingest/Node-RED flow into InfluxDB', value: posted.readings / posted.peerSeconds, unit: '1/s', ok: true },
      {
        id: 'ingest/readings confirmed v Node-RED flow',
        value: posted.readings / posted.seconds,
        unit: '1/s',
        ratio: peerRatio,
        budget: NODE_RED_RATIO_BUDGET,
        ok: peerRatio >= NODE_RED_RATIO_BUDGET,
      },
      { id: 'ingest/CPU of ingest', value: cpu, unit: 's/million readings', ratio: cpuOfPeer / cpu, ok: true },
      { id: 'ingest/CPU of the Node-RED flow', value: cpuOfPeer, unit: 's/million readings', ok: true },
      { id: 'ingest/missing or double after the Node-RED flow', value: missingOfPeer, unit: 'readings', ok: true },
      {
        id: `ingest/lost by the Node-RED flow, of ${OUTAGE_BATCHES * READINGS_PER_BATCH} sent while the database is away`,
        value: await loseInOutage(database, peer, posted.sent),
        unit: 'readings',
        ok: true,
      },
      { id: 'ingest/peak memory, InfluxDB', value: await ingest.peakMemoryMb(), unit: 'MB', ok: true },
    ];
  } finally {
    await Promise.all([load.close(), peer.close()]);
    await ingest.stop();
    await Promise.all([broker.close(), database.close()]);
  }
}

async function benchInflux2(readings: number): Promise<Row[]> {
  const { broker, ingest, database, countStored: count, close } = await startInflux2();
  const load = await UplinkLoad.connect(broker.url);
  try {
    if (database === undefined || !('token' in database)) throw new Error('not an InfluxDB 2');
    await database.createDatabase('raw');
    const rawUrl = `${database.url}/api/v2/write?org=shelfwire&bucket=raw&precision=ns`;
    const posted = await inRounds(readings, async (batches) => {
      const bodies = batches.map(({ lines }) => lines);
      const rawSeconds = await postRaw(rawUrl, bodies, CONNECTIONS, database.token);
      return { rawSeconds, seconds: await sendAll(load, batches), peerSeconds: 0 };
    });
    const missing = posted.sent - (await count());
    const ratio = posted.rawSeconds / posted.seconds;
    return [
      { id: 'ingest/raw posts into InfluxDB 2', value: posted.readings / posted.rawSeconds, unit: '1/s', ok: true },
      {
        id: 'ingest/readings confirmed, InfluxDB 2',
        value: posted.readings / posted.seconds,
        unit: '1/s',
        ratio,
        budget: RATIO_BUDGET,
        ok: ratio >= RATIO_BUDGET,
      },
      { id: 'ingest/missing or double in InfluxDB 2', value: missing, unit: 'readings', budget: 0, ok: missing === 0 },
      { id: 'ingest/peak memory, InfluxDB 2', value: await ingest.peakMemoryMb(), unit: 'MB', ok: true },
    ];
  } finally {
    await load.close();
    await close();
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
      peerSeconds: 0,
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

/** How long one round took, sent the three ways. */
interface RoundSeconds {
  rawSeconds: number;
  seconds: number;
  peerSeconds: number;
}

/** The first round warms up and is not counted, but its readings are `sent` like the others. */
async function inRounds(
  readings: number,
  round: (batches: Encoded) => Promise<RoundSeconds>,
): Promise<RoundSeconds & { readings: number; sent: number }> {
  await round(encodeBatches(0, WARM_UP_BATCHES));
  const sent = WARM_UP_BATCHES * READINGS_PER_BATCH;
  const total = { readings: 0, sent, rawSeconds: 0, seconds: 0, peerSeconds: 0 };
  for (let next = WARM_UP_BATCHES; total.readings < readings; next += BATCHES_PER_ROUND) {
    const { rawSeconds, seconds, peerSeconds } = await round(encodeBatches(next, BATCHES_PER_ROUND));
    total.readings += BATCHES_PER_ROUND * READINGS_PER_BATCH;
    total.sent += BATCHES_PER_ROUND * READINGS_PER_BATCH;
    total.rawSeconds += rawSeconds;
    total.seconds += seconds;
    total.peerSeconds += peerSeconds;
  }
  return total;
}

function sendAll(load: UplinkLoad, batches: Encoded): Promise<number> {
  return load.send(
    batches.map(({ batch }) => batch),
    IN_FLIGHT_BATCHES_MAX,
  );
}

async function sendToPeer(peer: NodeRedFlow, batches: Encoded): Promise<number> {
  const sent = await peer.send(
    batches.map(({ batch }) => batch),
    IN_FLIGHT_BATCHES_MAX,
  );
  return sent.seconds;
}

/** What a flow does that the ingest-service never does: readings that came while the database was away are gone. */
async function loseInOutage(database: InfluxServer, peer: NodeRedFlow, alreadySent: number): Promise<number> {
  const before = await countStored(database, 'node_red');
  const batches = encodeBatches(alreadySent / READINGS_PER_BATCH, OUTAGE_BATCHES).map(({ batch }) => batch);
  await database.stop();
  await peer.send(batches, OUTAGE_BATCHES);
  await database.restart();
  return OUTAGE_BATCHES * READINGS_PER_BATCH - ((await countStored(database, 'node_red')) - before);
}

async function countStored(database: InfluxServer, name: string): Promise<number> {
  const answer = await database.query('SELECT count("sequence") FROM "reading"', name);
  return Number(answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
}
