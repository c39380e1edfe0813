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
  read({ flags, bodyAt, bytes }: Packet): DevicePublish | undefined {
    const qos = (flags >> 1) & 3;
    if (qos > 1 || bytes.length < bodyAt + 2) return undefined;
    const topicAt = bodyAt + 2;
    const topicEnd = topicAt + bytes.readUInt16BE(bodyAt);
    const payloadAt = topicEnd + (qos === 1 ? 2 : 0);
    if (payloadAt > bytes.length || !this.#readTopic(bytes, topicAt, topicEnd)) return undefined;
    const messageId = qos === 1 ? bytes.readUInt16BE(topicEnd) : undefined;
    return { topic: this.#topic, payload: bytes.subarray(payloadAt), messageId };
  }

  #readTopic(bytes: Buffer, from: number, to: number): boolean {
    const known = this.#topicBytes;
    if (known.length > 0 && known.length === to - from && bytes.compare(known, 0, known.length, from, to) === 0)
      return true;
    const topic = bytes.toString('utf8', from, to);
    if (topic === '' || /[#+\0]/.test(topic) || topic.split('/').length > TOPIC_LEVELS_MAX) return false;
    this.#topicBytes = Buffer.from(bytes.subarray(from, to));
    this.#topic = topic;
    return true;
  }
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
