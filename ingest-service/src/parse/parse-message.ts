import { parseTopic, type SiteAddress, type Topic } from '@shelfwire/contract';

import type { TelemetryPoint } from '../points/point.ts';
import { parseEvent } from './event.ts';
import { problem, type ConsumedTopic, type IncomingMessage, type ParseProblem } from './message.ts';
import { parseReadingBatch, type ParsedBatch } from './reading-batch.ts';

export type ParsedMessage =
  | { ok: true; channel: 'readings'; site: SiteAddress; batch: ParsedBatch }
  | { ok: true; channel: 'stock' | 'orders' | 'status'; site: SiteAddress; points: TelemetryPoint[] }
  | { ok: false; problem: ParseProblem };

/** Bytes to points. Tenant and site come from the topic, which the broker guards, never from the payload (design D5). */
export function parseMessage(message: IncomingMessage): ParsedMessage {
  const topic = consumed(parseTopic(message.topic));
  if (!topic) return problem('unknown-topic', `nothing is expected on ${message.topic}`, undefined);
  const site = { tenantId: topic.tenantId, siteId: topic.siteId };
  const json = parseJson(message.payload);
  if (!json.ok) return problem('not-json', json.detail, site);
  if (topic.channel === 'readings') {
    const parsed = parseReadingBatch(json.value, site);
    return parsed.ok ? { ok: true, channel: 'readings', site, batch: parsed.batch } : parsed;
  }
  const parsed = parseEvent(json.value, topic, message.arrivedAtMs);
  return parsed.ok ? { ok: true, channel: topic.channel, site, points: parsed.points } : parsed;
}

function consumed(topic: Topic | undefined): ConsumedTopic | undefined {
  switch (topic?.channel) {
    case 'readings':
    case 'stock':
    case 'orders':
      return { ...topic, channel: topic.channel };
    case 'status':
      return topic;
    default:
      return undefined;
  }
}

function parseJson(payload: Uint8Array): { ok: true; value: unknown } | { ok: false; detail: string } {
  try {
    return { ok: true, value: JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
