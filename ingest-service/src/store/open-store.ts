import type { IngestConfig } from '../config.ts';
import { DuckStore } from './duckdb/duckdb-store.ts';
import { InfluxStore } from './influxdb/influxdb-store.ts';
import type { TelemetryStore } from './telemetry-store.ts';

/** The store that the configuration names. An InfluxDB that is away is no error here: it may come later. */
export async function openStore(config: IngestConfig): Promise<TelemetryStore> {
  if (config.SHELFWIRE_TELEMETRY_STORE === 'duckdb') {
    return DuckStore.open({ file: config.SHELFWIRE_DUCKDB_FILE, memoryLimitMb: config.SHELFWIRE_DUCKDB_MEMORY_MB });
  }
  return new InfluxStore({
    url: config.SHELFWIRE_INFLUXDB_URL ?? '',
    token: config.SHELFWIRE_INFLUXDB_TOKEN,
    org: config.SHELFWIRE_INFLUXDB_ORG,
    bucket: config.SHELFWIRE_INFLUXDB_BUCKET,
    tenantBuckets: config.SHELFWIRE_INFLUXDB_TENANT_BUCKETS,
    instance: config.SHELFWIRE_INSTANCE_ID,
    readBy: config.SHELFWIRE_INFLUXDB_READ_BY,
    requestTimeoutMs: config.SHELFWIRE_INFLUXDB_TIMEOUT_MS,
  });
}
