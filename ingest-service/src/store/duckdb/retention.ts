import type { DuckDBConnection } from '@duckdb/node-api';

import { MEASUREMENT_NAMES } from '../../points/schema.ts';
import type { Retention } from '../telemetry-store.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { startNs } from './queries.ts';
import type { Rollup } from './rollup.ts';
import { quote } from './tables.ts';

/** Raw readings are the bulk; everything else is kept as long as the hourly values. */
const RAW: readonly string[] = ['reading', 'device_health'];

/** Deletes what is older than it may be, and gives the space back to the file. @returns how many points went */
export async function deleteExpired(
  writer: DuckDBConnection,
  rollup: Rollup,
  retention: Retention,
  nowMs: number,
): Promise<number> {
  let deleted = 0;
  await rollup.rawGoesBefore(wholeHour(nowMs - retention.rawMs));
  for (const name of MEASUREMENT_NAMES) {
    const keepMs = RAW.includes(name) ? retention.rawMs : retention.downsampledMs;
    const result = await writer.run(`DELETE FROM ${quote(name)} WHERE "atNs" < ${startNs(wholeHour(nowMs - keepMs))}`);
    deleted += result.rowsChanged;
  }
  await writer.run(`DELETE FROM hourly WHERE "hourMs" < ${nowMs - retention.downsampledMs}`);
  if (deleted > 0) await writer.run('CHECKPOINT');
  return deleted;
}

/** Whole hours only, so that no hourly value ever stands on a part of its readings. */
function wholeHour(atMs: number): number {
  return atMs - (atMs % HOUR_MS);
}
