import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { writeAudit } from '../orders/order-store.ts';
import type { Order } from '../orders/order.ts';
import { amountOf } from '../orders/price.ts';
import { demandHistory } from './demand-history.ts';
import { sentenceFor, type Need } from './need.ts';
import { addLine, draftOf, draftsOf, writeDrafts } from './order-draft.ts';
import { statistics } from './science/order-point.ts';
import { submitOrder } from './submit-order.ts';
import { leadTimeOf } from './supply.ts';
import { gatherUntil, isFull, slackMsOf, type Load, type Truck } from './truck.ts';

/** With less history the demand is not known. */
const HISTORY_DAYS_MIN = 14;
/** More than so many sentences nobody reads; each line has its proof. */
const SENTENCES_MAX = 5;

/**
 * Puts a need on the draft that gathers for the truck of its supplier and site, or begins one. The draft's open lines count
 * as on order, so that nothing is ordered twice while it waits. It is sent at once when it is full or a bin cannot wait;
 * otherwise the first of its needs that must leave says when (send-trucks.ts).
 */
export async function gather(
  tx: Tx,
  need: Need,
  { units, truck }: { units: number; truck: Truck },
  nowMs: number,
): Promise<Order> {
  const { site, situation, decision } = need;
  const { supplierId } = decision.offer;
  const { tenantId, siteId } = site;
  // Two needs at the same moment begin one draft, not two.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`truck/${tenantId}/${siteId}/${supplierId}`}, 0))`.execute(
    tx,
  );
  const untilMs = gatherUntil(truck, situation.input.timeZone, await slackOf(tx, need, nowMs), nowMs);
  const open = await tx
    .selectFrom('purchase_order')
    .select(['order_id', 'gather_until_ms'])
    .where('tenant_id', '=', tenantId)
    .where('site_id', '=', siteId)
    .where('supplier_id', '=', supplierId)
    .where('status', '=', 'DRAFT')
    .where('gather_until_ms', 'is not', null)
    .orderBy('created_at_ms')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  const until = Math.min(untilMs, open?.gather_until_ms ?? Number.POSITIVE_INFINITY);
  const waits = `waits until ${new Date(until).toISOString().slice(0, 16)}Z for the truck`;
  const order = open
    ? await addNeed(tx, need, { orderId: open.order_id, units }, nowMs)
    : await beginOrder(tx, need, `${decision.because}; ${waits}`, nowMs);
  await tx
    .updateTable('purchase_order')
    .set({ gather_until_ms: Math.round(until) })
    .where('order_id', '=', order.orderId)
    .execute();
  const load = await loadOf(tx, order.orderId);
  if (until > nowMs && !isFull(truck, load)) return order;
  return submitOrder(tx, order, load.autoApprove, nowMs);
}

/** Also how the job that sends trucks knows what the policies of the lines want. */
export async function loadOf(tx: Tx, orderId: string): Promise<Load & { autoApprove: boolean }> {
  const { rows } = await sql<{ cents: number | null; approve: boolean; units: number; grams: number }>`
    select o.amount_cents as cents, o.auto_approve as approve,
           coalesce(sum(l.ordered_quantity / l.stock_units_per_order_unit), 0)::bigint as units,
           coalesce(sum(l.ordered_quantity * i.piece_grams), 0)::double precision as grams
    from purchase_order o
    left join purchase_order_line l using (order_id)
    left join item i on i.tenant_id = l.tenant_id and i.item_id = l.item_id
    where o.order_id = ${orderId}
    group by o.order_id`.execute(tx);
  const [row] = rows;
  return {
    amountCents: row?.cents ?? null,
    units: row?.units ?? 0,
    grams: row?.grams ?? 0,
    autoApprove: row?.approve ?? false,
  };
}

async function beginOrder(tx: Tx, need: Need, note: string, nowMs: number): Promise<Order> {
  const { drafts } = await draftsOf(tx, need.site, [need], () => note, nowMs);
  const [order] = await writeDrafts(tx, drafts, nowMs);
  if (!order) throw new RangeError(`nothing is to be ordered for ${need.situation.binId}`);
  return order;
}

async function addNeed(
  tx: Tx,
  need: Need,
  { orderId, units }: { orderId: string; units: number },
  nowMs: number,
): Promise<Order> {
  const { site, situation, decision } = need;
  const { lines, ...draft } = await draftOf(tx, site.tenantId, orderId);
  const lineNumber = Math.max(...lines.map((line) => line.lineNumber)) + 1;
  await addLine(tx, { need, orderId, lineNumber, units }, nowMs);
  const sentence = sentenceFor(need, units);
  const amountCents = amountOf(decision.offer, units);
  await tx
    .updateTable('purchase_order')
    .set((eb) => ({
      // One unknown price makes the sum unknown.
      amount_cents: amountCents === null ? null : eb('amount_cents', '+', amountCents),
      ...(situation.input.policy?.autoApprove === false ? { auto_approve: false } : {}),
      due_at_ms: Math.max(draft.dueAtMs ?? 0, situation.arrivalFrom(decision.offer.supplierId, nowMs)),
      sentence: lineNumber <= SENTENCES_MAX ? `${draft.sentence} ${sentence}` : draft.sentence,
      version: eb('version', '+', 1),
    }))
    .where('order_id', '=', orderId)
    .execute();
  const order = await draftOf(tx, site.tenantId, orderId);
  const entry = { status: 'DRAFT' as const, event: 'LineAdded', note: `${situation.itemName}: ${decision.because}` };
  await writeAudit(tx, order, [entry], { actor: 'policy', nowMs });
  return order;
}

async function slackOf(tx: Tx, { site, situation, decision }: Need, nowMs: number): Promise<number> {
  const { tenantId, siteId } = site;
  const [history] = await demandHistory(tx, tenantId, [{ siteId, binId: situation.binId }], nowMs);
  const known = history !== undefined && history.perDay.length >= HISTORY_DAYS_MIN;
  const perDay = known ? statistics(history.perDay).meanPerDay : undefined;
  const reorderPoint = decision.arithmetic.find(({ step }) => step === 'reorder point')?.value ?? 0;
  const { position, policy } = situation.input;
  return slackMsOf({ position, policy, reorderPoint }, perDay, leadTimeOf(decision.offer));
}
