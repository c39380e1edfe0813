import { createHash } from 'node:crypto';

import type { Consumer } from '../confirmation.ts';

/**
 * The group in which replicas of a consumer share the readings. Any client may join a group that it can name, with rights to
 * read or without: Mosquitto (2.0) checks no subscription, gives the stranger a share and throws it away, as it may not read
 * it. So the name is made from the password that the replicas have in common and nobody else has.
 */
export function shareGroup(consumer: Consumer, brokerPassword: string | undefined): string {
  if (brokerPassword === undefined) return consumer;
  return `${consumer}-${createHash('sha256').update(`shelfwire/share/${brokerPassword}`).digest('hex').slice(0, 32)}`;
}

const SUBSCRIBE_AGAIN_AFTER_MS = 10_000;

/**
 * Makes a member of a share group that hears nothing subscribe again, again and again while it lasts. To a broker that is
 * well this means nothing. HiveMQ CE 2025.5, killed while messages of a group were on their way, has a queue afterwards that
 * it counts as being emptied and nobody empties: what comes waits, until a member subscribes. The same waits while another
 * member of the group hangs.
 */
export class GroupSilence {
  readonly #timer: NodeJS.Timeout;

  constructor(subscribeAgain: () => void, afterMs = SUBSCRIBE_AGAIN_AFTER_MS) {
    this.#timer = setTimeout(() => {
      this.#timer.refresh();
      subscribeAgain();
    }, afterMs);
    this.#timer.unref();
  }

  heard(): void {
    this.#timer.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
