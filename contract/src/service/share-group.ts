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
