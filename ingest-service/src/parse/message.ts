import type { SiteAddress } from '@shelfwire/contract';

/** A message as the broker delivered it. */
export interface IncomingMessage {
  topic: string;
  payload: Uint8Array;
  arrivedAtMs: number;
}

/** Why something was set aside. A label of a metric, so the set is fixed. */
export type QuarantineReason =
  | 'unknown-topic'
  | 'not-json'
  | 'bad-envelope'
  | 'bad-reading'
  | 'bad-event'
  | 'refused-by-store';

export interface ParseProblem {
  reason: QuarantineReason;
  detail: string;
  /** Undefined where even the topic is none of ours. */
  site: SiteAddress | undefined;
}

export type EventTopic = SiteAddress & ({ channel: 'stock' | 'orders' } | { channel: 'status'; gatewayId: string });
export type ConsumedTopic = (SiteAddress & { channel: 'readings' }) | EventTopic;

const DETAIL_LENGTH_MAX = 500;

export function problem(
  reason: QuarantineReason,
  detail: string,
  site: SiteAddress | undefined,
): { ok: false; problem: ParseProblem } {
  return { ok: false, problem: { reason, detail: detail.slice(0, DETAIL_LENGTH_MAX), site } };
}
