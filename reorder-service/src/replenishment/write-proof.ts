import { orderProofSchema, type OrderProof } from '@shelfwire/contract/api';
import { recordSpan, traceparentOf } from '@shelfwire/contract/service';

import type { Tx } from '../database/with-tenant.ts';
import { positionOf, type OrderDecision } from './decide.ts';
import type { Situation } from './load-inputs.ts';

/** Freezes what a line of an order rests on (design D10), the last movements of the bin with their readings among it. */
export async function writeProof(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  situation: Situation,
  decision: OrderDecision,
  at: { orderId: string; lineNumber: number; sentence: string; nowMs: number },
): Promise<void> {
  const movements = await tx
    .selectFrom('stock_movement')
    .select(['kind', 'change', 'on_hand_after as onHandAfter', 'at_ms as atMs', 'gateway_id as gatewayId'])
    .select(['outbox_id as outboxId', 'sequence', 'evidence'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', situation.binId)
    .orderBy('at_ms', 'desc')
    .orderBy('movement_id', 'desc')
    .limit(5)
    .execute();
  await tracePlacing(tx, movements, situation.binId, at);
  const { policy, position } = situation.input;
  const { type = 'NONE', ...parameters } = policy ?? {};
  const proof: OrderProof = orderProofSchema.parse({
    decidedAtMs: at.nowMs,
    sentence: at.sentence,
    readings: movements,
    policy: {
      policyId: situation.policyRef?.policyId ?? '',
      version: situation.policyRef?.version ?? 0,
      type,
      parameters,
    },
    position: {
      ...position,
      inventoryPosition: positionOf(position),
      observedAtMs: situation.level?.observedAtMs,
      openLines: situation.openLines.map((line) => ({ orderNumber: line.orderNumber, lineNumber: line.lineNumber })),
    },
    arithmetic: [...decision.arithmetic],
  } satisfies OrderProof);
  await tx
    .insertInto('order_proof')
    .values({
      order_id: at.orderId,
      line_number: at.lineNumber,
      tenant_id: site.tenantId,
      proof: JSON.stringify(proof),
    })
    .execute();
}

/** Notes the placing in the trace of the newest traced reading that the order rests on; the order carries it from here. */
async function tracePlacing(
  tx: Tx,
  movements: readonly { evidence: Record<string, unknown> }[],
  binId: string,
  { orderId, sentence, nowMs }: { orderId: string; sentence: string; nowMs: number },
): Promise<void> {
  const traceparent = movements
    .map(({ evidence }) => traceparentOf(evidence['reading']))
    .find((each) => each !== undefined);
  if (traceparent === undefined) return;
  const attributes = { 'shelfwire.order': orderId, 'shelfwire.bin': binId, 'shelfwire.sentence': sentence };
  const placing = recordSpan('place order', { traceparent, startMs: nowMs, endMs: Date.now(), attributes });
  if (placing === undefined) return;
  await tx
    .updateTable('purchase_order')
    .set({ traceparent: placing })
    .where('order_id', '=', orderId)
    // Of an order for several needs, the first one's.
    .where('traceparent', 'is', null)
    .execute();
}
