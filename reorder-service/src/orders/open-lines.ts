import type { OrderStatus } from '@shelfwire/contract';

import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';

/** A line that goods may still come on. */
export interface OpenLine {
  orderId: string;
  orderNumber: string;
  orderStatus: OrderStatus;
  supplierId: string;
  lineNumber: number;
  binId: string;
  itemId: string;
  orderedQuantity: number;
  shippedQuantity: number;
  receivedQuantity: number;
  cancelledQuantity: number;
  backorderedQuantity: number;
  proposedQuantity: number;
  awaitingPutAwayQuantity: number;
  stockUnitsPerOrderUnit: number;
  sentAtMs: number | null;
  acknowledgedAtMs: number | null;
  /** When the line is due: as promised, else as the whole order. */
  dueAtMs: number | null;
  backorderPromisedAtMs: number | null;
  receivedAtMs: number | null;
  /** How long its supplier may take to acknowledge; null: as long as it likes. */
  acknowledgeWithinMs: number | null;
  /** A person confirms what a scale saw arriving from this supplier. */
  confirmReceipts: boolean;
}

/**
 * What is still to come into the bin on a line, the goods at the dock among it. Never negative: an over-delivery leaves
 * nothing. What a scale saw and nobody has confirmed yet is in the bin.
 */
export function remainingOf(line: Quantities): number {
  return toDeliverOf(line) + line.awaitingPutAwayQuantity;
}

/** What the supplier has still to deliver. */
export function toDeliverOf(line: Quantities): number {
  return Math.max(0, line.orderedQuantity - line.cancelledQuantity - line.receivedQuantity - line.proposedQuantity);
}

type Quantities = Pick<
  OpenLine,
  'orderedQuantity' | 'receivedQuantity' | 'cancelledQuantity' | 'proposedQuantity' | 'awaitingPutAwayQuantity'
>;

/** On order, always counted anew from open lines by bin and item, never by a link and never kept (failure modes 4, 8). */
export function onOrderOf(lines: readonly OpenLine[], bin: { binId: string; itemId: string }): number {
  let sum = 0;
  for (const line of lines) if (line.binId === bin.binId && line.itemId === bin.itemId) sum += remainingOf(line);
  return sum;
}

/** Open lines of these bins, oldest order first. */
export async function openLinesOf(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  binIds: readonly string[],
): Promise<OpenLine[]> {
  if (binIds.length === 0) return [];
  return (
    tx
      .selectFrom('purchase_order_line as l')
      // A limit keeps PostgreSQL from beginning at all orders of the tenant, as it does while it knows little of their number.
      .innerJoinLateral(
        (eb) =>
          eb.selectFrom('purchase_order as po').selectAll().whereRef('po.order_id', '=', 'l.order_id').limit(1).as('o'),
        (join) => join.onTrue(),
      )
      .innerJoin('supplier as s', (join) =>
        join.onRef('s.tenant_id', '=', 'l.tenant_id').onRef('s.supplier_id', '=', 'o.supplier_id'),
      )
      .select(['l.order_id as orderId', 'o.order_number as orderNumber', 'o.status as orderStatus'])
      .select([
        'o.supplier_id as supplierId',
        'l.line_number as lineNumber',
        'l.bin_id as binId',
        'l.item_id as itemId',
      ])
      .select(['l.ordered_quantity as orderedQuantity', 'l.shipped_quantity as shippedQuantity'])
      .select(['l.received_quantity as receivedQuantity', 'l.cancelled_quantity as cancelledQuantity'])
      .select(['l.backordered_quantity as backorderedQuantity', 'l.proposed_quantity as proposedQuantity'])
      .select(['l.awaiting_put_away_quantity as awaitingPutAwayQuantity', 'l.received_at_ms as receivedAtMs'])
      .select(['l.stock_units_per_order_unit as stockUnitsPerOrderUnit'])
      .select(['o.sent_at_ms as sentAtMs', 'o.acknowledged_at_ms as acknowledgedAtMs'])
      .select((eb) => eb.fn.coalesce('l.promised_delivery_at_ms', 'o.due_at_ms').as('dueAtMs'))
      .select(['l.backorder_promised_at_ms as backorderPromisedAtMs'])
      .select(['s.acknowledge_within_ms as acknowledgeWithinMs', 's.confirm_receipts as confirmReceipts'])
      // Spelled out, so that the index of open lines is used whatever plan is kept.
      .where('l.open', '=', sql.lit(true))
      .where('l.tenant_id', '=', site.tenantId)
      .where('l.site_id', '=', site.siteId)
      .where('l.bin_id', '=', anyOf(binIds))
      .orderBy('o.created_at_ms')
      .orderBy('l.order_id')
      .orderBy('l.line_number')
      .execute()
  );
}
