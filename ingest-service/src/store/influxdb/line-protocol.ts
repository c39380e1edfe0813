import { timestampNsText, type TelemetryPoint } from '../../points/point.ts';
import { MEASUREMENT_NAMES, measurement, type FieldType, type MeasurementName } from '../../points/schema.ts';

const SORTED_TAGS = Object.fromEntries(
  // InfluxDB need not sort tags that come sorted.
  MEASUREMENT_NAMES.map((name) => [name, measurement(name).tags.toSorted()]),
) as unknown as Readonly<Record<MeasurementName, readonly string[]>>;

const FIELD_LAYOUTS = Object.fromEntries(
  MEASUREMENT_NAMES.map((name) => {
    const { fields } = measurement(name);
    return [name, new Map(Object.entries(fields).map(([field, type]) => [field, { label: `${field}=`, type }]))];
  }),
) as unknown as Readonly<Record<MeasurementName, ReadonlyMap<string, { label: string; type: FieldType }>>>;

/** What lines of one series begin with. Points of one series share their tags object, so most lines find it here. */
const prefixes = new WeakMap<object, string>();

/**
 * One point, which has at least one field, as one line of line protocol with its timestamp in nanoseconds.
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function encodeLine(point: TelemetryPoint): string {
  let line = prefixes.get(point.tags);
  if (line === undefined) {
    line = encodePrefix(point);
    prefixes.set(point.tags, line);
  }
  const layouts = FIELD_LAYOUTS[point.measurement];
  let separator = ' ';
  for (const name in point.fields) {
    const layout = layouts.get(name);
    const value = point.fields[name];
    if (layout === undefined || value === undefined) continue;
    line += separator;
    line += layout.label;
    // Adding to the line piece by piece: a string in between for each field costs a third more.
    if (layout.type === 'float') line += String(value);
    else if (layout.type === 'boolean') line += value === true ? 't' : 'f';
    else if (layout.type === 'string') line += quoteText(String(value));
    else {
      line += String(value);
      line += 'i';
    }
    separator = ',';
  }
  return `${line} ${timestampNsText(point)}`;
}

function encodePrefix(point: TelemetryPoint): string {
  let prefix: string = point.measurement;
  for (const name of SORTED_TAGS[point.measurement]) {
    const value = point.tags[name];
    if (value !== undefined && value !== '') prefix += `,${name}=${escapeTag(value)}`;
  }
  return prefix;
}

const TAG_SPECIAL = /[,= \\\n\r\t]/;

function escapeTag(value: string): string {
  if (!TAG_SPECIAL.test(value)) return value;
  // A trailing backslash would escape the comma after it, and a line break would end the line: neither is kept.
  return value.replaceAll(/[\n\r\t\\]/g, '_').replaceAll(/[,= ]/g, String.raw`\$&`);
}

const TEXT_SPECIAL = /["\\]/;

function quoteText(text: string): string {
  return TEXT_SPECIAL.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`;
}
