import { idSchema } from '@shelfwire/contract';
import { z } from 'zod';

/**
 * The settings of one sensor as they stand in gateway.yaml under `devices[].sensors[]`. Everything has a default that
 * gives a usable reading for a single published message, and everything is in the unit its name ends with.
 */

const durationMs = z
  .int()
  .min(0)
  .max(31 * 86_400_000);

/** Then two values are compared, even where a third has a wrong form: all mistakes are reported together. */
function areNumbers(settings: unknown, ...keys: readonly string[]): boolean {
  if (typeof settings !== 'object' || settings === null) return false;
  return keys.every((key) => typeof Reflect.get(settings, key) === 'number');
}

export const calibrationSchema = z
  .strictObject({
    version: z.int().min(0).default(1).describe('Counts up with each calibration; goes into every reading'),
    zero: z.number().default(0).describe("The sensor's raw value with nothing on it"),
    span: z
      .number()
      .min(-1e6)
      .max(1e6)
      .refine((span) => span !== 0, { message: 'a span of 0 would make every load weigh nothing' })
      .default(1)
      .describe('Grams per raw unit; 1 for a scale that already tells grams'),
    tareGrams: z.number().default(0).describe('Weight of the empty container: net = gross − tare'),
  })
  .describe('grossGrams = (raw − zero) × span; netGrams = grossGrams − tareGrams');

const filterSchema = z
  .strictObject({
    medianOf: z
      .int()
      .min(1)
      .max(9)
      .refine((count) => count % 2 === 1, { message: 'must be odd, so that there is a middle value' })
      .default(3)
      .describe('Median of so many samples in a row: 3 removes a spike of one sample, 5 one of two'),
    stableWithinGrams: z
      .number()
      .positive()
      .default(4)
      .describe('Motion band: a weight is stable while all its samples lie within it'),
    stableForMs: durationMs.default(1_000).describe('How long a weight must stay inside the band to be stable'),
    vibrationGrams: z
      .number()
      .min(0)
      .default(25)
      .describe('A steady swing of up to ± this (a machine beside the shelf) is averaged out; 0: it stays unstable'),
    isolatedAfterMs: durationMs
      .default(5_000)
      .describe('A sample this long after the one before it stands for itself and is believed at once'),
    selfTaring: z
      .boolean()
      .default(false)
      .describe('The scale tares itself at each start: zero after an unusual pause is doubted, not believed'),
    maxGrams: z.number().optional().describe('Above this gross weight the reading is an overload'),
    minGrams: z.number().optional().describe('Below this gross weight the reading is an underload'),
  })
  .refine(({ maxGrams, minGrams }) => maxGrams === undefined || minGrams === undefined || minGrams < maxGrams, {
    message: 'minGrams must be less than maxGrams',
    when: ({ value }) => areNumbers(value, 'minGrams', 'maxGrams'),
  });

const zeroTrackingSchema = z
  .strictObject({
    divisionGrams: z.number().positive().describe('Scale division d; the zero follows at most 0.5 d per second'),
    withinGrams: z.number().positive().optional().describe('Counts as empty inside ± this (default: 1 division)'),
    correctionMaxGrams: z
      .number()
      .positive()
      .optional()
      .describe('Never corrects more in total (default: 20 divisions)'),
  })
  .describe('Follows a slowly drifting zero, only when empty and stable. Off unless given');

const levelSchema = z
  .strictObject({
    emptyDistanceMm: z.number().positive().describe('Distance measured when the bin is empty'),
    fullDistanceMm: z.number().min(0).describe('Distance measured when the bin is full'),
  })
  .refine(({ emptyDistanceMm, fullDistanceMm }) => fullDistanceMm < emptyDistanceMm, {
    message: 'fullDistanceMm must be less than emptyDistanceMm',
    when: ({ value }) => areNumbers(value, 'fullDistanceMm', 'emptyDistanceMm'),
  });

const reportSchema = z.strictObject({
  onChangeGrams: z.number().min(0).default(1).describe('A stable weight is sent when it differs by this much'),
  onChangeMm: z.number().min(0).default(5).describe('A level is sent when its distance differs by this much'),
  onChangeRatio: z.number().min(0).default(0.01).describe('A level is sent when its fill ratio differs by this much'),
  heartbeatMs: durationMs.default(30_000).describe('An unchanged value that keeps coming in is sent this often'),
  doubtfulEveryMs: durationMs.default(10_000).describe('A value that is not good is sent at most this often'),
  healthEveryMs: durationMs.default(300_000).describe('Battery, signal and temperature are sent at most this often'),
});

const tagsSchema = z.strictObject({
  epochMs: z.int().min(10).max(3_600_000).default(1_000).describe('One read cycle of the reader, for SMURF windows'),
  missProbability: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.05)
    .describe('δ: a tag that is there may be missed by its window this often'),
  windowEpochsMax: z.int().min(1).max(3_600).default(60).describe('A window never grows beyond this many cycles'),
  wronglyLeftProbability: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-6)
    .describe('A tag has left only when, at its read rate, missing it so often had at most this chance'),
  leftAfterMs: durationMs.default(600_000).describe('… and not before it was not read for so long'),
  antennaMarginDbm: z.number().min(0).default(6).describe('Another antenna must be this much stronger to take a tag'),
  antennaHoldMs: durationMs.default(500).describe('… and for this long'),
  presentEveryMs: durationMs.default(600_000).describe('A tag that stays is reported again this often'),
  tagsMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Tags remembered per device; more are refused and counted'),
});

export const sensorSettingsSchema = z.strictObject({
  sensorId: idSchema.optional().describe('Applies to this sensor of the device; without it to all others'),
  calibration: calibrationSchema.optional(),
  filter: filterSchema.prefault({}),
  zeroTracking: zeroTrackingSchema.optional(),
  level: levelSchema.optional().describe('Geometry that turns a distance into a fill ratio'),
  report: reportSchema.prefault({}),
  staleAfterMs: durationMs
    .min(1)
    .optional()
    .describe('Silent for this long the sensor is stale (default: 3 × its longest recent pause, at least 15 minutes)'),
  tags: tagsSchema.prefault({}),
});
export type SensorSettings = z.infer<typeof sensorSettingsSchema>;
export type SensorSettingsInput = z.input<typeof sensorSettingsSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type WeightFilterSettings = z.infer<typeof filterSchema>;
export type ZeroTrackingSettings = z.infer<typeof zeroTrackingSchema>;
export type LevelSettings = z.infer<typeof levelSchema>;
export type TagSettings = z.infer<typeof tagsSchema>;

/** `gateway`: the device's own times are not used. */
export const deviceClockSchema = z.enum(['device', 'gateway']);

export const DEFAULT_SENSOR_SETTINGS: SensorSettings = sensorSettingsSchema.parse({});

/** The entry that names the sensor, else the one that names none, else the defaults. */
export function settingsOf(entries: readonly SensorSettings[], sensorId: string | undefined): SensorSettings {
  const exact = sensorId === undefined ? undefined : entries.find((entry) => entry.sensorId === sensorId);
  return exact ?? entries.find((entry) => entry.sensorId === undefined) ?? DEFAULT_SENSOR_SETTINGS;
}
