import { NANOS_PER_MS } from '../../points/point.ts';
import { measurement } from '../../points/schema.ts';
import type { Part } from '../hours/merge-buckets.ts';
import type { Range } from '../hours/split-range.ts';
import type { SeriesRequest, StoreAggregate } from '../telemetry-store.ts';
import { quote } from './tables.ts';

export interface Statement {
  sql: string;
  values: (string | number | bigint)[];
}

export function startNs(atMs: number): bigint {
  return BigInt(atMs) * BigInt(NANOS_PER_MS);
}

export function seriesSql(request: SeriesRequest): Statement {
  const { from, values } = readingsOf(request);
  const field = quote(request.field);
  // A double holds milliseconds exactly, and is cheaper to hand over than a BIGINT.
  return {
    sql: `SELECT ("atNs" // ${NANOS_PER_MS})::DOUBLE, ${field}::DOUBLE ${from} ORDER BY "atNs" LIMIT ${request.limit}`,
    values,
  };
}

/** One row a bucket: its beginning and the aggregates. */
export function bucketsSql(
  request: SeriesRequest,
  stepMs: number,
  aggregates: readonly (StoreAggregate | Part)[],
): Statement {
  const { from, values } = readingsOf(request);
  const stepNs = BigInt(stepMs) * BigInt(NANOS_PER_MS);
  const selected = aggregates.map((one) => `${aggregateSql(one, quote(request.field))}::DOUBLE`).join(', ');
  return {
    sql: `SELECT (("atNs" // ${stepNs}) * ${stepMs})::DOUBLE AS bucket_ms, ${selected} ${from} GROUP BY bucket_ms ORDER BY bucket_ms LIMIT ${request.limit}`,
    values,
  };
}

/** The parts of buckets of whole hours, added up from hourly values. */
export function hourlyBucketsSql(request: SeriesRequest, stepMs: number, parts: readonly Part[]): Statement {
  const { where, values } = hoursOf(request);
  const selected = parts.map((part) => `${HOURLY_PARTS[part]}::DOUBLE`).join(', ');
  return {
    sql: `SELECT (("hourMs" // ${stepMs}) * ${stepMs})::DOUBLE AS bucket_ms, ${selected} FROM hourly ${where} GROUP BY bucket_ms ORDER BY bucket_ms LIMIT ${request.limit}`,
    values,
  };
}

/** Hour by hour, a row for each sensor that the tags match. */
export function hoursSql(request: SeriesRequest): Statement {
  const { where, values } = hoursOf(request);
  const columns = ['hourMs', 'firstAtMs', 'lastAtMs', 'integral', 'gapMaxMs', 'last'];
  const selected = columns.map((column) => `${quote(column)}::DOUBLE`).join(', ');
  return { sql: `SELECT ${selected} FROM hourly ${where} ORDER BY "hourMs"`, values };
}

export const SENSORS_SQL = `
  SELECT 'reading', "deviceId", "sensorId", "kind", max("atNs") // ${NANOS_PER_MS} FROM "reading"
    WHERE "tenantId" = $1 AND "siteId" = $2 GROUP BY ALL
  UNION ALL
  SELECT 'device_health', "deviceId", "sensorId", 'health', max("atNs") // ${NANOS_PER_MS} FROM "device_health"
    WHERE "tenantId" = $1 AND "siteId" = $2 GROUP BY ALL`;

const HOURLY_PARTS: Readonly<Record<Part, string>> = {
  count: 'sum("count")',
  sum: 'sum("sum")',
  min: 'min("min")',
  max: 'max("max")',
  last: 'arg_max("last", "lastAtMs")',
};

function aggregateSql(aggregate: StoreAggregate | Part, field: string): string {
  switch (aggregate) {
    case 'mean':
      return `avg(${field})`;
    case 'last':
      return `arg_max(${field}, "atNs")`;
    default:
      return `${aggregate}(${field})`;
  }
}

function readingsOf(request: SeriesRequest): { from: string; values: Statement['values'] } {
  const { tags, fields } = measurement(request.measurement);
  const unknown = [request.field, ...Object.keys(request.tags)].find(
    (name) => !tags.includes(name) && !(name in fields),
  );
  if (unknown !== undefined) throw new RangeError(`${request.measurement} has no column ${unknown}`);
  const values: Statement['values'] = [startNs(request.fromMs), startNs(request.toMs)];
  const conditions = ['"atNs" >= $1', '"atNs" < $2', `${quote(request.field)} IS NOT NULL`];
  conditions.push(...tagConditions(request.tags, values));
  return { from: `FROM ${quote(request.measurement)} WHERE ${conditions.join(' AND ')}`, values };
}

/** The fields and tags are known to be among those that hourly values keep. */
function hoursOf(request: SeriesRequest & Range): { where: string; values: Statement['values'] } {
  const values: Statement['values'] = [request.measurement, request.field, request.fromMs, request.toMs];
  const conditions = ['"measurement" = $1', '"field" = $2', '"hourMs" >= $3', '"hourMs" < $4'];
  conditions.push(...tagConditions(request.tags, values));
  return { where: `WHERE ${conditions.join(' AND ')}`, values };
}

/** Adds their values to those of the statement. */
function tagConditions(tags: SeriesRequest['tags'], values: Statement['values']): string[] {
  return Object.entries(tags).map(([name, value]) => `${quote(name)} = $${values.push(value)}`);
}
