import { Inject, Injectable } from '@nestjs/common';
import { describeQuantity, type OrderStatus } from '@shelfwire/contract';
import { orderProofSchema, type OrderDetail, type OrderLine, type OrderSummary } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { DEFAULT_RULE } from './approval-rule.ts';
import { strictestRule } from './approve.ts';
import { readOrder, urgingOf } from './order-store.ts';

export interface OrderListQuery {
  siteId?: string | undefined;
  status?: OrderStatus | undefined;
  open?: boolean | undefined;
  /** Only this supplier's orders: what a person with the role `supplier` may see. */
  supplierId?: string | undefined;
  /** In the order's number, or in the one the supplier gave it. */
  search?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** What people see of the orders. Reads only. */
@Injectable()
export class OrderQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Newest first. @throws ShelfwireError CURSOR_INVALID */
  async list(tenantId: string, query: OrderListQuery): Promise<Page<OrderSummary>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = summaries(tx, tenantId);
      if (query.siteId !== undefined) select = select.where('o.site_id', '=', query.siteId);
      if (query.status !== undefined) select = select.where('o.status', '=', query.status);
      if (query.open !== undefined) select = select.where('o.closed_at_ms', query.open ? 'is' : 'is not', null);
      if (query.supplierId !== undefined) select = ofSupplier(select, query.supplierId);
      if (query.search !== undefined) {
        const search = query.search.toLowerCase();
        select = select.where(
          sql<boolean>`(strpos(lower(o.order_number), ${search}) > 0 or strpos(lower(coalesce(o.supplier_order_number, '')), ${search}) > 0)`,
        );
      }
      if (query.cursor !== undefined) {
        const [createdAtMs, orderId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(o.created_at_ms, o.order_id) < (${createdAtMs}::bigint, ${orderId}::uuid)`);
      }
      const rows = await select.limit(query.limit + 1).execute();
      const lines = await linesOf(
        tx,
        rows.map((row) => row.order_id),
      );
      return pageOf(rows, query.limit, {
        item: (row) => toSummary(row, lines.get(row.order_id) ?? []),
        key: (row) => [row.created_at_ms, row.order_id],
      });
    });
  }

  /** @returns undefined if this tenant (or this supplier) has no such order */
  async get(
    tenantId: string,
    orderId: string,
    restrict: { supplierId?: string | undefined } = {},
  ): Promise<OrderDetail | undefined> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = summaries(tx, tenantId).where('o.order_id', '=', orderId);
      if (restrict.supplierId !== undefined) select = ofSupplier(select, restrict.supplierId);
      const row = await select.executeTakeFirst();
      if (!row) return undefined;
      const lines = await linesOf(tx, [orderId]);
      const proofs = await tx
        .selectFrom('order_proof')
        .select(['line_number', 'proof'])
        .where('order_id', '=', orderId)
        .orderBy('line_number')
        .execute();
      const events = await tx
        .selectFrom('order_event')
        .select(['at_ms as atMs', 'status', 'event', 'actor', 'note', 'details'])
        .where('order_id', '=', orderId)
        .orderBy('order_event_id')
        .execute();
      return {
        ...toSummary(row, lines.get(orderId) ?? []),
        proof: orderProofSchema.parse(proofs[0]?.proof),
        lineProofs: proofs.map((each) => ({ lineNumber: each.line_number, proof: orderProofSchema.parse(each.proof) })),
        history: events,
        approval: restrict.supplierId === undefined ? await approvalOf(tx, tenantId, orderId) : null,
      };
    });
  }
}

/** A supplier sees its own orders, from the moment they are sent: a draft may still go to somebody else. */
function ofSupplier(select: ReturnType<typeof summaries>, supplierId: string): ReturnType<typeof summaries> {
  return select.where('o.supplier_id', '=', supplierId).where('o.sent_at_ms', 'is not', null);
}

/** Who has to approve a waiting order, by the rules as they are now, and who has. */
async function approvalOf(tx: Tx, tenantId: string, orderId: string): Promise<OrderDetail['approval']> {
  const order = await readOrder(tx, tenantId, orderId);
  if (order?.status !== 'PENDING_APPROVAL') return null;
  const rule = (await strictestRule(tx, order)) ?? DEFAULT_RULE;
  const given = await tx
    .selectFrom('order_approval as a')
    .leftJoin('app_user as u', (join) => join.on(sql`u.user_id::text`, '=', sql.ref('a.user_id')))
    .select(['a.user_id', 'u.display_name'])
    .where('a.order_id', '=', orderId)
    .orderBy('a.approved_at_ms')
    .execute();
  return {
    ruleId: rule.ruleId,
    requiredRole: rule.requiredRole,
    approvals: rule.approvals,
    given: given.map((row) => row.display_name ?? row.user_id),
  };
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof summaries>['executeTakeFirstOrThrow']>>;

function summaries(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('purchase_order as o')
    .innerJoin('supplier as s', (join) =>
      join.onRef('s.tenant_id', '=', 'o.tenant_id').onRef('s.supplier_id', '=', 'o.supplier_id'),
    )
    .select(['o.order_id', 'o.order_number', 'o.site_id', 'o.supplier_id', 's.name as supplier_name', 'o.status'])
    .select(['o.sentence', 'o.created_at_ms', 'o.sent_at_ms', 'o.acknowledged_at_ms', 'o.supplier_order_number'])
    .select([
      'o.due_at_ms',
      'o.attention',
      'o.expedite',
      'o.gather_until_ms',
      'o.amount_cents',
      'o.version',
      'o.requested_delivery_at_ms',
      'o.note',
    ])
    .select(['o.cancellation_requested_at_ms', 'o.escalation_level', 'o.urged_at_ms', 'o.urged_by', 'o.urged_for_ms'])
    .where('o.tenant_id', '=', tenantId)
    .orderBy('o.created_at_ms', 'desc')
    .orderBy('o.order_id', 'desc');
}

async function linesOf(tx: Tx, orderIds: readonly string[]): Promise<Map<string, OrderLine[]>> {
  const byOrder = new Map<string, OrderLine[]>();
  if (orderIds.length === 0) return byOrder;
  const rows = await tx
    .selectFrom('purchase_order_line as l')
    .innerJoin('item as i', (join) =>
      join.onRef('i.tenant_id', '=', 'l.tenant_id').onRef('i.item_id', '=', 'l.item_id'),
    )
    .leftJoin('bin as b', (join) =>
      join
        .onRef('b.tenant_id', '=', 'l.tenant_id')
        .onRef('b.site_id', '=', 'l.site_id')
        .onRef('b.bin_id', '=', 'l.bin_id'),
    )
    .selectAll('l')
    .select(['i.sku', 'i.name as item_name', 'i.unit', 'b.name as bin_name'])
    .where('l.order_id', 'in', orderIds)
    .orderBy('l.line_number')
    .execute();
  for (const row of rows) {
    const lines = byOrder.get(row.order_id) ?? [];
    lines.push(toLine(row));
    byOrder.set(row.order_id, lines);
  }
  return byOrder;
}

interface LineRow {
  line_number: number;
  item_id: string;
  bin_id: string;
  bin_name: string | null;
  sku: string;
  item_name: string;
  unit: string;
  ordered_quantity: number;
  confirmed_quantity: number;
  shipped_quantity: number;
  received_quantity: number;
  cancelled_quantity: number;
  backordered_quantity: number;
  order_unit: string;
  stock_units_per_order_unit: number;
  acknowledgement_code: string | null;
  promised_delivery_at_ms: number | null;
  backorder_promised_at_ms: number | null;
  proposed_quantity: number;
  awaiting_put_away_quantity: number;
  exact_unit_price_cents: number | null;
  confirmed_unit_price_cents: number | null;
  open: boolean;
}

function toLine(row: LineRow): OrderLine {
  return {
    lineNumber: row.line_number,
    itemId: row.item_id,
    binId: row.bin_id,
    binName: row.bin_name ?? row.bin_id,
    sku: row.sku,
    itemName: row.item_name,
    unit: row.unit,
    orderedQuantity: row.ordered_quantity,
    confirmedQuantity: row.confirmed_quantity,
    shippedQuantity: row.shipped_quantity,
    receivedQuantity: row.received_quantity,
    cancelledQuantity: row.cancelled_quantity,
    backorderedQuantity: row.backordered_quantity,
    orderUnit: row.order_unit,
    stockUnitsPerOrderUnit: row.stock_units_per_order_unit,
    quantityText: describeQuantity(row.ordered_quantity, row.unit, {
      unit: row.order_unit,
      stockUnitsPerUnit: row.stock_units_per_order_unit,
    }),
    acknowledgementCode: row.acknowledgement_code as OrderLine['acknowledgementCode'],
    promisedDeliveryAtMs: row.promised_delivery_at_ms,
    backorderPromisedAtMs: row.backorder_promised_at_ms,
    proposedQuantity: row.proposed_quantity,
    awaitingPutAwayQuantity: row.awaiting_put_away_quantity,
    unitPriceCents: row.exact_unit_price_cents,
    confirmedUnitPriceCents: row.confirmed_unit_price_cents,
    open: row.open,
  };
}

function toSummary(row: SummaryRow, lines: OrderLine[]): OrderSummary {
  return {
    orderId: row.order_id,
    orderNumber: row.order_number,
    siteId: row.site_id,
    supplierId: row.supplier_id,
    supplierName: row.supplier_name,
    status: row.status,
    sentence: row.sentence,
    createdAtMs: row.created_at_ms,
    sentAtMs: row.sent_at_ms,
    acknowledgedAtMs: row.acknowledged_at_ms,
    supplierOrderNumber: row.supplier_order_number,
    dueAtMs: row.due_at_ms === null ? null : Math.round(row.due_at_ms),
    attention: row.attention,
    expedite: row.expedite,
    gatherUntilMs: row.gather_until_ms,
    amountCents: row.amount_cents,
    version: row.version,
    requestedDeliveryAtMs: row.requested_delivery_at_ms,
    note: row.note,
    cancellationRequestedAtMs: row.cancellation_requested_at_ms,
    urging: urgingOf(row),
    escalationLevel: row.escalation_level,
    lines,
  };
}
