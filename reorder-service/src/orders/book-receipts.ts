import type { Tx } from '../database/with-tenant.ts';
import type { BookedReceipt } from './match-receipt.ts';
import { changeOrder, lockOrder } from './order-store.ts';

/** Books what the scales saw arriving, in the transaction of the movements that show it. */
export async function bookReceipts(
  tx: Tx,
  tenantId: string,
  receipts: readonly BookedReceipt[],
  nowMs: number,
): Promise<void> {
  for (const { line, quantity, complete, note } of receipts) {
    const order = await lockOrder(tx, tenantId, line.orderId);
    if (!order) continue;
    const lines = [{ lineNumber: line.lineNumber, quantity, complete, note }];
    // A conflict means that the order ended between matching and locking: the movement stays a receipt, as it is one.
    await changeOrder(tx, order, { kind: 'receive', by: 'scale', lines }, { actor: 'scale', nowMs });
  }
}
