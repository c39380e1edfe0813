import { randomUUID } from 'node:crypto';

import type { Tx } from '../database/with-tenant.ts';
import type { BookedReceipt } from './match-receipt.ts';
import { changeOrder, lockOrder } from './order-store.ts';
import { writeReceipt } from './receipts.ts';

/**
 * Books what the scales saw arriving, in the transaction of the movements that show it: at once, or, from suppliers whose
 * receipts want it, as a proposal that a person confirms. What a person has received at the dock needs no second word.
 */
export async function bookReceipts(
  tx: Tx,
  tenantId: string,
  receipts: readonly BookedReceipt[],
  nowMs: number,
): Promise<void> {
  for (const { line, quantity, complete, note } of receipts) {
    const order = await lockOrder(tx, tenantId, line.orderId);
    if (!order) continue;
    const { lineNumber } = line;
    const by = { actor: 'scale', nowMs };
    const proposes = line.confirmReceipts && line.awaitingPutAwayQuantity < quantity;
    // A conflict means that the order ended between matching and locking: the movement stays a receipt, as it is one.
    const changed = await changeOrder(
      tx,
      order,
      proposes
        ? { kind: 'propose', lines: [{ lineNumber, quantity }] }
        : { kind: 'receive', by: 'scale', at: 'bin', lines: [{ lineNumber, quantity, complete, note }] },
      by,
    );
    if (!changed.ok) continue;
    await writeReceipt(tx, changed.order, {
      receiptId: randomUUID(),
      status: proposes ? 'PROPOSED' : 'CONFIRMED',
      source: 'scale',
      by: proposes ? null : 'scale',
      lines: [{ lineNumber, quantity, note: note ?? undefined }],
      nowMs,
    });
  }
}
