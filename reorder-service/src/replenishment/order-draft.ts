import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { lockOrder, writeAudits } from '../orders/order-store.ts';
import { NEW_LINE, NEW_ORDER, type AuditEntry, type Order, type OrderLineState } from '../orders/order.ts';
import { amountOf, priceOf } from '../orders/price.ts';
import { sentenceFor, type Need, type NewLine } from './need.ts';
import { movementsBehind, tracePlacing, writeProofs } from './write-proof.ts';

/** An order with its first line, before it is written. */
export interface Draft {
  order: Order;
  need: Need;
  units: number;
  /** As its policy wants it. */
  autoApprove: boolean;
  entries: readonly AuditEntry[];
}

export interface Drafts {
  drafts: readonly Draft[];
  /** The tenant has neither approval rules nor budgets: only its policies say who is asked. */
  nobodyObjects: boolean;
}

/** Each with a number of its own. Gaps may appear where a transaction is rolled back; a number never comes twice. */
export async function draftsOf(
  tx: Tx,
  { tenantId }: Need['site'],
  needs: readonly Need[],
  note: (need: Need) => string,
  nowMs: number,
): Promise<Drafts> {
  const parts = needs.flatMap((need) => need.decision.units.map((units) => ({ need, units })));
  const { rows } = await sql<{ number: number; free: boolean }>`
    update tenant set next_order_number = next_order_number + ${parts.length}::int where tenant_id = ${tenantId}
    returning next_order_number - ${parts.length}::int as number,
              not exists (select from approval_rule where tenant_id = ${tenantId})
              and not exists (select from budget where tenant_id = ${tenantId}) as free`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error(`tenant ${tenantId} is not there`);
  const drafts = parts.map(({ need, units }, index): Draft => ({
    order: orderOf(need, units, `PO-${String(row.number + index).padStart(6, '0')}`, nowMs),
    need,
    units,
    autoApprove: need.situation.input.policy?.autoApprove ?? true,
    entries: [{ status: 'DRAFT', event: 'OrderRecommended', note: note(need) }],
  }));
  return { drafts, nobodyObjects: row.free };
}

function orderOf(need: Need, units: number, orderNumber: string, nowMs: number): Order {
  const { site, situation, decision, episodeId } = need;
  const { supplierId } = decision.offer;
  return {
    ...NEW_ORDER,
    orderId: randomUUID(),
    orderNumber,
    ...site,
    supplierId,
    episodeId,
    sentence: sentenceFor(need, units),
    waitingSinceMs: nowMs,
    dueAtMs: situation.arrivalFrom(supplierId, nowMs),
    lines: [firstLineOf(need, units)],
  };
}

function firstLineOf({ situation, decision, episodeId }: Need, units: number): OrderLineState {
  const { binId, itemId } = situation;
  const { packQuantity } = decision.offer;
  return {
    ...NEW_LINE,
    lineNumber: 1,
    binId,
    itemId,
    episodeId,
    stockUnitsPerOrderUnit: packQuantity,
    orderedQuantity: units * packQuantity,
    unitPriceCents: priceOf(decision.offer, units),
  };
}

/**
 * Writes drafts of one site with their first lines, the proofs of these and the audit trail: a few statements, however many.
 * @returns the orders as they are written, of traced readings with their trace
 */
