import { Inject, Injectable } from '@nestjs/common';
import type { ConfirmReceipt, Receipt, ReceivedLine, ReceiveOrder, ScannedReceipt } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import type { Order } from '../orders/order.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { writeReceipt, writeReceiptLines } from '../orders/receipts.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { bookArrival, unseenGoods } from './book-arrival.ts';
import type { Refused } from './refused.ts';
import { findOpenLines } from './find-open-lines.ts';
import { parseGs1 } from './gs1-code.ts';
import { announcedUnder, receiptOf } from './receipt-queries.ts';

export type ReceivingResult = { ok: true; receipt: Receipt } | Refused;

interface Person {
  tenantId: string;
  email: string;
}

/** What people receive, and what they say to what suppliers announce and scales see. Each is one transaction. */
@Injectable()
export class Receiving {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
    private readonly publisher: EventPublisher,
    private readonly ledger: StockLedger,
  ) {}

  receive(person: Person, orderId: string, { receiptId, reference, lines }: ReceiveOrder): Promise<ReceivingResult> {
    return this.#inOrder(person, orderId, { receiptId, lines }, async (tx, order) => {
      const nowMs = this.clock();
      const source = lines.some((line) => line.lot !== undefined) ? 'scan' : 'person';
      const known = await receiptOf(tx, person.tenantId, receiptId);
      if (known) return known.orderId === orderId ? undefined : otherReceipt(receiptId);
      const lotSource = source === 'scan' ? 'scan' : 'manual';
      const booked = await bookArrival(tx, order, lines, { by: person.email, receiptId, lotSource, nowMs });
      if (!booked.ok) return booked;
      await writeReceipt(tx, booked.order, {
        receiptId,
        status: 'CONFIRMED',
        source,
        by: person.email,
        reference,
        lines,
        nowMs,
      });
      return undefined;
    });
  }

  async confirm(person: Person, receiptId: string, { lines }: ConfirmReceipt): Promise<ReceivingResult> {
    const receipt = await withTenant(this.db, person.tenantId, (tx) => receiptOf(tx, person.tenantId, receiptId));
    if (!receipt) return noSuchReceipt();
    const found = lines ?? receipt.lines.map(asReceived);
    // What a scale proposed it has shown.
    const told = receipt.status === 'PROPOSED' ? [] : found;
    return this.#inOrder(person, receipt.orderId, { receiptId, lines: told }, async (tx, order) => {
      const { status } = (await receiptOf(tx, person.tenantId, receiptId)) ?? receipt;
      if (status === 'CONFIRMED') return undefined;
      if (status === 'DISMISSED') return dismissed(receipt);
      const nowMs = this.clock();
      const proposed = status === 'PROPOSED' ? receipt.lines : [];
      const booked = await bookArrival(tx, order, found, {
        by: person.email,
        receiptId,
        lotSource: receipt.source === 'asn' ? 'asn' : 'manual',
        nowMs,
        proposed,
      });
      if (!booked.ok) return booked;
      if (lines) {
        await tx.deleteFrom('order_receipt_line').where('receipt_id', '=', receiptId).execute();
        await writeReceiptLines(tx, person.tenantId, receiptId, lines);
      }
      await decideReceipt(tx, receiptId, { status: 'CONFIRMED', by: person.email, nowMs });
      return undefined;
    });
  }

  async dismiss(person: Person, receiptId: string, reason: string): Promise<ReceivingResult> {
    const receipt = await withTenant(this.db, person.tenantId, (tx) => receiptOf(tx, person.tenantId, receiptId));
    if (!receipt) return noSuchReceipt();
    return this.#inOrder(person, receipt.orderId, { receiptId, lines: [] }, async (tx, order) => {
      const { status } = (await receiptOf(tx, person.tenantId, receiptId)) ?? receipt;
      if (status === 'DISMISSED') return undefined;
      if (status === 'CONFIRMED')
        return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail: 'It is confirmed already' };
      const nowMs = this.clock();
      if (status === 'PROPOSED') {
        const command = { kind: 'dismiss', lines: receipt.lines, note: reason } as const;
        const changed = await changeOrder(tx, order, command, { actor: person.email, nowMs });
        if (!changed.ok) return changed;
      }
      await decideReceipt(tx, receiptId, { status: 'DISMISSED', by: person.email, note: reason, nowMs });
      return undefined;
    });
  }

  /** What a code may belong to. Books nothing. */
  async scan(
    tenantId: string,
    { siteId, code }: { siteId: string; code: string },
  ): Promise<{ ok: true; scanned: ScannedReceipt } | { ok: false; because: string }> {
    const parsed = parseGs1(code);
    if (!parsed.ok) return parsed;
    const { sscc, gtin, count } = parsed.code;
    return withTenant(this.db, tenantId, async (tx) => ({
      ok: true,
      scanned: {
        scanned: parsed.code,
        announced: sscc === null ? [] : await announcedUnder(tx, { tenantId, siteId }, sscc),
        openLines: gtin === null ? [] : await findOpenLines(tx, { tenantId, siteId }, gtin, count),
      },
    }));
  }

  /**
   * Goods of bins without a sensor are booked by the ledger in the same transaction, under the receipt's id, so that they
   * are booked once.
   * @param work undefined when it is done, or was before
   */
  async #inOrder(
    person: Person,
    orderId: string,
    { receiptId, lines }: { receiptId: string; lines: readonly ReceivedLine[] },
    work: (tx: Tx, order: Order) => Promise<Refused | undefined>,
  ): Promise<ReceivingResult> {
    const { tenantId } = person;
    let order: Order | undefined;
    let result: ReceivingResult = noSuchReceipt('There is no such order');
    const run = async (tx: Tx): Promise<boolean> => {
      order = await lockOrder(tx, tenantId, orderId);
      if (!order) return false;
      const refused = await work(tx, order);
      const receipt = refused ? undefined : await receiptOf(tx, tenantId, receiptId);
      result = receipt ? { ok: true, receipt } : (refused ?? noSuchReceipt());
      return result.ok;
    };
    const unseen = await withTenant(this.db, tenantId, (tx) => unseenGoods(tx, tenantId, orderId, lines));
    if (unseen.goods.length === 0) await withTenant(this.db, tenantId, run);
    else {
      const said = unseen.goods.map((goods, index) => ({
        sequence: index + 1,
        move: { ...goods, moveId: receiptId, kind: 'RECEIPT' as const, by: person.email, atMs: this.clock() },
      }));
      await this.ledger.tell({ tenantId, siteId: unseen.siteId }, { outboxId: receiptId, said }, run);
    }
    if (order && result.ok) {
      this.touched.touch(
        order,
        order.lines.map((line) => line.binId),
      );
      this.publisher.wake();
    }
    return result;
  }
}

function asReceived(line: Receipt['lines'][number]): ReceivedLine {
  return {
    lineNumber: line.lineNumber,
    quantity: line.quantity,
    condition: line.condition,
    complete: false,
    ...(line.lot === null ? {} : { lot: line.lot }),
    ...(line.expiresOn === null ? {} : { expiresOn: line.expiresOn }),
  };
}

async function decideReceipt(
  tx: Tx,
  receiptId: string,
  decided: { status: 'CONFIRMED' | 'DISMISSED'; by: string; note?: string; nowMs: number },
): Promise<void> {
  await tx
    .updateTable('order_receipt')
    .set({
      status: decided.status,
      decided_at_ms: decided.nowMs,
      decided_by: decided.by,
      note: decided.note ?? null,
    })
    .where('receipt_id', '=', receiptId)
    .execute();
}

function noSuchReceipt(detail = 'There is no such receipt'): Refused {
  return { ok: false, code: 'NOT_FOUND', detail };
}

function otherReceipt(receiptId: string): Refused {
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail: `The id ${receiptId} was used for another order` };
}

function dismissed(receipt: Receipt): Refused {
  return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail: `It was dismissed by ${receipt.decidedBy ?? 'somebody'}` };
}
