import type { GoodsCondition, ReceiptStatus } from '@shelfwire/contract/api';

import type { Tx } from '../database/with-tenant.ts';
import { isFinal, type Order } from './order.ts';

export interface NewReceipt {
  receiptId: string;
  status: ReceiptStatus;
  source: 'asn' | 'scale' | 'person' | 'scan';
  /** Who decided; null while nobody has. */
  by: string | null;
  reference?: string | undefined;
  sscc?: string | undefined;
  lines: readonly {
    lineNumber: number;
    quantity: number;
    condition?: GoodsCondition | undefined;
    lot?: string | undefined;
    expiresOn?: string | undefined;
    note?: string | undefined;
  }[];
  nowMs: number;
}

/**
 * Writes the paper of a receipt, in the transaction of what it is about. When the order has ended, what was announced and
 * not confirmed came another way.
 * @returns false if this receipt was written before
 */
export async function writeReceipt(tx: Tx, order: Order, receipt: NewReceipt): Promise<boolean> {
  const inserted = await tx
    .insertInto('order_receipt')
    .values({
      receipt_id: receipt.receiptId,
      order_id: order.orderId,
      tenant_id: order.tenantId,
      site_id: order.siteId,
      status: receipt.status,
      source: receipt.source,
      reference: receipt.reference ?? null,
      sscc: receipt.sscc ?? null,
      created_at_ms: receipt.nowMs,
      decided_at_ms: receipt.by === null ? null : receipt.nowMs,
      decided_by: receipt.by,
    })
    .onConflict((oc) => oc.doNothing())
    .returning('receipt_id')
    .executeTakeFirst();
  if (!inserted) return false;
  await writeReceiptLines(tx, order.tenantId, receipt.receiptId, receipt.lines);
  if (isFinal(order.status)) await dismissAnnounced(tx, order, receipt.nowMs);
  return true;
}

export async function writeReceiptLines(
  tx: Tx,
  tenantId: string,
  receiptId: string,
  lines: NewReceipt['lines'],
): Promise<void> {
  if (lines.length === 0) return;
  await tx
    .insertInto('order_receipt_line')
    .values(
      lines.map((line, index) => ({
        receipt_id: receiptId,
        position: index + 1,
        tenant_id: tenantId,
        line_number: line.lineNumber,
        quantity: line.quantity,
        condition: line.condition ?? 'good',
        lot: line.lot ?? null,
        expires_on: line.expiresOn ?? null,
        note: line.note ?? null,
      })),
    )
    .execute();
}

async function dismissAnnounced(tx: Tx, order: Order, nowMs: number): Promise<void> {
  await tx
    .updateTable('order_receipt')
    .set({ status: 'DISMISSED', decided_at_ms: nowMs, decided_by: 'system', note: 'the order has ended' })
    .where('order_id', '=', order.orderId)
    .where('status', '=', 'ANNOUNCED')
    .execute();
}
