import { Inject, Injectable } from '@nestjs/common';
import type { ReturnGoods, SupplierReturn } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import type { Order } from '../orders/order.ts';
import { namesInOrder } from '../orders/order-names.ts';
import { lockOrder, writeAudit } from '../orders/order-store.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { Moves } from '../stock-keeping/moves.ts';
import type { Refused } from './refused.ts';

type ReturnResult = { ok: true; returned: SupplierReturn } | Refused;

/** Goods that go back to their supplier, and the credit that is expected for them. */
@Injectable()
export class SupplierReturns {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly moves: Moves,
  ) {}

  async list(
    tenantId: string,
    query: {
      orderId?: string | undefined;
      credited?: boolean | undefined;
      supplierId?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<SupplierReturn>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = returnRows(tx, tenantId);
      if (query.orderId !== undefined) select = select.where('r.order_id', '=', query.orderId);
      if (query.supplierId !== undefined) select = select.where('r.supplier_id', '=', query.supplierId);
      if (query.credited !== undefined)
        select = select.where('r.credited_at_ms', query.credited ? 'is not' : 'is', null);
      if (query.cursor !== undefined) {
        const [atMs, returnId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(r.created_at_ms, r.return_id) < (${atMs}::bigint, ${returnId}::uuid)`);
      }
      const rows = await select.limit(query.limit + 1).execute();
      return pageOf(rows, query.limit, { item: toReturn, key: (row) => [row.created_at_ms, row.return_id] });
    });
  }

  /** What came in and goes back, never more than is here of it. */
  async returnGoods(
    person: { tenantId: string; email: string },
    orderId: string,
    goods: ReturnGoods,
  ): Promise<ReturnResult> {
    const result = await withTenant(this.db, person.tenantId, async (tx): Promise<ReturnResult> => {
      const order = await lockOrder(tx, person.tenantId, orderId);
      if (!order) return { ok: false, code: 'NOT_FOUND', detail: 'There is no such order' };
      const known = await returnOf(tx, person.tenantId, goods.returnId);
      if (known) return { ok: true, returned: known };
      const line = order.lines.find(({ lineNumber }) => lineNumber === goods.lineNumber);
      if (!line) {
        return {
          ok: false,
          code: 'LINE_NOT_FOUND',
          detail: `order ${order.orderNumber} has no line ${goods.lineNumber}`,
        };
      }
      const here = line.receivedQuantity - (await returnedOf(tx, order, goods.lineNumber));
      if (goods.quantity > here) {
        const detail = `Of ${(await namesInOrder(tx, order)).item(goods.lineNumber)}, ${here} were received and not returned yet`;
        return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
      }
      const nowMs = this.clock();
      await writeReturn(tx, order, { ...goods, wasReceived: true, by: person.email, nowMs });
      const returned = await returnOf(tx, person.tenantId, goods.returnId);
      return returned
        ? { ok: true, returned }
        : { ok: false, code: 'NOT_FOUND', detail: 'It belongs to somebody else' };
    });
    if (result.ok) await this.#announce(person, result.returned);
    return result;
  }

  /** Again with every repeat, and once: the ledger knows the return by its id. What leaves the bin is then no consumption. */
  async #announce(person: { tenantId: string; email: string }, returned: SupplierReturn): Promise<void> {
    const { siteId, binId, quantity, reason, returnId } = returned;
    const from = { siteId, binId };
    await this.moves.announce(person.tenantId, {
      kind: 'RETURN',
      quantity,
      from,
      note: reason,
      by: person.email,
      moveId: returnId,
    });
  }

  async credit(
    person: { tenantId: string; email: string },
    returnId: string,
    credit: { creditedCents: number; reference: string },
  ): Promise<ReturnResult> {
    return withTenant(this.db, person.tenantId, async (tx): Promise<ReturnResult> => {
      const nowMs = this.clock();
      await tx
        .updateTable('supplier_return')
        .set({ credited_cents: credit.creditedCents, credit_reference: credit.reference, credited_at_ms: nowMs })
        .where('tenant_id', '=', person.tenantId)
        .where('return_id', '=', returnId)
        .execute();
      const returned = await returnOf(tx, person.tenantId, returnId);
      if (!returned) return { ok: false, code: 'NOT_FOUND', detail: 'There is no such return' };
      const order = await lockOrder(tx, person.tenantId, returned.orderId);
      if (order) {
        const item = (await namesInOrder(tx, order)).item(returned.lineNumber);
        const note = `${item}: ${(credit.creditedCents / 100).toFixed(2)} (${credit.reference})`;
        await writeAudit(tx, order, [{ status: order.status, event: 'ReturnCredited', note }], {
          actor: person.email,
          nowMs,
        });
      }
      return { ok: true, returned };
    });
  }
}

export interface NewReturn {
  returnId: string;
  lineNumber: number;
  quantity: number;
  lot?: string | undefined;
  reason: string;
  /** false: refused on arrival; nothing is to be credited, since nothing was received. */
  wasReceived: boolean;
  by: string;
  nowMs: number;
}

/** Writes the return of a locked order's goods and says it in its trail. */
export async function writeReturn(tx: Tx, order: Order, goods: NewReturn): Promise<void> {
  const line = order.lines.find(({ lineNumber }) => lineNumber === goods.lineNumber);
  if (!line) return;
  const { by, nowMs } = goods;
  const unitPriceCents = line.confirmedUnitPriceCents ?? line.unitPriceCents;
  const credit =
    unitPriceCents === null ? null : Math.round((unitPriceCents * goods.quantity) / line.stockUnitsPerOrderUnit);
  await tx
    .insertInto('supplier_return')
    .values({
      return_id: goods.returnId,
      order_id: order.orderId,
      tenant_id: order.tenantId,
      site_id: order.siteId,
      supplier_id: order.supplierId,
      line_number: goods.lineNumber,
      bin_id: line.binId,
      item_id: line.itemId,
      quantity: goods.quantity,
      lot: goods.lot ?? null,
      reason: goods.reason,
      credit_expected_cents: goods.wasReceived ? credit : null,
      was_received: goods.wasReceived,
      created_at_ms: nowMs,
      created_by: by,
    })
    .onConflict((oc) => oc.doNothing())
    .execute();
  const item = (await namesInOrder(tx, order)).item(goods.lineNumber);
  const note = `${item}: ${goods.quantity} back to the supplier (${goods.reason})`;
  await writeAudit(tx, order, [{ status: order.status, event: 'GoodsReturned', note }], { actor: by, nowMs });
}

async function returnedOf(tx: Tx, order: Order, lineNumber: number): Promise<number> {
  const { rows } = await sql<{ quantity: number }>`
    select coalesce(sum(quantity), 0)::bigint as quantity from supplier_return
    where order_id = ${order.orderId} and line_number = ${lineNumber} and was_received`.execute(tx);
  return rows[0]?.quantity ?? 0;
}

type ReturnRow = Awaited<ReturnType<ReturnType<typeof returnRows>['executeTakeFirstOrThrow']>>;

function returnRows(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('supplier_return as r')
    .innerJoin('purchase_order as o', 'o.order_id', 'r.order_id')
    .selectAll('r')
    .select('o.order_number')
    .where('r.tenant_id', '=', tenantId)
    .orderBy('r.created_at_ms', 'desc')
    .orderBy('r.return_id', 'desc');
}

async function returnOf(tx: Tx, tenantId: string, returnId: string): Promise<SupplierReturn | undefined> {
  const row = await returnRows(tx, tenantId).where('r.return_id', '=', returnId).executeTakeFirst();
  return row && toReturn(row);
}

function toReturn(row: ReturnRow): SupplierReturn {
  return {
    returnId: row.return_id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    supplierId: row.supplier_id,
    siteId: row.site_id,
    lineNumber: row.line_number,
    binId: row.bin_id,
    itemId: row.item_id,
    quantity: row.quantity,
    lot: row.lot,
    reason: row.reason,
    creditExpectedCents: row.credit_expected_cents,
    creditedCents: row.credited_cents,
    creditReference: row.credit_reference,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    creditedAtMs: row.credited_at_ms,
  };
}
