import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InfluxServer, InfluxServer2, MosquittoServer } from '@shelfwire/test-servers';

import { IngestProcess } from './ingest-process.ts';
import { READINGS_RANGE } from './reading-source.ts';

const CONNECTIONS = 8;
const SHELVES = 1_000;

/** Broker, ingest-service and one of its stores, each a process of its own. */
export interface IngestBed {
  name: 'InfluxDB' | 'InfluxDB 2' | 'DuckDB';
  broker: MosquittoServer;
  ingest: IngestProcess;
  /** Only with InfluxDB. */
  database: InfluxServer | InfluxServer2 | undefined;
  countStored: () => Promise<number>;
  close: () => Promise<void>;
}

export async function startInflux(env: Record<string, string> = {}): Promise<IngestBed> {
  const database = await InfluxServer.start();
  await database.createDatabase('shelfwire');
  return startWith('InfluxDB', database, env);
}

/** The program that SHELFWIRE_TEST_INFLUXDB2 names. */
export async function startInflux2(env: Record<string, string> = {}): Promise<IngestBed> {
  const database = await InfluxServer2.start();
  return startWith('InfluxDB 2', database, { SHELFWIRE_INFLUXDB_TOKEN: database.token, ...env });
}

async function startWith(
  name: IngestBed['name'],
  database: InfluxServer | InfluxServer2,
  env: Record<string, string>,
): Promise<IngestBed> {
  const broker = await MosquittoServer.start();
  const ingest = await IngestProcess.start({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: String(CONNECTIONS),
    SHELFWIRE_TELEMETRY_STORE: 'influxdb',
    SHELFWIRE_INFLUXDB_URL: database.url,
    SHELFWIRE_DATA_DIR: database.folder,
    ...env,
  });
  const countStored = async (): Promise<number> => {
    const answer = await database.query('SELECT count("sequence") FROM "reading"', 'shelfwire');
    return Number(answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
  };
  const close = async (): Promise<void> => {
    await ingest.stop();
    await Promise.all([broker.close(), database.close()]);
  };
  return { name, broker, ingest, database, countStored, close };
}

export async function startDuck(env: Record<string, string> = {}): Promise<IngestBed> {
  const broker = await MosquittoServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-bench-duckdb-'));
  const ingest = await IngestProcess.start({
    SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
    SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS: String(CONNECTIONS),
    SHELFWIRE_TELEMETRY_STORE: 'duckdb',
    SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
    SHELFWIRE_DATA_DIR: folder,
    ...env,
  });
  const countStored = async (): Promise<number> => {
    let stored = 0;
    for (let shelf = 0; shelf < SHELVES; shelf++) {
      stored += (await ingest.countNetGrams(READINGS_RANGE, `scale-${shelf}`)).count;
    }
    return stored;
  };
  const close = async (): Promise<void> => {
    await ingest.stop();
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { name: 'DuckDB', broker, ingest, database: undefined, countStored, close };
}
