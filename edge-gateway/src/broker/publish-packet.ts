import type { Packet } from './packet-splitter.ts';

export interface DevicePublish {
  topic: string;
  payload: Buffer;
  /** Undefined for QoS 0, which nobody answers. */
  messageId: number | undefined;
}

const TOPIC_LEVELS_MAX = 100;

/**
 * Reads the PUBLISH packets (3.1.1, section 3.3) of one connection, QoS 0 and 1. A device has a topic or two: the text of the
 * last one is kept and only compared.
 */
export class PublishReader {
  #topicBytes: Buffer = Buffer.alloc(0);
  #topic = '';

  /** @returns undefined for what is no such packet, or not a well-formed one */
  read({ flags, buffer, bodyAt, end }: Packet): DevicePublish | undefined {
    const qos = (flags >> 1) & 3;
    const topicAt = bodyAt + 2;
    if (qos > 1 || end < topicAt) return undefined;
    const topicEnd = topicAt + ((buffer[bodyAt] ?? 0) << 8) + (buffer[bodyAt + 1] ?? 0);
    const payloadAt = topicEnd + (qos === 1 ? 2 : 0);
    if (payloadAt > end || !this.#readTopic(buffer, topicAt, topicEnd)) return undefined;
    const messageId = qos === 1 ? ((buffer[topicEnd] ?? 0) << 8) + (buffer[topicEnd + 1] ?? 0) : undefined;
    return { topic: this.#topic, payload: buffer.subarray(payloadAt, end), messageId };
  }

  #readTopic(bytes: Buffer, from: number, to: number): boolean {
    if (isSame(this.#topicBytes, bytes, from, to)) return true;
    const topic = bytes.toString('utf8', from, to);
    if (topic === '' || /[#+\0]/.test(topic) || topic.split('/').length > TOPIC_LEVELS_MAX) return false;
    this.#topicBytes = Buffer.from(bytes.subarray(from, to));
    this.#topic = topic;
    return true;
  }
}

/** In place: a few dozen bytes, for which the call to `compare` would take longer. */
function isSame(known: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (known.length === 0 || known.length !== to - from) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[from + at]) return false;
  return true;
}

/** PUBACKs (3.1.1, section 3.4) of these messages, in one piece. */
export function encodePubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4);
  let at = 0;
  for (const messageId of messageIds) {
    bytes.writeUInt16BE(0x4002, at);
    at = bytes.writeUInt16BE(messageId, at + 2);
  }
  return bytes;
}
