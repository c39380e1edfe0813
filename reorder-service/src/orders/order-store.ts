import { randomUUID } from 'node:crypto';

import { formatTopic, type LineAcknowledgementCode } from '@shelfwire/contract';
import { needAfterwardsSchema } from '@shelfwire/contract/api';

import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueEvents } from '../events/event-outbox.ts';
import {
  isFinal,
  toOrderEvent,
  type AuditEntry,
  type Cancellation,
  type Order,
  type OrderLineState,
  type Urging,
} from './order.ts';
import type { OrderCommand } from './order-command.ts';
import { transition } from './order-machine.ts';
import type { Transition } from './order-step.ts';
import { traceStep } from './trace-order.ts';

/** Reads an order and keeps it locked until the transaction ends: as it is once the lock is ours. */
export function lockOrder(tx: Tx, tenantId: string, orderId: string): Promise<Order | undefined> {
  return orderOf(tx, tenantId, orderId, true);
}

export function readOrder(tx: Tx, tenantId: string, orderId: string): Promise<Order | undefined> {
  return orderOf(tx, tenantId, orderId, false);
}

async function orderOf(tx: Tx, tenantId: string, orderId: string, locked: boolean): Promise<Order | undefined> {
  const row = await tx
    .selectFrom('purchase_order')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('order_id', '=', orderId)
    .$if(locked, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) return undefined;
  const lines = await tx
    .selectFrom('purchase_order_line')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('line_number')
    .execute();
  const heldAtMs = row.status === 'ON_HOLD' ? await lastHeldAtMs(tx, orderId) : null;
  const waits = row.status === 'DRAFT' || row.status === 'PENDING_APPROVAL';
  return {
    orderId: row.order_id,
    orderNumber: row.order_number,
    tenantId: row.tenant_id,
    siteId: row.site_id,
    supplierId: row.supplier_id,
    episodeId: row.episode_id,
    status: row.status,
    sentence: row.sentence,
    approvedAtMs: row.approved_at_ms,
    waitingSinceMs: waits ? row.created_at_ms : heldAtMs,
    sentAtMs: row.sent_at_ms,
    acknowledgedAtMs: row.acknowledged_at_ms,
    closedAtMs: row.closed_at_ms,
    dueAtMs: row.due_at_ms,
    supplierOrderNumber: row.supplier_order_number,
    attention: row.attention,
    version: row.version,
    requestedDeliveryAtMs: row.requested_delivery_at_ms,
    note: row.note,
    changedBy: row.changed_by,
    cancellation: cancellationOf(row),
    urging: urgingOf(row),
    escalationLevel: row.escalation_level,
    traceparent: row.traceparent,
    lines: lines.map((line): OrderLineState => ({
      lineNumber: line.line_number,
      binId: line.bin_id,
      itemId: line.item_id,
      episodeId: line.episode_id ?? row.episode_id,
      stockUnitsPerOrderUnit: line.stock_units_per_order_unit,
      orderedQuantity: line.ordered_quantity,
      confirmedQuantity: line.confirmed_quantity,
      shippedQuantity: line.shipped_quantity,
      receivedQuantity: line.received_quantity,
      cancelledQuantity: line.cancelled_quantity,
      backorderedQuantity: line.backordered_quantity,
      proposedQuantity: line.proposed_quantity,
      awaitingPutAwayQuantity: line.awaiting_put_away_quantity,
      acknowledgementCode: line.acknowledgement_code as LineAcknowledgementCode | null,
      promisedDeliveryAtMs: line.promised_delivery_at_ms,
      backorderPromisedAtMs: line.backorder_promised_at_ms,
      receivedAtMs: line.received_at_ms,
      unitPriceCents: line.exact_unit_price_cents,
      confirmedUnitPriceCents: line.confirmed_unit_price_cents,
      substitutePartNumber: line.substitute_part_number,
      open: line.open,
    })),
  };
}

