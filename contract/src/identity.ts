/** Names one reading for ever, across repeats, restarts and wiped brokers. */
export interface ReadingIdentity {
  gatewayId: string;
  /** UUID made together with the outbox; a new disk means a new one. */
  outboxId: string;
  /** Counts from 1 without gaps inside one outbox. */
  sequence: number;
}

export function formatReadingIdentity(identity: ReadingIdentity): string {
  return `${identity.gatewayId}/${identity.outboxId}/${identity.sequence}`;
}

export function parseReadingIdentity(text: string): ReadingIdentity | undefined {
  const parts = text.split('/');
  const [gatewayId, outboxId, digits] = parts;
  if (parts.length !== 3 || !gatewayId || !outboxId || !digits || !/^[1-9]\d*$/.test(digits)) return undefined;
  return { gatewayId, outboxId, sequence: Number(digits) };
}

const SEQUENCES_PER_MILLISECOND = 1_000_000;

/**
 * The nanosecond timestamp a reading is stored at: its effective millisecond, with the sequence in the digits below.
 * Deterministic, so that a repeat overwrites itself; and two readings of one series in one millisecond stay two, as
 * long as fewer than a million readings of one outbox lie between them.
 * @returns nanoseconds since 1970 as a bigint (a double cannot hold them)
 */
export function timestampNs(atMs: number, sequence: number): bigint {
  return BigInt(atMs) * 1_000_000n + BigInt(sequence % SEQUENCES_PER_MILLISECOND);
}
