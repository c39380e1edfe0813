import { describeRule } from './approval-rule.ts';
import { describeQuantity, type OrderStatus } from '@shelfwire/contract';
import type { EditOrder } from '@shelfwire/contract/api';

import type { Tx } from '../database/with-tenant.ts';
import { enqueueOrder, supplierMayHave, withdrawUnsent } from '../suppliers/order-outbox.ts';
import { strictestRule } from './approve.ts';
import { priceOf } from './price.ts';
import { offerOf, unitsProblem, unitsToCover, type SoldAs } from './sold-as.ts';
import { recomputeAmount } from './order-amount.ts';
import type { Order } from './order.ts';
import { namesInOrder, type OrderNames } from './order-names.ts';
import { lockOrder, writeAudit } from './order-store.ts';

export interface EditRefusal {
  ok: false;
  code: 'ORDER_STATUS_CONFLICT' | 'LINE_NOT_FOUND' | 'EDIT_REFUSED';
  detail: string;
}

const EDITABLE: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ON_HOLD'];

interface Change {
  field: string;
  /** What people call it, where the field is a number. */
  name?: string;
  from: string | number | null;
  to: string | number | null;
}

/**
 * Changes a locked order that the supplier cannot have yet. It keeps its number, its lines and their episodes: what is on
 * order is counted from the lines, so nothing is ordered a second time and the cover is never lost (failure modes 4, 5).
 * The approval rules are asked anew; approvals for the order as it was are void.
 */
export async function editOrder(
  tx: Tx,
  order: Order,
  edit: EditOrder,
  by: { userId: string; email: string; nowMs: number },
): Promise<{ ok: true; order: Order } | EditRefusal> {
  const tooLate = await whyNotEditable(tx, order, edit);
  if (tooLate) return tooLate;
  const supplierId = edit.supplierId ?? order.supplierId;
  const names = await namesInOrder(tx, order);
  const lines = await editLines(tx, order, supplierId, edit.lines ?? [], names);
  if (!lines.ok) return lines;
  const changes = [...headerChanges(order, edit, supplierId, names), ...lines.changes];
  if (changes.length === 0) return { ok: true, order };
  await writeEdit(tx, order, { edit, supplierId, lines: lines.lines, changes, names }, by);
  await tx.deleteFrom('order_approval').where('order_id', '=', order.orderId).execute();
  await withdrawUnsent(tx, order.orderId);
  const edited = await lockOrder(tx, order.tenantId, order.orderId);
  if (!edited) throw new Error(`order ${order.orderId} was edited and is not there`);
  return { ok: true, order: await submitAgain(tx, edited, { changes, names }, by) };
}

async function whyNotEditable(tx: Tx, order: Order, edit: EditOrder): Promise<EditRefusal | undefined> {
  const { orderNumber, status } = order;
  if (!EDITABLE.includes(status) || (await supplierMayHave(tx, order.orderId))) {
    const detail = `The supplier may already have order ${orderNumber} (${status}): it cannot be edited any more`;
    return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
  }
  if (edit.version !== undefined && edit.version !== order.version) {
    const detail = `Somebody has changed order ${orderNumber} since you opened it. Read it again.`;
    return { ok: false, code: 'ORDER_STATUS_CONFLICT', detail };
  }
  return undefined;
}

type EditedLine = { lineNumber: number; sold: SoldAs; units: number };

async function editLines(
  tx: Tx,
  order: Order,
  supplierId: string,
  wanted: NonNullable<EditOrder['lines']>,
  names: OrderNames,
): Promise<{ ok: true; lines: EditedLine[]; changes: Change[] } | EditRefusal> {
  const unknown = wanted.find(({ lineNumber }) => !order.lines.some((line) => line.lineNumber === lineNumber));
  if (unknown) {
    return {
      ok: false,
      code: 'LINE_NOT_FOUND',
      detail: `order ${order.orderNumber} has no line ${unknown.lineNumber}`,
    };
  }
  const edited: EditedLine[] = [];
  const changes: Change[] = [];
  for (const line of order.lines) {
    const units = wanted.find(({ lineNumber }) => lineNumber === line.lineNumber)?.orderedUnits;
    if (units === undefined && supplierId === order.supplierId) continue;
    const sold = await offerOf(tx, order.tenantId, supplierId, line.itemId);
    const name = names.item(line.lineNumber);
    if (!sold) {
      return { ok: false, code: 'EDIT_REFUSED', detail: `${names.supplier(supplierId)} does not sell ${name}` };
    }
    const next = units ?? unitsToCover(line.orderedQuantity, sold);
    const problem = unitsProblem(next, sold);
    if (problem) return { ok: false, code: 'EDIT_REFUSED', detail: `${name}: ${problem}` };
    if (next * sold.packQuantity !== line.orderedQuantity) {
      changes.push({
        field: `line ${line.lineNumber}`,
        name,
        from: line.orderedQuantity,
        to: next * sold.packQuantity,
      });
    }
    edited.push({ lineNumber: line.lineNumber, sold, units: next });
  }
  return { ok: true, lines: edited, changes };
}

