import { READINGS_PER_BATCH_MAX } from '@shelfwire/contract';

import type { OutboxRecord } from '../outbox/segment-format.ts';

export { READINGS_PER_BATCH_MAX };

export interface BatchHead {
  gatewayId: string;
  outboxId: string;
  sentAtMs: number;
}

/**
 * The text of a ReadingBatch, put together from the readings' own texts: nothing is parsed or serialized again.
 * @param records one unbroken run
 * @param historical marks every reading as replayed history
 */
export function batchText(head: BatchHead, records: readonly OutboxRecord[], historical: boolean): string {
  const firstSequence = records[0]?.sequence ?? 0;
  const readings = records.map(({ text }) => (historical ? markHistorical(text) : text)).join(',');
  const { gatewayId, outboxId, sentAtMs } = head;
  const fields = JSON.stringify({ schema: 'readings/1', gatewayId, outboxId, firstSequence, sentAtMs });
  return `${fields.slice(0, -1)},"readings":[${readings}]}`;
}

function markHistorical(text: string): string {
  // The text is our own serialization of an object, so it ends in its brace; a mark that is there already may repeat,
  // since the last of two equal keys wins in JSON.parse.
  return `${text.slice(0, -1)},"historical":true}`;
}
