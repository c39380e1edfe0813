import { timestampNsText, type FieldValue, type TelemetryPoint } from '../../points/point.ts';
import {
  FIELD_LISTS,
  MEASUREMENT_NAMES,
  measurement,
  type FieldType,
  type MeasurementName,
} from '../../points/schema.ts';

const SORTED_TAGS = Object.fromEntries(
  // InfluxDB need not sort tags that come sorted.
  MEASUREMENT_NAMES.map((name) => [name, measurement(name).tags.toSorted()]),
) as unknown as Readonly<Record<MeasurementName, readonly string[]>>;

/**
 * One point, which has at least one field, as one line of line protocol with its timestamp in nanoseconds.
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function encodeLine(point: TelemetryPoint): string {
  let line: string = point.measurement;
  for (const name of SORTED_TAGS[point.measurement]) {
    const value = point.tags[name];
    if (value !== undefined && value !== '') line += `,${name}=${escapeTag(value)}`;
  }
  let separator = ' ';
  for (const [name, type] of FIELD_LISTS[point.measurement]) {
    const value = point.fields[name];
    if (value === undefined) continue;
    line += `${separator}${name}=${encodeField(value, type)}`;
    separator = ',';
  }
  return `${line} ${timestampNsText(point)}`;
}

const TAG_SPECIAL = /[,= \\\n\r\t]/;

function escapeTag(value: string): string {
  if (!TAG_SPECIAL.test(value)) return value;
  // A trailing backslash would escape the comma after it, and a line break would end the line: neither is kept.
  return value.replaceAll(/[\n\r\t\\]/g, '_').replaceAll(/[,= ]/g, String.raw`\$&`);
}

function encodeField(value: FieldValue, type: FieldType): string {
  switch (type) {
    case 'integer':
      return `${String(value)}i`;
    case 'boolean':
      return value === true ? 't' : 'f';
    case 'string':
      return `"${String(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    default:
      return String(value);
  }
}
