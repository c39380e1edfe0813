import { gunzipSync, inflateSync } from 'node:zlib';

import { create, fromBinary, isFieldSet, toBinary } from '@bufbuild/protobuf';

import {
  type Metric,
  MetricSchema,
  type Payload,
  PayloadSchema,
  type PropertySet,
  TemplateSchema,
} from './generated/sparkplug-b_pb.ts';

/** A Sparkplug payload with its optional fields really optional, and its integers with their signs. */
export interface SparkplugPayload {
  timestampMs?: number;
  seq?: number;
  metrics: SparkplugMetric[];
}

export interface SparkplugMetric {
  name?: string;
  alias?: string;
  timestampMs?: number;
  datatype?: number;
  historical: boolean;
  /** As it is on the wire; `valueOf` reads it. Absent for null. */
  wire?: Metric['value'];
  /** From the property `engUnit` or one of its spellings. */
  unit?: string;
  /** The metrics of a template's instance; their names begin below its own. */
  members?: SparkplugMetric[];
}

/** Data types of Sparkplug 3.0, 6.4.16, whose wire form does not tell their sign. */
const DATATYPE = { INT8: 1, INT16: 2, INT32: 3, INT64: 4 } as const;

const UNIT_KEYS = /^(eng(ineering)?[ _-]?units?|units?|uom)$/i;

const COMPRESSED = 'SPBV1.0_COMPRESSED';
const DECOMPRESSED_BYTES_MAX = 1_048_576;
const TEMPLATE_DEPTH_MAX = 4;

/** @returns undefined if the bytes are no Sparkplug payload */
export function readPayload(bytes: Uint8Array): SparkplugPayload | undefined {
  let payload: Payload;
  try {
    payload = fromBinary(PayloadSchema, bytes);
    if (payload.uuid === COMPRESSED) payload = fromBinary(PayloadSchema, decompressed(payload));
  } catch {
    return undefined;
  }
  const timestampMs = isFieldSet(payload, PayloadSchema.field.timestamp) ? wholeNumber(payload.timestamp) : undefined;
  const seq = isFieldSet(payload, PayloadSchema.field.seq) ? wholeNumber(payload.seq) : undefined;
  return {
    metrics: payload.metrics.map((metric) => readMetric(metric, 0)),
    ...(timestampMs !== undefined && { timestampMs }),
    ...(seq !== undefined && { seq }),
  };
}

/** Eclipse Tahu's compression: the real payload is the body, the metric `algorithm` says GZIP or DEFLATE. */
function decompressed({ body, metrics }: Payload): Uint8Array {
  const algorithm = metrics.find((metric) => metric.name === 'algorithm')?.value.value;
  const limit = { maxOutputLength: DECOMPRESSED_BYTES_MAX };
  return algorithm === 'GZIP' ? gunzipSync(body, limit) : inflateSync(body, limit);
}

/** The command that asks an edge node for all its births (Sparkplug 3.0, 6.4.20). */
export function rebirthRequest(nowMs: number): Uint8Array {
  const timestamp = BigInt(nowMs);
  const metric = create(MetricSchema, {
    name: 'Node Control/Rebirth',
    timestamp,
    datatype: 11,
    value: { case: 'booleanValue', value: true },
  });
  return toBinary(PayloadSchema, create(PayloadSchema, { timestamp, metrics: [metric] }));
}

function readMetric(metric: Metric, depth: number): SparkplugMetric {
  const { field } = MetricSchema;
  const timestampMs = isFieldSet(metric, field.timestamp) ? wholeNumber(metric.timestamp) : undefined;
  const datatype = isFieldSet(metric, field.datatype) ? metric.datatype : undefined;
  const unit = metric.properties && readUnit(metric.properties);
  const members = metric.value.case === 'templateValue' ? readTemplate(metric.value.value, depth + 1) : undefined;
  return {
    historical: metric.isHistorical,
    ...(metric.name !== '' && { name: metric.name }),
    ...(isFieldSet(metric, field.alias) && { alias: metric.alias.toString() }),
    ...(timestampMs !== undefined && { timestampMs }),
    ...(datatype !== undefined && { datatype }),
    ...(!metric.isNull && { wire: metric.value }),
    ...(unit !== undefined && { unit }),
    ...(members && { members }),
  };
}

function readTemplate(bytes: Uint8Array, depth: number): SparkplugMetric[] | undefined {
  if (depth > TEMPLATE_DEPTH_MAX) return undefined;
  try {
    const template = fromBinary(TemplateSchema, bytes);
    return template.isDefinition ? undefined : template.metrics.map((metric) => readMetric(metric, depth));
  } catch {
    return undefined;
  }
}

/**
 * @param datatype the metric's own, or that of its birth: the wire does not tell the sign of an integer
 * @returns undefined for null, data sets, templates and bytes
 */
export function valueOf(
  { wire }: SparkplugMetric,
  datatype: number | undefined,
): number | boolean | string | undefined {
  switch (wire?.case) {
    case 'intValue':
      return signed(wire.value, datatype);
    case 'longValue':
      return Number(datatype === DATATYPE.INT64 ? BigInt.asIntN(64, wire.value) : wire.value);
    case 'floatValue':
      return finite(shortestFloat(wire.value));
    case 'doubleValue':
      return finite(wire.value);
    case 'booleanValue':
    case 'stringValue':
      return wire.value;
    default:
      return undefined;
  }
}

/** Nodes fill 8 and 16 bit integers up to 32 bits with their sign, or do not: both mean the same low bits. */
function signed(value: number, datatype: number | undefined): number {
  if (datatype === DATATYPE.INT8) return (value << 24) >> 24;
  if (datatype === DATATYPE.INT16) return (value << 16) >> 16;
  return datatype === DATATYPE.INT32 ? value | 0 : value;
}

/** 12.3 sent in 32 bits is 12.300000190734863 in 64: the shortest decimal that gives the same 32 bits is what was meant. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits <= 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

function readUnit(properties: PropertySet): string | undefined {
  const at = properties.keys.findIndex((key) => UNIT_KEYS.test(key));
  const value = properties.values[at]?.value;
  return value?.case === 'stringValue' && value.value.trim() !== '' ? value.value.trim() : undefined;
}

function wholeNumber(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
