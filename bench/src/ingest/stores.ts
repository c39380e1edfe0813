import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InfluxServer, MosquittoServer } from '@shelfwire/test-servers';

import { IngestProcess } from './ingest-process.ts';
import { READINGS_RANGE } from './reading-source.ts';

const CONNECTIONS = 8;
const SHELVES = 1_000;

/** Broker, ingest-service and one of its stores, each a process of its own. */
export interface IngestBed {
  name: 'InfluxDB' | 'DuckDB';
  broker: MosquittoServer;
  ingest: IngestProcess;
  /** Only with InfluxDB. */
  database: InfluxServer | undefined;
  countStored: () => Promise<number>;
  close: () => Promise<void>;
}

export async function startInflux(env: Record<string, string> = {}): Promise<IngestBed> {
  const [broker, database] = await Promise.all([MosquittoServer.start(), InfluxServer.start()]);
  await database.createDatabase('shelfwire');
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
  return { name: 'InfluxDB', broker, ingest, database, countStored, close };
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
