import { z } from 'zod';

import { epochMsSchema, idSchema, traceparentSchema } from '../reading.ts';

/**
 * What customers' systems are told: CloudEvents 1.0 in structured mode (`application/cloudevents+json`), signed as
 * Standard Webhooks want it. `id` is the header `webhook-id`: it repeats when the event is sent again.
 */
export const outwardEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  /** `/shelfwire/<tenant>/<site>`, or `/shelfwire/<tenant>` for what concerns no single site. */
  source: z.string().min(1),
  type: z.string().min(1),
  /** `bins/<binId>`, `orders/<orderId>`, `policies/<policyId>`: events about the same come in their order. */
  subject: z.string().min(1),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  /** CloudEvents' distributed tracing extension: of the order's placing, where that is traced. */
  traceparent: traceparentSchema.optional(),
  data: z.record(z.string(), z.unknown()),
});
export type OutwardEvent = z.infer<typeof outwardEventSchema>;

/** A type of event, or all that begin alike: `shelfwire.order.*`. */
const eventTypePatternSchema = z
  .string()
  .max(100)
  .regex(
    /^shelfwire(\.[a-z][a-z-]*){0,4}\.(v\d{1,3}|\*)$/,
    'is neither a type like shelfwire.order.sent.v1 nor a beginning like shelfwire.order.*',
  );

export const putEventSubscriptionSchema = z.object({
  /** https; http only to a network that the installation allows. */
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  description: z.string().max(500).default(''),
  types: z.array(eventTypePatternSchema).min(1).max(50),
  /** Empty: of every site. */
  siteIds: z.array(idSchema).max(200).default([]),
});
export type PutEventSubscription = z.infer<typeof putEventSubscriptionSchema>;

export const eventSubscriptionSchema = z.object({
  subscriptionId: idSchema,
  ...putEventSubscriptionSchema.shape,
  createdAtMs: epochMsSchema,
  createdBy: z.string(),
  /** null: events are sent to it. */
  disabledAtMs: epochMsSchema.nullable(),
  disabledBecause: z.string().nullable(),
  /** Of the last attempts, one after the other. */
  failures: z.int(),
  lastError: z.string().nullable(),
  lastDeliveredAtMs: epochMsSchema.nullable(),
  waiting: z.int(),
  dead: z.int(),
});
export type EventSubscription = z.infer<typeof eventSubscriptionSchema>;

/** `secret` is in the answer that made it, and nowhere else. */
export const eventSubscriptionWithSecretSchema = eventSubscriptionSchema.extend({ secret: z.string().nullable() });

export const eventDeliveryStateSchema = z.enum(['waiting', 'delivered', 'dead']);

export const eventDeliverySchema = z.object({
  eventId: z.string(),
  state: eventDeliveryStateSchema,
  attempts: z.int(),
  createdAtMs: epochMsSchema,
  nextAttemptAtMs: epochMsSchema.nullable(),
  endedAtMs: epochMsSchema.nullable(),
  lastError: z.string().nullable(),
  event: outwardEventSchema,
});
export type EventDelivery = z.infer<typeof eventDeliverySchema>;

export const replayEventsSchema = z.object({
  /** `all`: everything that is dead; or only these. */
  eventIds: z.union([z.literal('all'), z.array(z.string().max(100)).min(1).max(1_000)]),
});
