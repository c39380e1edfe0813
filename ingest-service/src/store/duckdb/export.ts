import type { DuckDBConnection } from '@duckdb/node-api';

import { measurement, type MeasurementName } from '../../points/schema.ts';
import { startNs } from './queries.ts';
import { quote } from './tables.ts';

export interface ExportRequest {
  tenantId: string;
  siteId: string;
  measurement: MeasurementName;
  fromMs: number;
  /** Not included. */
  toMs: number;
  format: 'parquet' | 'csv';
}

/** Writes every point of a site in the range to a file, in time order; `at` is a timestamp in UTC. */
export async function exportTo(connection: DuckDBConnection, request: ExportRequest, file: string): Promise<void> {
  const { tags, fields } = measurement(request.measurement);
  const columns = [...tags, ...Object.keys(fields)].map(quote).join(', ');
  const options = request.format === 'parquet' ? 'FORMAT parquet, COMPRESSION zstd' : 'FORMAT csv, HEADER';
  await connection.run(`COPY (SELECT make_timestamp_ns("atNs") AS "at", ${columns} FROM ${quote(request.measurement)}
    WHERE "tenantId" = ${quoteText(request.tenantId)} AND "siteId" = ${quoteText(request.siteId)}
    AND "atNs" >= ${startNs(request.fromMs)} AND "atNs" < ${startNs(request.toMs)} ORDER BY "atNs")
    TO ${quoteText(file)} (${options})`);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