/** Tells a person to look at a locked order, which otherwise stays as it is, and says why in its trail. */
export async function askForAttention(
  tx: Tx,
  order: Order,
  what: { event: string; note: string },
  by: { actor: string; nowMs: number },
): Promise<void> {
  await tx.updateTable('purchase_order').set({ attention: what.note }).where('order_id', '=', order.orderId).execute();
  await writeAudit(tx, { ...order, attention: what.note }, [{ status: order.status, ...what }], by);
}

async function lastHeldAtMs(tx: Tx, orderId: string): Promise<number | null> {
  const held = await tx
    .selectFrom('order_event')
    .select((eb) => eb.fn.max('at_ms').as('atMs'))
    .where('order_id', '=', orderId)
    .where('event', 'in', ['OrderHeld', 'OrderRefused'])
    .executeTakeFirst();
  return held?.atMs ?? null;
}

/**
 * Lets the command happen to a locked order and writes the outcome: the order, its audit trail, the event for others,
 * and the end of its episode where the order ended it.
 */
export async function changeOrder(
  tx: Tx,
  order: Order,
  command: OrderCommand,
  by: { actor: string; nowMs: number },
): Promise<Transition> {
  const result = transition(order, command, by.nowMs);
  if (!result.ok || result.entries.length === 0) return result;
  await saveOrder(tx, result.order, result.entries, by);
  await closeEpisodesOf(tx, result.order, endedByGoods(order, result.order), 'received', by.nowMs);
  traceStep(result.order, command.kind, by.nowMs);
  return result;
}

async function saveOrder(
  tx: Tx,
  order: Order,
  entries: readonly AuditEntry[],
  by: { actor: string; nowMs: number },
): Promise<void> {
  await tx
    .updateTable('purchase_order')
    .set((eb) => ({
      status: order.status,
      approved_at_ms: order.approvedAtMs,
      sent_at_ms: order.sentAtMs,
      acknowledged_at_ms: order.acknowledgedAtMs,
      closed_at_ms: order.closedAtMs,
      due_at_ms: order.dueAtMs,
      supplier_order_number: order.supplierOrderNumber,
      attention: order.attention,
      cancellation_requested_at_ms: order.cancellation?.requestedAtMs ?? null,
      cancellation_by: order.cancellation?.by ?? null,
      cancellation_need: order.cancellation ? JSON.stringify(order.cancellation.need) : null,
      escalation_level: order.escalationLevel,
      urged_at_ms: order.urging?.requestedAtMs ?? null,
      urged_by: order.urging?.by ?? null,
      urged_for_ms: order.urging?.wantedAtMs ?? null,
      version: eb('version', '+', 1),
    }))
    .where('order_id', '=', order.orderId)
    .execute();
  for (const line of order.lines) {
    await tx
      .updateTable('purchase_order_line')
      .set({
        confirmed_quantity: line.confirmedQuantity,
        shipped_quantity: line.shippedQuantity,
        received_quantity: line.receivedQuantity,
        cancelled_quantity: line.cancelledQuantity,
        backordered_quantity: line.backorderedQuantity,
        proposed_quantity: line.proposedQuantity,
        awaiting_put_away_quantity: line.awaitingPutAwayQuantity,
        acknowledgement_code: line.acknowledgementCode,
        promised_delivery_at_ms: line.promisedDeliveryAtMs,
        backorder_promised_at_ms: line.backorderPromisedAtMs,
        received_at_ms: line.receivedAtMs,
        confirmed_unit_price_cents: line.confirmedUnitPriceCents,
        substitute_part_number: line.substitutePartNumber,
        open: line.open,
      })
      .where('order_id', '=', order.orderId)
      .where('line_number', '=', line.lineNumber)
      .execute();
  }
  if (isFinal(order.status)) await forgetUnsent(tx, order.orderId, by.nowMs);
  await writeAudit(tx, order, entries, by);
}

/** Nothing waits to be sent about an order that has ended. An attempt that is under way still finds its row. */
async function forgetUnsent(tx: Tx, orderId: string, nowMs: number): Promise<void> {
  await tx
    .updateTable('message_outbox')
    .set({ given_up_at_ms: nowMs, last_error: 'the order has ended' })
    .where('order_id', '=', orderId)
    .where('channel', '=', 'supplier')
    .where('sent_at_ms', 'is', null)
    .where('given_up_at_ms', 'is', null)
    .execute();
}

