import { Inject, Injectable } from '@nestjs/common';
import type { Receipt, ReceiptStatus } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';

interface ReceiptListQuery {
  siteId?: string | undefined;
  orderId?: string | undefined;
  status?: ReceiptStatus | undefined;
  /** Only this supplier's. */
  supplierId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Receipts as people see them. Reads only. */
@Injectable()
export class ReceiptQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Newest first. @throws ShelfwireError CURSOR_INVALID */
  list(tenantId: string, query: ReceiptListQuery): Promise<Page<Receipt>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = receiptRows(tx, tenantId);
      if (query.siteId !== undefined) select = select.where('r.site_id', '=', query.siteId);
      if (query.orderId !== undefined) select = select.where('r.order_id', '=', query.orderId);
      if (query.status !== undefined) select = select.where('r.status', '=', query.status);
      if (query.supplierId !== undefined) select = select.where('o.supplier_id', '=', query.supplierId);
      if (query.cursor !== undefined) {
        const [atMs, receiptId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(r.created_at_ms, r.receipt_id) < (${atMs}::bigint, ${receiptId}::uuid)`);
      }
      const rows = await select.limit(query.limit + 1).execute();
      const lines = await linesOf(
        tx,
        rows.map((row) => row.receipt_id),
      );
      return pageOf(rows, query.limit, {
        item: (row) => toReceipt(row, lines.get(row.receipt_id) ?? []),
        key: (row) => [row.created_at_ms, row.receipt_id],
      });
    });
  }
}

/** @returns undefined if this tenant has no such receipt */
export async function receiptOf(tx: Tx, tenantId: string, receiptId: string): Promise<Receipt | undefined> {
  const row = await receiptRows(tx, tenantId).where('r.receipt_id', '=', receiptId).executeTakeFirst();
  if (!row) return undefined;
  return toReceipt(row, (await linesOf(tx, [receiptId])).get(receiptId) ?? []);
}

/** What a supplier says is on its way under this number. */
export async function announcedUnder(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  sscc: string,
): Promise<Receipt[]> {
  const rows = await receiptRows(tx, site.tenantId)
    .where('r.site_id', '=', site.siteId)
    .where('r.sscc', '=', sscc)
    .where('r.status', '=', 'ANNOUNCED')
    .execute();
  const lines = await linesOf(
    tx,
    rows.map((row) => row.receipt_id),
  );
  return rows.map((row) => toReceipt(row, lines.get(row.receipt_id) ?? []));
}

type ReceiptRow = Awaited<ReturnType<ReturnType<typeof receiptRows>['executeTakeFirstOrThrow']>>;

function receiptRows(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('order_receipt as r')
    .innerJoin('purchase_order as o', 'o.order_id', 'r.order_id')
    .selectAll('r')
    .select(['o.order_number', 'o.supplier_id'])
    .where('r.tenant_id', '=', tenantId)
    .orderBy('r.created_at_ms', 'desc')
    .orderBy('r.receipt_id', 'desc');
}

async function linesOf(tx: Tx, receiptIds: readonly string[]): Promise<Map<string, Receipt['lines']>> {
  if (receiptIds.length === 0) return new Map();
  const rows = await tx
    .selectFrom('order_receipt_line as l')
    .innerJoin('order_receipt as r', 'r.receipt_id', 'l.receipt_id')
    .innerJoin('purchase_order_line as ol', (join) =>
      join.onRef('ol.order_id', '=', 'r.order_id').onRef('ol.line_number', '=', 'l.line_number'),
    )
    .innerJoin('item as i', (join) =>
      join.onRef('i.tenant_id', '=', 'ol.tenant_id').onRef('i.item_id', '=', 'ol.item_id'),
    )
    .selectAll('l')
    .leftJoin('bin as b', (join) =>
      join
        .onRef('b.tenant_id', '=', 'ol.tenant_id')
        .onRef('b.site_id', '=', 'ol.site_id')
        .onRef('b.bin_id', '=', 'ol.bin_id'),
    )
    .select(['ol.bin_id', 'ol.item_id', 'i.sku', 'i.name', 'i.unit', 'b.name as bin_name'])
    .where('l.receipt_id', 'in', receiptIds)
    .orderBy('l.position')
    .execute();
  const byReceipt = Map.groupBy(rows, (row) => row.receipt_id);
  return new Map(
    [...byReceipt].map(([receiptId, lines]) => [
      receiptId,
      lines.map((line) => ({
        lineNumber: line.line_number,
        binId: line.bin_id,
        binName: line.bin_name ?? line.bin_id,
        itemId: line.item_id,
        sku: line.sku,
        itemName: line.name,
        unit: line.unit,
        quantity: line.quantity,
        condition: line.condition,
        lot: line.lot,
        expiresOn: line.expires_on,
        note: line.note,
      })),
    ]),
  );
}

function toReceipt(row: ReceiptRow, lines: Receipt['lines']): Receipt {
  return {
    receiptId: row.receipt_id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    siteId: row.site_id,
    supplierId: row.supplier_id,
    status: row.status,
    source: row.source,
    reference: row.reference,
    sscc: row.sscc,
    createdAtMs: row.created_at_ms,
    decidedAtMs: row.decided_at_ms,
    decidedBy: row.decided_by,
    lines,
  };
}
