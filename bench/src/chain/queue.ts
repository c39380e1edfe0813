import { REQUIRED_CONSUMERS } from '@shelfwire/contract';

import type { BenchSite } from './bench-site.ts';
import type { Load } from './load.ts';

const DRAIN_TIMEOUT_MS = 300_000;
/** A PUBACK that has not come when none came for so long is missing. */
const NO_PUBACK_MS = 10_000;

/** Readings that every required consumer has confirmed. */
export async function countConfirmed(site: BenchSite): Promise<number> {
  const name = 'shelfwire_gateway_readings_confirmed_total';
  const counts = REQUIRED_CONSUMERS.map((consumer) => site.metric('gateway', name, `consumer="${consumer}"`));
  return Math.min(...(await Promise.all(counts)));
}

export function countAppended(site: BenchSite): Promise<number> {
  return site.metric('gateway', 'shelfwire_gateway_readings_appended_total');
}

/** By the counters: the gauge of the queue is set now and then, and late on a gateway that has all hands full. */
export async function queueAtMost(site: BenchSite, readingsMax: number): Promise<void> {
  const endsAtMs = Date.now() + DRAIN_TIMEOUT_MS;
  while ((await countAppended(site)) - (await countConfirmed(site)) > readingsMax) {
    if (Date.now() > endsAtMs) throw new Error('the gateway’s queue does not drain');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What was sent may still lie in sockets while the gateway's queue is empty: waits until each message has its PUBACK, or no more come. */
export async function allAnswered(load: Load): Promise<void> {
  let [last, sinceMs] = [-1, Date.now()];
  for (;;) {
    const { sent, acknowledged } = await load.counts();
    if (acknowledged !== last) [last, sinceMs] = [acknowledged, Date.now()];
    if (acknowledged >= sent || Date.now() - sinceMs > NO_PUBACK_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
