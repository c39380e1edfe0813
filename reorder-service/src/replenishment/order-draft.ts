import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { lockOrder, writeAudit } from '../orders/order-store.ts';
import type { Order } from '../orders/order.ts';
import { amountOf, priceOf } from '../orders/price.ts';
import { sentenceOf, type OrderDecision } from './decide.ts';
import type { Situation } from './load-inputs.ts';
import { writeProof } from './write-proof.ts';

/** What a decision wants ordered, and for which episode. */
export interface Need {
  site: { tenantId: string; siteId: string };
  situation: Situation;
  decision: OrderDecision;
  episodeId: string;
}

/** Writes a draft with its first line and the proof of it. */
export async function startOrder(tx: Tx, need: Need, units: number, note: string, nowMs: number): Promise<Order> {
  const { site, situation, decision, episodeId } = need;
  const { offer } = decision;
  const row = await tx
    .insertInto('purchase_order')
    .values({
      tenant_id: site.tenantId,
      site_id: site.siteId,
      supplier_id: offer.supplierId,
      order_number: await nextOrderNumber(tx, site.tenantId),
      episode_id: episodeId,
      status: 'DRAFT',
      sentence: sentenceFor(need, units),
      amount_cents: amountOf(offer, units),
      expedite: decision.urgent !== null,
      auto_approve: situation.input.policy?.autoApprove ?? true,
      created_at_ms: nowMs,
      due_at_ms: situation.arrivalFrom(offer.supplierId, nowMs),
    })
    .returning('order_id')
    .executeTakeFirstOrThrow();
  await writeLine(tx, need, { orderId: row.order_id, lineNumber: 1, units }, nowMs);
  const draft = await draftOf(tx, site.tenantId, row.order_id);
  const entry = { status: 'DRAFT' as const, event: 'OrderRecommended', note };
  await writeAudit(tx, draft, [entry], { actor: 'policy', nowMs });
  return draft;
}

export async function writeLine(
  tx: Tx,
  need: Need,
  line: { orderId: string; lineNumber: number; units: number },
  nowMs: number,
): Promise<void> {
  const { site, situation, decision, episodeId } = need;
  const { offer } = decision;
  const { orderId, lineNumber, units } = line;
  await tx
    .insertInto('purchase_order_line')
    .values({
      order_id: orderId,
      line_number: lineNumber,
      tenant_id: site.tenantId,
      site_id: site.siteId,
      bin_id: situation.binId,
      item_id: situation.itemId,
      episode_id: episodeId,
      part_number: offer.partNumber,
      description: situation.itemName,
      order_unit: offer.orderUnit,
      stock_units_per_order_unit: offer.packQuantity,
      exact_unit_price_cents: priceOf(offer, units),
      ordered_quantity: units * offer.packQuantity,
    })
    .execute();
  const sentence = sentenceFor(need, units);
  await writeProof(tx, site, situation, decision, { orderId, lineNumber, sentence, nowMs });
}

export function sentenceFor({ situation, decision }: Need, units: number): string {
  const { binId, itemName, unit } = situation;
  return sentenceOf(units, decision, { itemName, binId, unit });
}

export async function draftOf(tx: Tx, tenantId: string, orderId: string): Promise<Order> {
  const draft = await lockOrder(tx, tenantId, orderId);
  if (!draft) throw new Error(`order ${orderId} was written and is not there`);
  return draft;
}

/** Gaps may appear where a transaction is rolled back; a number never comes twice. */
async function nextOrderNumber(tx: Tx, tenantId: string): Promise<string> {
  const { number } = await tx
    .updateTable('tenant')
    .set({ next_order_number: sql`next_order_number + 1` })
    .where('tenant_id', '=', tenantId)
    .returning(sql<number>`next_order_number - 1`.as('number'))
    .executeTakeFirstOrThrow();
  return `PO-${String(number).padStart(6, '0')}`;
}
