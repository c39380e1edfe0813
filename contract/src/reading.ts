import { z } from 'zod';

/**
 * How far a reading may be trusted. `good` is the only quality that may change a stock level or open an episode;
 * everything else is shown and stored, and leads to HELD (no order on doubt).
 */
export const readingQualitySchema = z.enum([
  'good',
  'unstable',
  'overload',
  'underload',
  'stale',
  'uncalibrated',
  'implausible',
]);
export type ReadingQuality = z.infer<typeof readingQualitySchema>;

/**
 * Which clock gave the time a reading is accounted at.
 * `device`: the device's own, inside the plausible window. `corrected`: the device's, shifted by its observed offset.
 * `gateway`: the device has no clock, or an implausible one; `observedAtMs` is then absent.
 */
export const clockQualitySchema = z.enum(['device', 'corrected', 'gateway']);
export type ClockQuality = z.infer<typeof clockQualitySchema>;

/** Unix milliseconds. Bounded to 2001-09-09 … 2286-11-20: outside it the unit was wrong (seconds, microseconds). */
export const epochMsSchema = z.int().min(1_000_000_000_000).max(9_999_999_999_999);

/** Ids are topic levels, file names and tags: letters, digits, dot, underscore, colon, hyphen; at most 64 characters. */
export const idSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, 'use letters, digits and . _ : - only, starting with a letter or digit');

/** W3C trace context, version 00, sampled. */
export const traceparentSchema = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);

const commonFields = {
  deviceId: idSchema,
  sensorId: idSchema.optional(),
  observedAtMs: epochMsSchema.optional(),
  receivedAtMs: epochMsSchema,
  clockQuality: clockQualitySchema,
  quality: readingQualitySchema,
  calibrationVersion: z.int().min(0).optional(),
  /**
   * The gateway's clock was set back: readings before this one carry times up to this. Where order counts, this reading
   * is no earlier, whatever its own times say.
   */
  notBeforeMs: epochMsSchema.optional(),
  /** Replayed history: stored, but never a reason for a second order. */
  historical: z.boolean().optional(),
  /** W3C trace context of the device's message, where it is traced (OTEL_… variables) and was sampled. */
  traceparent: traceparentSchema.optional(),
};

const finite = z.number();

export const weightReadingSchema = z.object({
  kind: z.literal('weight'),
  ...commonFields,
  netGrams: finite,
  grossGrams: finite.optional(),
  stable: z.boolean(),
});

export const levelReadingSchema = z
  .object({
    kind: z.literal('level'),
    ...commonFields,
    distanceMm: finite.min(0).optional(),
    fillRatio: finite.min(0).max(1).optional(),
  })
  .refine((reading) => reading.distanceMm !== undefined || reading.fillRatio !== undefined, {
    message: 'a level reading needs distanceMm or fillRatio',
  });

export const tagReadingSchema = z.object({
  kind: z.literal('tag'),
  ...commonFields,
  /** `urn:epc:id:…` where the tag holds a GS1 identifier, else `urn:epc:raw:<bits>.x<HEX>`. */
  epcUri: z.string().min(1).max(512),
  epcHex: z.string().regex(/^[0-9A-F]+$/, 'upper-case hexadecimal'),
  presence: z.enum(['arrived', 'present', 'left']),
  antenna: z.int().min(0).optional(),
  rssiDbm: finite.optional(),
});

export const countReadingSchema = z.object({
  kind: z.literal('count'),
  ...commonFields,
  pieces: z.int().min(0),
});

export const buttonReadingSchema = z.object({
  kind: z.literal('button'),
  ...commonFields,
  action: z.enum(['order', 'delivered']),
});

export const healthReadingSchema = z.object({
  kind: z.literal('health'),
  ...commonFields,
  batteryRatio: finite.min(0).max(1).optional(),
  linkDbm: finite.optional(),
  temperatureC: finite.optional(),
});

/** One normalized measurement. Units are in the field names; a value that was not measured is absent, never zero. */
export const readingSchema = z.discriminatedUnion('kind', [
  weightReadingSchema,
  levelReadingSchema,
  tagReadingSchema,
  countReadingSchema,
  buttonReadingSchema,
  healthReadingSchema,
]);
export type Reading = z.infer<typeof readingSchema>;
export type ReadingKind = Reading['kind'];
export type ReadingOf<Kind extends ReadingKind> = Extract<Reading, { kind: Kind }>;

/** The time a reading is accounted at: the device's when it is believed, else the gateway's. */
export function effectiveAtMs(reading: Pick<Reading, 'observedAtMs' | 'receivedAtMs'>): number {
  return reading.observedAtMs ?? reading.receivedAtMs;
}
