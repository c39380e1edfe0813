import type { OrderStatus } from '@shelfwire/contract';
import { orderProofSchema, type OrderProof } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { AuditEntry, Order } from '../orders/order.ts';
import { strictestRule } from '../orders/approve.ts';
import { lockOrder, writeAudit } from '../orders/order-store.ts';
import { enqueueOrder } from '../suppliers/order-outbox.ts';
import { sentenceOf, type OrderDecision } from './decide.ts';
import type { Situation } from './load-inputs.ts';
import { amountOf, priceOf } from './supply.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

/**
 * Opens the episode and writes the orders of a decision with their proof, in the caller's transaction, which holds the
 * lock of the item and location. The unique index of open episodes stands behind the lock (design D9).
 * @returns the orders written; none if the episode had been opened by somebody else
 */
export async function placeOrders(
  tx: Tx,
  site: Site,
  situation: Situation,
  decision: OrderDecision,
  nowMs: number,
): Promise<Order[]> {
  const episodeId = situation.episodeId ?? (await openEpisode(tx, site, situation, decision, nowMs));
  if (episodeId === undefined) return [];
  const drafts: Order[] = [];
  for (const units of decision.units) {
    drafts.push(await placeOrder(tx, site, situation, { decision, units, episodeId }, nowMs));
  }
  // Only when all are there: the approval rules look at what is ordered together, not at each part of it.
  const autoApprove = situation.input.policy?.autoApprove ?? true;
  const orders: Order[] = [];
  for (const draft of drafts) orders.push(await submit(tx, draft, { because: decision.because, autoApprove }, nowMs));
  return orders;
}

interface Placement {
  decision: OrderDecision;
  units: number;
  episodeId: string;
}

async function openEpisode(
  tx: Tx,
  site: Site,
  situation: Situation,
  decision: OrderDecision,
  nowMs: number,
): Promise<string | undefined> {
  const opened = await tx
    .insertInto('episode')
    .values({
      tenant_id: site.tenantId,
      site_id: site.siteId,
      bin_id: situation.binId,
      item_id: situation.itemId,
      opened_at_ms: nowMs,
      opened_because: decision.because,
      low_reading_received_at_ms: decision.lowSinceMs,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('episode_id')
    .executeTakeFirst();
  return opened?.episode_id;
}

async function placeOrder(
  tx: Tx,
  site: Site,
  situation: Situation,
  placement: Placement,
  nowMs: number,
): Promise<Order> {
  const { decision, units, episodeId } = placement;
  const { offer } = decision;
  const { binId, itemName, unit } = situation;
  const sentence = sentenceOf(units, decision, { itemName, binId, unit });
  const priceCents = priceOf(offer, units);
  const row = await tx
    .insertInto('purchase_order')
    .values({
      tenant_id: site.tenantId,
      site_id: site.siteId,
      supplier_id: offer.supplierId,
      order_number: await nextOrderNumber(tx, site.tenantId),
      episode_id: episodeId,
      status: 'DRAFT',
      sentence,
      amount_cents: amountOf(offer, units),
      expedite: decision.urgent !== null,
      created_at_ms: nowMs,
      due_at_ms: situation.arrivalFrom(offer.supplierId, nowMs),
    })
    .returning('order_id')
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('purchase_order_line')
    .values({
      order_id: row.order_id,
      line_number: 1,
      tenant_id: site.tenantId,
      site_id: site.siteId,
      bin_id: binId,
      item_id: situation.itemId,
      episode_id: episodeId,
      part_number: offer.partNumber,
      description: itemName,
      order_unit: offer.orderUnit,
      stock_units_per_order_unit: offer.packQuantity,
      unit_price_cents: priceCents,
      ordered_quantity: units * offer.packQuantity,
    })
    .execute();
  await writeProof(tx, site, situation, decision, { orderId: row.order_id, sentence, nowMs });
  const draft = await lockOrder(tx, site.tenantId, row.order_id);
  if (!draft) throw new Error(`order ${row.order_id} was written and is not there`);
  return draft;
}

/** Approves a new order, or has it wait for a person: where the policy wants one, or a rule that the order meets. */
async function submit(
  tx: Tx,
  draft: Order,
  { because, autoApprove }: { because: string; autoApprove: boolean },
  nowMs: number,
): Promise<Order> {
  const rule = await strictestRule(tx, draft);
  const status: OrderStatus = autoApprove && !rule ? 'APPROVED' : 'PENDING_APPROVAL';
  const approvedAtMs = status === 'APPROVED' ? nowMs : null;
  await tx
    .updateTable('purchase_order')
    .set({ status, approved_at_ms: approvedAtMs })
    .where('order_id', '=', draft.orderId)
    .execute();
  const order: Order = { ...draft, status, approvedAtMs };
  const recommended: AuditEntry = { status: 'DRAFT', event: 'OrderRecommended', note: because };
  const approved: AuditEntry = { status, event: 'OrderApproved', note: 'by the policy (autoApprove)' };
  const note = rule ? `the rule ${rule.rule_id} wants a ${rule.required_role}` : null;
  const waiting: AuditEntry = { status, event: 'ApprovalRequested', note };
  const entries = [recommended, status === 'APPROVED' ? approved : waiting];
  await writeAudit(tx, order, entries, { actor: 'policy', nowMs });
  if (status === 'APPROVED') await enqueueOrder(tx, order, nowMs);
  return order;
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

/** Freezes what the order rests on (design D10), the last movements of the bin with their readings among it. */
async function writeProof(
  tx: Tx,
  site: Site,
  situation: Situation,
  decision: OrderDecision,
  at: { orderId: string; sentence: string; nowMs: number },
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
      inventoryPosition: position.onHand + position.onOrder - position.reserved - position.backordered,
      observedAtMs: situation.level?.observedAtMs,
      openLines: situation.openLines.map((line) => ({ orderNumber: line.orderNumber, lineNumber: line.lineNumber })),
    },
    arithmetic: [...decision.arithmetic],
  } satisfies OrderProof);
  await tx
    .insertInto('order_proof')
    .values({ order_id: at.orderId, tenant_id: site.tenantId, proof: JSON.stringify(proof) })
    .execute();
}
