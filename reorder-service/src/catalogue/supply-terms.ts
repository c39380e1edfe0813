import { idSchema } from '@shelfwire/contract';
import { z } from 'zod';

import { WEEKDAYS } from '../replenishment/policy.ts';
import { timeZoneSchema } from './time-zone.ts';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like 14:00');
const weekdays = z.array(z.enum(WEEKDAYS)).min(1);
const holidays = z
  .array(z.iso.date())
  .max(400)
  .default([])
  .describe('Local dates like 2026-12-25 on which nobody works');
const workingDays = weekdays.default(['MON', 'TUE', 'WED', 'THU', 'FRI']).describe('Days on which somebody works');

export const supplierCalendarSchema = z.strictObject({
  workingDays,
  holidays,
  cutOff: timeOfDay.default('14:00').describe('An order after it counts as one of the next working day'),
  timeZone: timeZoneSchema.default('UTC').describe('Of the cut-off, as Europe/Berlin'),
});

export const siteCalendarSchema = z.strictObject({
  workingDays,
  holidays,
  closesAt: timeOfDay.default('17:00').describe('Goods are due by then'),
});

/** Full: as soon as any one of the minimums is reached. */
export const truckSchema = z.strictObject({
  days: weekdays.optional().describe('Leaves on these days; sent by then, full or not'),
  cutOff: timeOfDay.default('10:00').describe('Of those days, in the time zone of the site'),
  waitHoursMax: z.number().min(0).max(744).default(72).describe('No need waits longer than this'),
  minValue: z.number().min(0).optional().describe('Sent as soon as the order is worth so much'),
  minWeightKg: z.number().min(0).optional().describe('… or weighs so much, by pieceGrams'),
  minUnits: z.int().min(1).optional().describe('… or has so many order units'),
});

const priceBreak = z.strictObject({
  fromUnits: z.int().min(1).describe('Order units'),
  price: z.number().min(0).describe('Of one order unit; all units of the order have it'),
});
export const priceBreaksSchema = z
  .array(priceBreak)
  .min(1)
  .max(20)
  .refine((tiers) => new Set(tiers.map((tier) => tier.fromUnits)).size === tiers.length, 'a quantity has two prices');

export const budgetSchema = z.strictObject({
  tenantId: idSchema,
  budgetId: idSchema,
  siteId: idSchema.optional().describe('Of this site only'),
  itemClass: idSchema.optional().describe('Of items of this class only'),
  monthly: z.number().min(0).describe('What may be ordered in a calendar month without asking'),
});
