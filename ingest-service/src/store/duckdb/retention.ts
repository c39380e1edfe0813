import type { DuckDBConnection } from '@duckdb/node-api';

import { MEASUREMENT_NAMES } from '../../points/schema.ts';
import type { Retention } from '../telemetry-store.ts';
import { startNs } from './rollup.ts';
import { quote } from './tables.ts';

/** Raw readings are the bulk; everything else is kept as long as the hourly values. */
const RAW: readonly string[] = ['reading', 'device_health'];

/** Deletes what is older than it may be, and gives the space back to the file. @returns how many points went */
export async function deleteExpired(writer: DuckDBConnection, retention: Retention, nowMs: number): Promise<number> {
  let deleted = 0;
  // Before the deletion: a crash between the two only makes hours count as incomplete that are not.
  await writer.run(`INSERT INTO raw_horizon VALUES (${nowMs - retention.rawMs})`);
  for (const name of MEASUREMENT_NAMES) {
    const keepMs = RAW.includes(name) ? retention.rawMs : retention.downsampledMs;
    const result = await writer.run(`DELETE FROM ${quote(name)} WHERE "atNs" < ${startNs(nowMs - keepMs)}`);
    deleted += result.rowsChanged;
  }
  await writer.run(`DELETE FROM hourly WHERE "hourMs" < ${nowMs - retention.downsampledMs}`);
  await writer.run('DELETE FROM raw_horizon WHERE "rawFromMs" < (SELECT max("rawFromMs") FROM raw_horizon)');
  if (deleted > 0) await writer.run('CHECKPOINT');
  return deleted;
}