/** Writes the audit trail and, in the same transaction, the event that others will get. */
export async function writeAudit(
  tx: Tx,
  order: Order,
  entries: readonly AuditEntry[],
  by: { actor: string; nowMs: number },
): Promise<void> {
  await writeAudits(tx, order, [{ order, entries }], by);
}

/** The same for many orders of one site: two statements, however many. */
export async function writeAudits(
  tx: Tx,
  { tenantId, siteId }: { tenantId: string; siteId: string },
  trails: readonly { order: Order; entries: readonly AuditEntry[] }[],
  by: { actor: string; nowMs: number },
): Promise<void> {
  const all = trails.flatMap(({ order, entries }) => entries.map((entry) => ({ order, entry })));
  if (all.length === 0) return;
  await sql`
    insert into order_event (tenant_id, at_ms, actor, order_id, status, event, note, details)
    select ${tenantId}, ${by.nowMs}::bigint, ${by.actor}, t.order_id, t.status, t.event, t.note, t.details
    from unnest(${all.map(({ order }) => order.orderId)}::uuid[], ${all.map(({ entry }) => entry.status)}::text[],
                ${all.map(({ entry }) => entry.event)}::text[], ${all.map(({ entry }) => entry.note)}::text[],
                ${all.map(({ entry }) => (entry.details ? JSON.stringify(entry.details) : null))}::jsonb[])
      with ordinality as t(order_id, status, event, note, details, position)
    order by t.position`.execute(tx);
  const events = all.map(({ order, entry }) => toOrderEvent(order, entry, randomUUID(), by.nowMs));
  await enqueueEvents(tx, { tenantId, siteId }, formatTopic({ channel: 'orders', tenantId, siteId }), events, by.nowMs);
}

/** The needs of lines that ended now, and on which goods came. */
function endedByGoods(before: Order, after: Order): string[] {
  const wasOpen = new Set(before.lines.filter((line) => line.open).map((line) => line.lineNumber));
  return after.lines.flatMap((line) =>
    !line.open && wasOpen.has(line.lineNumber) && line.receivedQuantity > 0 && line.episodeId !== null
      ? [line.episodeId]
      : [],
  );
}

/** Closes these episodes, each unless another line of it is still open. */
export async function closeEpisodesOf(
  tx: Tx,
  order: Order,
  episodeIds: readonly string[],
  because: string,
  nowMs: number,
): Promise<void> {
  if (episodeIds.length === 0) return;
  await tx
    .updateTable('episode')
    .set({ closed_at_ms: nowMs, closed_because: because })
    .where('tenant_id', '=', order.tenantId)
    .where('episode_id', 'in', [...new Set(episodeIds)])
    .where('closed_at_ms', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('purchase_order_line as other')
            .select('other.order_id')
            .whereRef('other.episode_id', '=', 'episode.episode_id')
            .where('other.open', '=', true),
        ),
      ),
    )
    .execute();
}

/** The needs that an order is for, each once. */
export function episodesOf(order: Order): string[] {
  return [...new Set(order.lines.flatMap((line) => (line.episodeId === null ? [] : [line.episodeId])))];
}

function cancellationOf(row: {
  cancellation_requested_at_ms: number | null;
  cancellation_by: string | null;
  cancellation_need: unknown;
}): Cancellation | null {
  if (row.cancellation_requested_at_ms === null) return null;
  return {
    requestedAtMs: row.cancellation_requested_at_ms,
    by: row.cancellation_by ?? '',
    need: needAfterwardsSchema.parse(row.cancellation_need),
  };
}

export function urgingOf(row: {
  urged_at_ms: number | null;
  urged_by: string | null;
  urged_for_ms: number | null;
}): Urging | null {
  if (row.urged_at_ms === null || row.urged_for_ms === null) return null;
  return { requestedAtMs: row.urged_at_ms, by: row.urged_by ?? '', wantedAtMs: row.urged_for_ms };
}
