import type { Reading } from '@shelfwire/contract';

import { GatewayOutbox, type GatewayOutboxEvents } from './gateway-outbox.ts';
import type { OutboxEvents, OutboxLimits } from './outbox.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/** For tests. */

const LIMITLESS: OutboxLimits = {
  segmentBytesMax: 1e9,
  sizeBytesMax: 1e12,
  readingsMax: 1e9,
  freeDiskBytesMin: 0,
  waitingReadingsMax: 1e9,
};

const UNHEARD: OutboxEvents & GatewayOutboxEvents = {
  synced: () => undefined,
  unreadable: () => undefined,
  cut: () => undefined,
  thinned: () => undefined,
  alarmsMoved: () => undefined,
};

/** An outbox whose bounds nothing reaches, but for those that a test sets. */
export function openTestOutbox(
  folder: string,
  limits: Partial<OutboxLimits> = {},
  more: {
    events?: Partial<OutboxEvents & GatewayOutboxEvents>;
    openDisk?: (folder: string) => Promise<SimulatedDisk>;
  } = {},
): Promise<GatewayOutbox> {
  return GatewayOutbox.open(folder, {
    limits: { ...LIMITLESS, ...limits },
    events: { ...UNHEARD, ...more.events },
    ...(more.openDisk && { openDisk: more.openDisk }),
  });
}

/** Every reading that a gateway left in the folder. */
export async function readingsIn(folder: string): Promise<Reading[]> {
  const outboxes = await openTestOutbox(folder);
  const readings: Reading[] = [];
  for (const outbox of outboxes.outboxes) {
    for (let sequence = 1; sequence <= outbox.lastSequence;) {
      const read = await outbox.read(sequence, { readingsMax: 10_000, textBytesMax: 1e9 });
      if (read.kind !== 'records') throw new Error(`${read.kind} at ${sequence}`);
      for (const { text } of read.records) readings.push(JSON.parse(text) as Reading);
      sequence += read.records.length;
    }
  }
  await outboxes.close();
  return readings;
}
