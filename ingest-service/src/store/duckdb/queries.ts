import { NANOS_PER_MS } from '../../points/point.ts';
import { measurement } from '../../points/schema.ts';
import type { SeriesRequest, StoreAggregate } from '../telemetry-store.ts';
import { startNs } from './rollup.ts';
import { quote } from './tables.ts';

export interface Statement {
  sql: string;
  values: (string | number | bigint)[];
}

export function seriesSql(request: SeriesRequest): Statement {
  const { tags, fields } = measurement(request.measurement);
  const unknown = [request.field, ...Object.keys(request.tags)].find(
    (name) => !tags.includes(name) && !(name in fields),
  );
  if (unknown !== undefined) throw new RangeError(`${request.measurement} has no column ${unknown}`);

  const values: Statement['values'] = [startNs(request.fromMs), startNs(request.toMs)];
  const conditions = Object.entries(request.tags).map(([name, value]) => {
    values.push(value);
    return `${quote(name)} = $${values.length}`;
  });
  const field = quote(request.field);
  const where = ['"atNs" >= $1', '"atNs" < $2', `${field} IS NOT NULL`, ...conditions].join(' AND ');
  const from = `FROM ${quote(request.measurement)} WHERE ${where}`;
  const { bucket, limit } = request;
  if (!bucket) {
    return {
      sql: `SELECT "atNs" // ${NANOS_PER_MS}, ${field}::DOUBLE ${from} ORDER BY "atNs" LIMIT ${limit}`,
      values,
    };
  }
  const stepNs = BigInt(bucket.stepMs) * BigInt(NANOS_PER_MS);
  return {
    sql: `SELECT ("atNs" // ${stepNs}) * ${bucket.stepMs} AS bucket_ms, ${aggregateSql(bucket.aggregate, field)}::DOUBLE ${from} GROUP BY bucket_ms ORDER BY bucket_ms LIMIT ${limit}`,
    values,
  };
}

export const SENSORS_SQL = `
  SELECT 'reading', "deviceId", "sensorId", "kind", max("atNs") // ${NANOS_PER_MS} FROM "reading"
    WHERE "tenantId" = $1 AND "siteId" = $2 GROUP BY ALL
  UNION ALL
  SELECT 'device_health', "deviceId", "sensorId", 'health', max("atNs") // ${NANOS_PER_MS} FROM "device_health"
    WHERE "tenantId" = $1 AND "siteId" = $2 GROUP BY ALL`;

function aggregateSql(aggregate: StoreAggregate, field: string): string {
  switch (aggregate) {
    case 'mean':
      return `avg(${field})`;
    case 'last':
      return `arg_max(${field}, "atNs")`;
    default:
      return `${aggregate}(${field})`;
  }
}
