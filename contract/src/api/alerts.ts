import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

export const alertSeveritySchema = z.enum(['info', 'warning', 'critical']);
export type AlertSeverity = z.infer<typeof alertSeveritySchema>;

/**
 * LOW_STOCK: below the safety stock, or empty; one for each episode. SENSOR_DOUBT: a sensor cannot be believed and somebody is to
 * count. ORDER_TROUBLE: an order is overdue, not acknowledged, changed, or cannot be sent. WEBHOOK_FAILING: a customer's system
 * takes no events, or some were given up.
 */
export const alertKindSchema = z.enum([
  'LOW_STOCK',
  'SENSOR_DOUBT',
  'ORDER_TROUBLE',
  'ORDER_WAITS_FOR_APPROVAL',
  'RECEIPT_TO_CONFIRM',
  'WEBHOOK_FAILING',
]);
export type AlertKind = z.infer<typeof alertKindSchema>;

/** One condition that somebody should know of: one alert while it lasts, however often its value flaps. */
export const alertSchema = z.object({
  alertId: z.uuid(),
  siteId: idSchema.nullable(),
  kind: alertKindSchema,
  severity: alertSeveritySchema,
  title: z.string(),
  detail: z.string(),
  orderId: z.uuid().nullable(),
  binId: idSchema.nullable(),
  raisedAtMs: epochMsSchema,
  lastSeenAtMs: epochMsSchema,
  /** How often the condition came back while the alert was open. */
  occurrences: z.int(),
  /** 0: those whom it concerns; 1, 2: who is told when nobody takes it on. */
  escalationLevel: z.int(),
  acknowledgedAtMs: epochMsSchema.nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAtMs: epochMsSchema.nullable(),
});
export type Alert = z.infer<typeof alertSchema>;

const timeZoneSchema = z.string().refine(
  (timeZone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  },
  { message: 'is not a time zone like Europe/Berlin' },
);
const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like 22:00');

const channelFields = z.object({
  channelId: idSchema,
  kind: z.enum(['email', 'webhook']),
  /** An email address, or an http(s) URL. */
  target: z.string().min(3).max(500),
  minSeverity: alertSeveritySchema.default('warning'),
  /** Told when an alert has reached this level: 0 at once, 1 and 2 when nobody took it on. */
  escalationLevel: z.int().min(0).max(2).default(0),
  /** Alerts that come within so long are one message. Critical ones do not wait. */
  digestMinutes: z.int().min(0).max(1_440).default(5),
  /** Nothing but critical alerts between these times of day; the rest comes in one message afterwards. */
  quietHours: z
    .object({ from: timeOfDaySchema, to: timeOfDaySchema, timeZone: timeZoneSchema.default('UTC') })
    .nullable()
    .default(null),
});

const targetFitsKind = {
  check: ({ kind, target }: { kind: 'email' | 'webhook'; target: string }): boolean =>
    (kind === 'email' ? z.email() : z.url({ protocol: /^https?$/ })).safeParse(target).success,
  problem: { path: ['target'], message: 'is not an address of this kind' },
};

/** Where alerts are sent. The list in the console has them always. */
export const alertChannelSchema = channelFields.refine(targetFitsKind.check, targetFitsKind.problem);
export type AlertChannel = z.infer<typeof alertChannelSchema>;

/** One channel, set by itself: nobody overwrites what somebody else changed at another one meanwhile. */
export const putAlertChannelSchema = channelFields
  .omit({ channelId: true })
  .strict()
  .refine(targetFitsKind.check, targetFitsKind.problem);

/** A channel, and whether what is sent there arrives. */
export const alertChannelStandingSchema = channelFields.extend({
  /** How often in a row it could not be told; it is tried again, less and less often. 0: it works, or had nothing to tell yet. */
  failures: z.int(),
  /** What came back the last time; null while it works. */
  lastError: z.string().nullable(),
});
export type AlertChannelStanding = z.infer<typeof alertChannelStandingSchema>;

export const alertChannelStandingsSchema = z.object({ channels: z.array(alertChannelStandingSchema) });

export const ALERT_CHANNELS_MAX = 20;
export const alertChannelsSchema = z.object({
  channels: z
    .array(alertChannelSchema)
    .max(ALERT_CHANNELS_MAX)
    .refine((channels) => new Set(channels.map(({ channelId }) => channelId)).size === channels.length, {
      message: 'names a channel twice',
    }),
});

/** What became of a test message, channel by channel. */
export const alertTestResultSchema = z.object({
  results: z.array(z.object({ channelId: idSchema, ok: z.boolean(), detail: z.string() })),
});
