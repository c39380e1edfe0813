import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

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

export const telemetryAggregateSchema = z.enum(['mean', 'min', 'max', 'last', 'count']);
export type TelemetryAggregate = z.infer<typeof telemetryAggregateSchema>;

const queryInteger = z.coerce.number().int();

/** `GET /api/v1/telemetry/series` on the ingest-service: the history of one field of one sensor. Times in Unix ms. */
export const telemetryQuerySchema = z
  .object({
    siteId: idSchema,
    deviceId: idSchema,
    sensorId: idSchema.optional(),
    field: telemetryFieldSchema,
    fromMs: queryInteger.pipe(epochMsSchema),
    toMs: queryInteger.pipe(epochMsSchema),
    /** Width of one bucket; without it the raw readings come, at most `limit`. */
    stepMs: queryInteger.pipe(z.int().min(1_000)).optional(),
    aggregate: telemetryAggregateSchema.default('mean'),
    limit: queryInteger.pipe(z.int().min(1).max(100_000)).default(10_000),
  })
  .refine((query) => query.fromMs < query.toMs, { path: ['toMs'], message: 'toMs must be later than fromMs' });
export type TelemetryQuery = z.infer<typeof telemetryQuerySchema>;

/** `[atMs, value]` in time order; a bucket without readings has the value null, so that a gap stays a gap. */
export const telemetrySeriesSchema = z.object({
  deviceId: idSchema,
  sensorId: idSchema.nullable(),
  field: telemetryFieldSchema,
  aggregate: telemetryAggregateSchema.nullable(),
  stepMs: z.int().nullable(),
  points: z.array(z.tuple([z.int(), z.number().nullable()])),
  /** True if `limit` cut the answer; ask again with a later `fromMs` or a wider `stepMs`. */
  truncated: z.boolean(),
});
export type TelemetrySeries = z.infer<typeof telemetrySeriesSchema>;

export const telemetrySensorsQuerySchema = z.object({ siteId: idSchema });

/** `GET /api/v1/telemetry/sensors`: what has ever sent readings at a site, and when it did last. */
export const telemetrySensorsSchema = z.object({
  items: z.array(
    z.object({
      deviceId: idSchema,
      sensorId: idSchema.nullable(),
      kind: readingKindSchema,
      lastAtMs: z.int(),
    }),
  ),
  nextCursor: z.null(),
});
export type TelemetrySensors = z.infer<typeof telemetrySensorsSchema>;
