import { setTimeout as delay } from 'node:timers/promises';

import type { TestGateway } from './test-gateway.ts';

export const READINGS_PER_BATCH = 20;
const RESEND_AFTER_MS = 300;
const OPEN_BATCHES_MAX = 8;

/**
 * Sends without end, and again what is not confirmed, as a gateway does; until told to end and all is confirmed.
 * @returns how many batches were sent, all of them confirmed
 */
export async function sendUntil(gateway: TestGateway, shouldEnd: () => boolean): Promise<number> {
  const sentAtMs = new Map<number, number>();
  let batches = 0;
  for (;;) {
    const open = [...sentAtMs.keys()].filter((batch) => !gateway.confirmed.has(firstOf(batch)));
    for (const batch of sentAtMs.keys()) if (!open.includes(batch)) sentAtMs.delete(batch);
    if (shouldEnd() && open.length === 0) return batches;
    if (!shouldEnd() && open.length < OPEN_BATCHES_MAX) open.push(batches++);
    const due = open.filter((batch) => Date.now() - (sentAtMs.get(batch) ?? 0) > RESEND_AFTER_MS);
    for (const batch of due) sentAtMs.set(batch, Date.now());
    await Promise.all(due.map((batch) => gateway.sendWeights(firstOf(batch), READINGS_PER_BATCH)));
    await delay(2);
  }
}

function firstOf(batch: number): number {
  return batch * READINGS_PER_BATCH + 1;
}
