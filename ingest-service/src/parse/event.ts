import { gatewayStatusSchema, orderEventSchema, stockEventSchema } from '@shelfwire/contract';
import { describeIssues } from '@shelfwire/contract/service';
import type { z } from 'zod';

import { gatewayPoint, orderPoints, stockPoint } from '../points/event-points.ts';
import type { TelemetryPoint } from '../points/point.ts';
import { problem, type EventTopic, type ParseProblem } from './message.ts';

type ParsedEvent = { ok: true; points: TelemetryPoint[] } | { ok: false; problem: ParseProblem };

/** Stock and order events and the status of gateways. The gateway's own id counts for nothing if the topic says another. */
export function parseEvent(json: unknown, topic: EventTopic, arrivedAtMs: number): ParsedEvent {
  switch (topic.channel) {
    case 'stock':
      return parse(stockEventSchema, json, topic, (event) => [stockPoint(event, topic)]);
    case 'orders':
      return parse(orderEventSchema, json, topic, (event) => orderPoints(event, topic));
    default:
      return parse(gatewayStatusSchema, json, topic, (status) => [
        gatewayPoint({ ...status, gatewayId: topic.gatewayId }, topic, arrivedAtMs),
      ]);
  }
}

function parse<Event>(
  schema: z.ZodType<Event>,
  json: unknown,
  topic: EventTopic,
  toPoints: (event: Event) => TelemetryPoint[],
): ParsedEvent {
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { ok: true, points: toPoints(parsed.data) }
    : problem('bad-event', describeIssues(parsed.error).join('; '), topic);
}
