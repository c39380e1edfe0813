import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';

/** What people and other systems say about stock besides counting it. Quantities are in stock units. */
const quantitySchema = z.int().min(1).max(1_000_000_000);
const noteSchema = z.string().trim().max(500);

/** What people call it. */
const itemWords = { itemName: z.string(), unit: z.string() };
const moveSideSchema = z.object({ siteId: idSchema, binId: idSchema, binName: z.string(), moved: z.int() });

/** Stock that is spoken for: until it is fulfilled, released or expired, the position counts it as demand. */
export const reservationSchema = z.object({
  reservationId: z.uuid(),
  siteId: idSchema,
  /** Of a pool, its primary bin. */
  binId: idSchema,
  binName: z.string(),
  itemId: idSchema,
  ...itemWords,
  /** The work order, patient, project it is for; one reservation a bin and reference. */
  reference: z.string(),
  quantity: z.int(),
  fulfilledQuantity: z.int(),
  neededAtMs: epochMsSchema.nullable(),
  /** Afterwards it counts no more. */
  expiresAtMs: epochMsSchema.nullable(),
  status: z.enum(['OPEN', 'FULFILLED', 'RELEASED', 'EXPIRED']),
  createdAtMs: epochMsSchema,
  createdBy: z.string(),
});
export type Reservation = z.infer<typeof reservationSchema>;

export const reserveSchema = z.object({
  quantity: quantitySchema,
  reference: z.string().trim().min(1).max(100),
  neededAtMs: epochMsSchema.optional(),
  expiresAtMs: epochMsSchema.optional(),
});

/** Goods that a person says are moved; what the scales see of it is booked under this, and not as consumption or supply. */
export const announcedMoveSchema = z.object({
  moveId: z.uuid(),
  kind: z.enum(['TRANSFER', 'RETURN']),
  quantity: z.int(),
  /** Absent on a side that is outside: a return into stock has no `from`, one to the supplier no `to`. */
  from: moveSideSchema.nullable(),
  to: moveSideSchema.nullable(),
  itemId: idSchema,
  ...itemWords,
  /** OPEN until both sides are seen; INCOMPLETE if that did not happen in time: somebody should count. */
  status: z.enum(['OPEN', 'DONE', 'INCOMPLETE']),
  atMs: epochMsSchema,
  by: z.string(),
  note: z.string().nullable(),
});
export type AnnouncedMove = z.infer<typeof announcedMoveSchema>;

export const transferSchema = z.object({
  quantity: quantitySchema,
  to: z.object({ siteId: idSchema.optional(), binId: idSchema }),
  note: noteSchema.optional(),
  /** Repeats with the same id are one transfer. */
  moveId: z.uuid().optional(),
});

export const returnSchema = z.object({
  quantity: quantitySchema,
  /** `into-stock`: what was taken comes back. `to-supplier`: goods leave for the supplier. */
  direction: z.enum(['into-stock', 'to-supplier']),
  note: noteSchema.optional(),
  moveId: z.uuid().optional(),
});

export const lotSchema = z.object({
  lotId: z.uuid(),
  siteId: idSchema,
  binId: idSchema,
  binName: z.string(),
  itemId: idSchema,
  ...itemWords,
  lotNumber: z.string(),
  /** The first moment at which it may not be used any more; null if it keeps. */
  expiresAtMs: epochMsSchema.nullable(),
  receivedAtMs: epochMsSchema,
  receivedQuantity: z.int(),
  /** What is left of it, if the first to expire is taken first. */
  remainingQuantity: z.int(),
  source: z.enum(['asn', 'scan', 'manual']),
  state: z.enum(['usable', 'expiring', 'expired', 'used-up']),
});
export type Lot = z.infer<typeof lotSchema>;

export const recordLotSchema = z.object({
  lotNumber: z.string().trim().min(1).max(64),
  quantity: quantitySchema,
  expiresAtMs: epochMsSchema.optional(),
  receivedAtMs: epochMsSchema.optional(),
  /** Tags of just these goods, upper-case hexadecimal: then it is known, not assumed, what is left. */
  epcs: z
    .array(z.string().regex(/^[0-9A-F]+$/))
    .max(1_000)
    .optional(),
});

/** Stock of the supplier's that was taken, and is now to be invoiced. */
export const consignmentConsumptionSchema = z.object({
  siteId: idSchema,
  binId: idSchema,
  itemId: idSchema,
  itemName: z.string(),
  unit: z.string(),
  supplierId: idSchema.nullable(),
  supplierName: z.string().nullable(),
  partNumber: z.string().nullable(),
  /** Taken, less what was put back. */
  quantity: z.int(),
  fromMs: epochMsSchema,
  toMs: epochMsSchema,
  /** In hundredths of the supplier's currency; null without a known price. */
  amountCents: z.int().nullable(),
});
export type ConsignmentConsumption = z.infer<typeof consignmentConsumptionSchema>;

/** A reading that could not be accounted; it waits for a person. */
export const parkedReadingSchema = z.object({
  parkedId: z.string(),
  siteId: idSchema,
  gatewayId: z.string(),
  deviceId: z.string().nullable(),
  reason: z.string(),
  detail: z.string(),
  parkedAtMs: epochMsSchema,
  reading: z.unknown(),
});
export type ParkedReading = z.infer<typeof parkedReadingSchema>;

/** Readings of one device that wait for the same reason: what a person decides about them, they decide about all. */
export const parkedGroupSchema = z.object({
  siteId: idSchema,
  gatewayId: z.string(),
  /** null where not even that could be read. */
  deviceId: z.string().nullable(),
  sensorId: z.string().nullable(),
  reason: z.string(),
  /** Of the newest of them. */
  detail: z.string(),
  reading: z.unknown(),
  count: z.int(),
  firstParkedAtMs: epochMsSchema,
  lastParkedAtMs: epochMsSchema,
});
export type ParkedGroup = z.infer<typeof parkedGroupSchema>;

/** Names a group of parked readings, and what is to become of it. */
export const settleParkedSchema = z.strictObject({
  siteId: idSchema,
  gatewayId: z.string().max(64),
  deviceId: z.string().max(64).nullable(),
  sensorId: z.string().max(64).nullable(),
  reason: z.string().max(100),
  action: z.enum(['replay', 'discard']),
});
export type SettleParked = z.infer<typeof settleParkedSchema>;

/** So many are accounted or discarded; `remaining` wait still, `detail` says why the first of them cannot be accounted. */
export const settledParkedSchema = z.object({ settled: z.int(), remaining: z.int(), detail: z.string() });

export const assignSensorSchema = z.strictObject({
  deviceId: idSchema,
  /** Only this sensor of the device; left out, every one. */
  sensorId: idSchema.optional(),
  kind: z.enum(['weight', 'level', 'tag', 'count', 'button']),
});
export type AssignSensor = z.infer<typeof assignSensorSchema>;
