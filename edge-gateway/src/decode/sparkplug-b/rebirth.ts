import type { Reply } from '../decoder.ts';
import { rebirthRequest } from './payload.ts';
import type { SparkplugTopic } from './topic.ts';

const WAIT_FIRST_MS = 10_000;
const WAIT_MAX_MS = 300_000;

/**
 * Asks an edge node for its births, but not for ever at once: a node that cannot answer (its Rebirth is switched off, its
 * link is slow) is asked after 10 s again, then after 20 s, up to every 5 minutes, until a birth comes.
 */
export class RebirthRequester {
  #askedAtMs: number | undefined;
  #waitMs = WAIT_FIRST_MS;

  request(topic: SparkplugTopic | undefined, nowMs: number): Reply | undefined {
    if (!topic) return undefined;
    const sinceMs = this.#askedAtMs === undefined ? Infinity : Math.abs(nowMs - this.#askedAtMs);
    if (sinceMs < this.#waitMs) return undefined;
    if (this.#askedAtMs !== undefined) this.#waitMs = Math.min(this.#waitMs * 2, WAIT_MAX_MS);
    this.#askedAtMs = nowMs;
    // Births of devices follow the node's own (Sparkplug 3.0, 5.5): there is no rebirth of one device.
    const target = `spBv1.0/${topic.group}/NCMD/${topic.edgeNode}`;
    return { to: 'topic', topic: target, payload: rebirthRequest(nowMs) };
  }

  born(): void {
    this.#waitMs = WAIT_FIRST_MS;
  }
}
