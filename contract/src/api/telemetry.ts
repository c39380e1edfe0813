import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { allOf } from './page.ts';

const readingKindSchema = z.enum(['weight', 'level', 'tag', 'count', 'button', 'health']);

export const telemetryFieldSchema = z.enum([
  'netGrams',
  'grossGrams',
  'distanceMm',
  'fillRatio',
  'pieces',
  'rssiDbm',
  'batteryRatio',
  'linkDbm',
  'temperatureC',
]);
export type TelemetryField = z.infer<typeof telemetryFieldSchema>;

/** `timeWeightedMean` lets each value hold until the next reading, at most `holdMs`: it does not favour busy minutes. */
export const telemetryAggregateSchema = z.enum(['mean', 'min', 'max', 'last', 'count', 'timeWeightedMean']);
export type TelemetryAggregate = z.infer<typeof telemetryAggregateSchema>;

const queryInteger = z.coerce.number().int();

const rangeFields = {
  fromMs: queryInteger.pipe(epochMsSchema),
  toMs: queryInteger.pipe(epochMsSchema),
  /** Width of one bucket; without it the raw readings come, at most `limit`. */
  stepMs: queryInteger.pipe(z.int().min(1_000)).optional(),
  aggregate: telemetryAggregateSchema.default('mean'),
  /** How long a value holds without a newer one, for `timeWeightedMean`. */
  holdMs: queryInteger.pipe(z.int().min(1_000).max(86_400_000)).default(900_000),
  /** Without `stepMs`: no more points than a chart can show, chosen so that it looks the same. */
  maxPoints: queryInteger.pipe(z.int().min(10).max(10_000)).optional(),
  limit: queryInteger.pipe(z.int().min(1).max(100_000)).default(10_000),
};

const inOrder = (query: { fromMs: number; toMs: number }): boolean => query.fromMs < query.toMs;
const notInOrder = { path: ['toMs'], message: 'toMs must be later than fromMs' };

/** `GET /api/v1/telemetry/series` on the ingest-service: the history of one field of one sensor. Times in Unix ms. */
export const telemetryQuerySchema = z
  .object({
    siteId: idSchema,
    deviceId: idSchema,
    sensorId: idSchema.optional(),
    field: telemetryFieldSchema,
    ...rangeFields,
  })
  .refine(inOrder, notInOrder);
export type TelemetryQuery = z.infer<typeof telemetryQuerySchema>;

const seriesNameSchema = z.string().transform((text, context) => {
  const parts = text.split('/');
  const [deviceId, sensorId] = parts;
  const parsed = z
    .object({ deviceId: idSchema, sensorId: idSchema.optional(), field: telemetryFieldSchema })
    .safeParse({ deviceId, ...(parts.length === 3 ? { sensorId } : {}), field: parts.at(-1) });
  if (parsed.success && parts.length <= 3) return parsed.data;
  context.addIssue({ code: 'custom', message: 'a series is deviceId/field or deviceId/sensorId/field' });
  return z.NEVER;
});

/** `GET /api/v1/telemetry/series-set?series=scale-1/netGrams&series=…`: several series over one range. */
export const telemetrySetQuerySchema = z
  .object({
    siteId: idSchema,
    series: z.union([seriesNameSchema.transform((one) => [one]), z.array(seriesNameSchema).min(1).max(20)]),
    ...rangeFields,
  })
  .refine(inOrder, notInOrder);
export type TelemetrySetQuery = z.infer<typeof telemetrySetQuerySchema>;

/** `[atMs, value]` in time order; a bucket without readings has the value null, so that a gap stays a gap. */
export const telemetrySeriesSchema = z.object({
  deviceId: idSchema,
  sensorId: idSchema.nullable(),
  field: telemetryFieldSchema,
  aggregate: telemetryAggregateSchema.nullable(),
  stepMs: z.int().nullable(),
  points: z.array(z.tuple([z.int(), z.number().nullable()])),
  /** How the points were thinned for `maxPoints`; `min-max` gives the least and the greatest of each interval. */
  downsampled: z.enum(['lttb', 'min-max']).optional(),
  /** True if `limit` cut the answer; ask again with a later `fromMs` or a wider `stepMs`. */
  truncated: z.boolean(),
});
export type TelemetrySeries = z.infer<typeof telemetrySeriesSchema>;

export const telemetrySetSchema = allOf(telemetrySeriesSchema);
export type TelemetrySet = z.infer<typeof telemetrySetSchema>;

export const telemetrySensorsQuerySchema = z.object({ siteId: idSchema });

/** `GET /api/v1/telemetry/sensors`: what has ever sent readings at a site, and when it did last. */
export const telemetrySensorsSchema = allOf(
  z.object({
    deviceId: idSchema,
    sensorId: idSchema.nullable(),
    kind: readingKindSchema,
    lastAtMs: z.int(),
  }),
);
export type TelemetrySensors = z.infer<typeof telemetrySensorsSchema>;

export const telemetryExportQuerySchema = z
  .object({
    siteId: idSchema,
    measurement: z.enum(['reading', 'device_health', 'stock', 'order', 'gateway']).default('reading'),
    fromMs: queryInteger.pipe(epochMsSchema),
    toMs: queryInteger.pipe(epochMsSchema),
    format: z.enum(['parquet', 'csv']).default('csv'),
  })
  .refine(inOrder, notInOrder);