function headerChanges(order: Order, edit: EditOrder, supplierId: string, names: OrderNames): Change[] {
  const changes: Change[] = [];
  if (supplierId !== order.supplierId) {
    changes.push({ field: 'supplier', from: names.supplier(order.supplierId), to: names.supplier(supplierId) });
  }
  const { requestedDeliveryAtMs, note } = edit;
  if (requestedDeliveryAtMs !== undefined && requestedDeliveryAtMs !== order.requestedDeliveryAtMs) {
    changes.push({ field: 'requested delivery', from: order.requestedDeliveryAtMs, to: requestedDeliveryAtMs });
  }
  if (note !== undefined && note !== order.note) changes.push({ field: 'note', from: order.note, to: note });
  return changes;
}

async function writeEdit(
  tx: Tx,
  order: Order,
  {
    edit,
    supplierId,
    lines,
    changes,
    names,
  }: {
    edit: EditOrder;
    supplierId: string;
    lines: readonly EditedLine[];
    changes: readonly Change[];
    names: OrderNames;
  },
  by: { userId: string; email: string; nowMs: number },
): Promise<void> {
  for (const { lineNumber, sold, units } of lines) {
    await tx
      .updateTable('purchase_order_line')
      .set({
        part_number: sold.partNumber,
        order_unit: sold.orderUnit,
        stock_units_per_order_unit: sold.packQuantity,
        exact_unit_price_cents: priceOf(sold, units),
        ordered_quantity: units * sold.packQuantity,
      })
      .where('order_id', '=', order.orderId)
      .where('line_number', '=', lineNumber)
      .execute();
  }
  const leadTimeDays = Math.max(0, ...lines.map(({ sold }) => sold.leadTimeDays));
  await tx
    .updateTable('purchase_order')
    .set((eb) => ({
      supplier_id: supplierId,
      requested_delivery_at_ms: edit.requestedDeliveryAtMs ?? order.requestedDeliveryAtMs,
      note: edit.note === undefined ? order.note : edit.note,
      changed_by: by.userId,
      sentence: `${order.sentence} ${sentenceOf(changes, lines, { names, email: by.email })}`,
      ...(supplierId === order.supplierId ? {} : { due_at_ms: by.nowMs + Math.round(leadTimeDays * 86_400_000) }),
      version: eb('version', '+', 1),
    }))
    .where('order_id', '=', order.orderId)
    .execute();
  await recomputeAmount(tx, order.orderId);
}

function sentenceOf(
  changes: readonly Change[],
  lines: readonly EditedLine[],
  { names, email }: { names: OrderNames; email: string },
): string {
  const what = changes.map(({ field, name, from, to }) => {
    const line = lines.find(({ lineNumber }) => field === `line ${lineNumber}`);
    if (!line) return field === 'note' ? 'a note' : `${field} ${describe(to, names)}`;
    const { sold, units } = line;
    const packs = describeQuantity(units * sold.packQuantity, sold.unit, {
      unit: sold.orderUnit,
      stockUnitsPerUnit: sold.packQuantity,
    });
    return `${packs} of ${name ?? field} instead of ${from} ${sold.unit}`;
  });
  return `Changed by ${email}: ${what.join(', ')}.`;
}

/** The numbers of what is no line are times. */
function describe(value: Change['to'], names: OrderNames): string {
  return typeof value === 'number' ? names.time(value) : (value ?? 'none');
}

/** Where it goes on from here: the rules are asked about the order as it is now. */
async function submitAgain(
  tx: Tx,
  order: Order,
  { changes, names }: { changes: readonly Change[]; names: OrderNames },
  by: { email: string; nowMs: number },
): Promise<Order> {
  const rule = await strictestRule(tx, order);
  const wasWaiting = order.status === 'DRAFT' || order.status === 'PENDING_APPROVAL';
  const status: OrderStatus = wasWaiting || rule ? 'PENDING_APPROVAL' : 'APPROVED';
  const approvedAtMs = status === 'APPROVED' ? (order.approvedAtMs ?? by.nowMs) : null;
  await tx
    .updateTable('purchase_order')
    .set({ status, approved_at_ms: approvedAtMs, attention: null })
    .where('order_id', '=', order.orderId)
    .execute();
  const edited: Order = { ...order, status, approvedAtMs, attention: null };
  const note = changes
    .map(({ field, name, from, to }) =>
      name === undefined
        ? `${field}: ${describe(from, names)} → ${describe(to, names)}`
        : `${name}: ${from ?? 'none'} → ${to ?? 'none'}`,
    )
    .join('; ');
  const waits = rule ? describeRule(rule) : null;
  const entries = [{ status, event: 'OrderEdited', note, details: { changes } }];
  if (status === 'PENDING_APPROVAL')
    entries.push({ status, event: 'ApprovalRequested', note: waits ?? '', details: { changes: [] } });
  await writeAudit(tx, edited, entries, { actor: by.email, nowMs: by.nowMs });
  if (status === 'APPROVED') await enqueueOrder(tx, edited, by.nowMs);
  return edited;
}
