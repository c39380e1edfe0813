import { readPayload, type SparkplugPayload } from './payload.ts';
import { type MessageType, parseSparkplugTopic } from './topic.ts';

/** For payloads that came without a topic: only births name a metric and give it an alias, or carry the node's controls. */
export function typeOfPayload(payload: SparkplugPayload): MessageType {
  const names = payload.metrics.map((metric) => metric.name);
  if (names.includes('Node Control/Rebirth')) return 'NBIRTH';
  if (names.length === 1 && names[0] === 'bdSeq') return 'NDEATH';
  return namesAliases(payload) ? 'DBIRTH' : 'DDATA';
}

/**
 * For payloads that a person gave one topic for all: a birth and its data cannot both have it, so the content says which
 * of the two each one is. A topic that the broker delivered is never corrected.
 */
export function topicByContent(topic: string, bytes: Uint8Array): string {
  const type = parseSparkplugTopic(topic)?.type ?? '';
  const payload = /^[ND](BIRTH|DATA)$/.test(type) ? readPayload(bytes) : undefined;
  if (!payload || payload.metrics.length === 0) return topic;
  if (type.endsWith('DATA') && namesAliases(payload)) return withType(topic, `${type.charAt(0)}BIRTH`);
  const isNameless = payload.metrics.every((metric) => metric.name === undefined);
  return type.endsWith('BIRTH') && isNameless ? withType(topic, `${type.charAt(0)}DATA`) : topic;
}

function namesAliases({ metrics }: SparkplugPayload): boolean {
  return metrics.some((metric) => metric.name !== undefined && metric.alias !== undefined);
}

function withType(topic: string, type: string): string {
  return topic
    .split('/')
    .map((level, index) => (index === 2 ? type : level))
    .join('/');
}