export async function writeDrafts(tx: Tx, drafts: readonly Draft[], nowMs: number): Promise<Order[]> {
  const [first] = drafts;
  if (!first) return [];
  const { site } = first.need;
  const movements = await movementsBehind(
    tx,
    site,
    drafts.map(({ need }) => need.situation.binId),
  );
  const orders = drafts.map(({ order, need }): Order => {
    const { binId } = need.situation;
    return { ...order, traceparent: tracePlacing(movements.get(binId) ?? [], { binId, ...order, nowMs }) ?? null };
  });
  await sql`
    insert into purchase_order (tenant_id, site_id, created_at_ms, order_id, supplier_id, order_number, episode_id, status,
                                sentence, approved_at_ms, due_at_ms, traceparent, amount_cents, expedite, auto_approve)
    select ${site.tenantId}, ${site.siteId}, ${nowMs}::bigint, t.*
    from unnest(${orders.map((order) => order.orderId)}::uuid[], ${orders.map((order) => order.supplierId)}::text[],
                ${orders.map((order) => order.orderNumber)}::text[], ${orders.map((order) => order.episodeId)}::uuid[],
                ${orders.map((order) => order.status)}::text[], ${orders.map((order) => order.sentence)}::text[],
                ${orders.map((order) => order.approvedAtMs)}::bigint[], ${orders.map((order) => order.dueAtMs)}::bigint[],
                ${orders.map((order) => order.traceparent)}::text[],
                ${drafts.map(({ need, units }) => amountOf(need.decision.offer, units))}::bigint[],
                ${drafts.map(({ need }) => need.decision.urgent !== null)}::boolean[],
                ${drafts.map(({ autoApprove }) => autoApprove)}::boolean[]) as t`.execute(tx);
  const lines = drafts.map(({ order, need, units }) => ({ need, orderId: order.orderId, lineNumber: 1, units }));
  await writeLines(tx, site, lines);
  await writeProofs(tx, site, lines, movements, nowMs);
  await writeAudits(
    tx,
    site,
    orders.map((order, index) => ({ order, entries: drafts[index]?.entries ?? [] })),
    { actor: 'policy', nowMs },
  );
  return orders;
}

/** A line more on an order that is there. */
export async function addLine(tx: Tx, line: NewLine, nowMs: number): Promise<void> {
  const { site, situation } = line.need;
  const movements = await movementsBehind(tx, site, [situation.binId]);
  await writeLines(tx, site, [line]);
  await writeProofs(tx, site, [line], movements, nowMs);
  const at = { binId: situation.binId, orderId: line.orderId, sentence: sentenceFor(line.need, line.units), nowMs };
  const placing = tracePlacing(movements.get(situation.binId) ?? [], at);
  if (placing === undefined) return;
  await tx
    .updateTable('purchase_order')
    .set({ traceparent: placing })
    .where('order_id', '=', line.orderId)
    // Of an order for several needs, the first one's.
    .where('traceparent', 'is', null)
    .execute();
}

async function writeLines(tx: Tx, site: Need['site'], lines: readonly NewLine[]): Promise<void> {
  const offers = lines.map(({ need }) => need.decision.offer);
  await sql`
    insert into purchase_order_line (tenant_id, site_id, order_id, line_number, bin_id, item_id, episode_id, part_number,
                                     description, order_unit, stock_units_per_order_unit, exact_unit_price_cents,
                                     ordered_quantity)
    select ${site.tenantId}, ${site.siteId}, t.*
    from unnest(${lines.map(({ orderId }) => orderId)}::uuid[], ${lines.map(({ lineNumber }) => lineNumber)}::int[],
                ${lines.map(({ need }) => need.situation.binId)}::text[],
                ${lines.map(({ need }) => need.situation.itemId)}::text[],
                ${lines.map(({ need }) => need.episodeId)}::uuid[], ${offers.map((offer) => offer.partNumber)}::text[],
                ${lines.map(({ need }) => need.situation.itemName)}::text[],
                ${offers.map((offer) => offer.orderUnit)}::text[], ${offers.map((offer) => offer.packQuantity)}::bigint[],
                ${lines.map(({ need, units }) => priceOf(need.decision.offer, units))}::double precision[],
                ${lines.map(({ need, units }) => units * need.decision.offer.packQuantity)}::bigint[]) as t`.execute(
    tx,
  );
}

export async function draftOf(tx: Tx, tenantId: string, orderId: string): Promise<Order> {
  const draft = await lockOrder(tx, tenantId, orderId);
  if (!draft) throw new Error(`order ${orderId} was written and is not there`);
  return draft;
}
