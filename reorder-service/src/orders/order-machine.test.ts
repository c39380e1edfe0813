import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { remainingOf } from './open-lines.ts';
import type { OrderCommand } from './order-command.ts';
import { transition } from './order-machine.ts';
import { NEW_LINE, NEW_ORDER, isFinal, type Order, type OrderLineState } from './order.ts';

const NOW_MS = 1_763_800_000_000;

function line(lineNumber: number, orderedQuantity: number): OrderLineState {
  return {
    ...NEW_LINE,
    lineNumber,
    binId: `B-${lineNumber}`,
    itemId: 'm8',
    episodeId: null,
    stockUnitsPerOrderUnit: 10,
    orderedQuantity,
    unitPriceCents: 100,
  };
}

function order(status: Order['status'], lines = [line(1, 50)]): Order {
  return {
    ...NEW_ORDER,
    orderId: 'o',
    orderNumber: 'PO-1',
    tenantId: 't',
    siteId: 's',
    supplierId: 'bolts',
    episodeId: null,
    status,
    sentence: 'Ordered.',
    approvedAtMs: NOW_MS,
    waitingSinceMs: null,
    sentAtMs: status === 'APPROVED' ? null : NOW_MS,
    dueAtMs: null,
    lines,
  };
}

function after(start: Order, ...commands: OrderCommand[]): Order {
  let current = start;
  for (const command of commands) {
    const result = transition(current, command, NOW_MS);
    if (!result.ok) throw new Error(result.detail);
    current = result.order;
  }
  return current;
}

const acknowledge = (
  code: 'IA' | 'IB' | 'BP' | 'IQ' | 'IR' | 'DR' | 'IH',
  confirmedQuantity: number,
): OrderCommand => ({
  kind: 'acknowledge',
  lines: [{ lineNumber: 1, code, confirmedQuantity }],
});
const despatch = (quantity: number): OrderCommand => ({ kind: 'despatch', lines: [{ lineNumber: 1, quantity }] });
const receive = (quantity: number, complete = false): OrderCommand => ({
  kind: 'receive',
  by: 'test',
  lines: [{ lineNumber: 1, quantity, complete, note: null }],
});

describe('the life of an order', () => {
  test('goes from approval to delivery and closes itself', () => {
    const steps = [
      { kind: 'sent' } as const,
      acknowledge('IA', 50),
      despatch(20),
      despatch(30),
      receive(20),
      receive(30),
    ];
    const statuses: string[] = [];
    let current = order('APPROVED');
    for (const step of steps) statuses.push((current = after(current, step)).status);
    expect(statuses).toEqual(['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'PARTIALLY_RECEIVED', 'CLOSED']);
  });

  test.each([
    ['IA', 50, { confirmedQuantity: 50, cancelledQuantity: 0, open: true }],
    ['IQ', 30, { confirmedQuantity: 30, cancelledQuantity: 20, open: true }],
    ['DR', 50, { confirmedQuantity: 50, cancelledQuantity: 0, open: true }],
    ['IB', 0, { confirmedQuantity: 0, backorderedQuantity: 50, cancelledQuantity: 0, open: true }],
    ['BP', 20, { confirmedQuantity: 20, backorderedQuantity: 30, cancelledQuantity: 0, open: true }],
    ['IR', 0, { confirmedQuantity: 0, cancelledQuantity: 50, open: false }],
    ['IH', 0, { cancelledQuantity: 0, open: true }],
  ] as const)('an acknowledgement %s of %i says what will come', (code, confirmed, expected) => {
    expect(after(order('SENT'), acknowledge(code, confirmed)).lines[0]).toMatchObject(expected);
  });

  test('an acknowledgement that comes after the goods does not turn the order back', () => {
    expect(after(order('SENT'), despatch(50), acknowledge('IA', 50)).status).toBe('SHIPPED');
    expect(after(order('SENT'), receive(20), acknowledge('IA', 50)).status).toBe('PARTIALLY_RECEIVED');
  });

  test('an order of which something came and the rest is rejected is closed, not rejected', () => {
    const half = after(order('SENT', [line(1, 50), line(2, 10)]), receive(50));
    const rejected: OrderCommand = {
      kind: 'acknowledge',
      lines: [{ lineNumber: 2, code: 'IR', confirmedQuantity: 0 }],
    };
    expect(after(half, rejected)).toMatchObject({
      status: 'CLOSED',
      lines: [{ receivedQuantity: 50 }, { open: false }],
    });
    expect(after(order('SENT'), acknowledge('IR', 0)).status).toBe('REJECTED');
  });

  test('while the supplier has not said whether it cancels, no other answer takes that off the list', () => {
    const asked: OrderCommand = {
      kind: 'request-cancellation',
      by: 'ann',
      need: { kind: 'release' },
      note: 'too many',
    };
    const attention = 'the supplier was asked to cancel it (too many)';
    expect(after(order('SENT'), asked, acknowledge('IA', 50))).toMatchObject({ attention });
    expect(after(order('SENT'), asked, despatch(10))).toMatchObject({ attention });
    // Without that, an answer settles what an earlier one had left open.
    expect(after(order('SENT'), acknowledge('IH', 50)).attention).toMatch(/holds/);
    expect(after(order('SENT'), acknowledge('IH', 50), acknowledge('IA', 50)).attention).toBeNull();
  });

  test('what was backordered is there once it is shipped, and no sooner', () => {
    const waiting = after(order('SENT'), acknowledge('BP', 20));
    expect(waiting.lines[0]).toMatchObject({ backorderedQuantity: 30 });
    // The part that was confirmed is no part of it.
    expect(after(waiting, despatch(20)).lines[0]).toMatchObject({ shippedQuantity: 20, backorderedQuantity: 30 });
    expect(after(waiting, despatch(50)).lines[0]).toMatchObject({ shippedQuantity: 50, backorderedQuantity: 0 });
  });

  test('what has arrived cannot be cancelled, and what is closed cannot be changed', () => {
    const arrived = after(order('SENT'), receive(20));
    expect(transition(arrived, { kind: 'cancel', note: 'x' }, NOW_MS)).toMatchObject({ code: 'ORDER_STATUS_CONFLICT' });
    const closed = after(arrived, receive(30));
    for (const command of [acknowledge('IA', 50), despatch(1), receive(1), { kind: 'approve' } as const]) {
      expect(transition(closed, command, NOW_MS)).toMatchObject({ ok: false });
    }
  });

  test('a message about a line that the order does not have changes nothing', () => {
    const wrong: OrderCommand = { kind: 'despatch', lines: [{ lineNumber: 9, quantity: 1 }] };
    expect(transition(order('SENT'), wrong, NOW_MS)).toMatchObject({ code: 'LINE_NOT_FOUND' });
  });

  test('goods received at the dock are on their way to the bin until the scale sees them, and are counted once', () => {
    const atDock: OrderCommand = {
      kind: 'receive',
      by: 'ann',
      at: 'dock',
      lines: [{ lineNumber: 1, quantity: 50, complete: false, note: null }],
    };
    const arrived = after(order('SENT'), atDock);
    expect(arrived).toMatchObject({ status: 'RECEIVED', lines: [{ receivedQuantity: 50, open: true }] });
    expect(arrived.lines.map(remainingOf)).toEqual([50]);
    const half = after(arrived, receive(30));
    expect(half).toMatchObject({ status: 'RECEIVED', lines: [{ receivedQuantity: 50, awaitingPutAwayQuantity: 20 }] });
    expect(after(half, receive(20))).toMatchObject({
      status: 'CLOSED',
      lines: [{ receivedQuantity: 50, open: false }],
    });
    // Two were taken on the way to the bin.
    expect(after(half, receive(18, true))).toMatchObject({ status: 'CLOSED', lines: [{ receivedQuantity: 50 }] });
  });

  test('a proposed receipt is in the bin and not on order; confirmed it is received, dismissed it is on order again', () => {
    const proposed = after(order('SENT'), { kind: 'propose', lines: [{ lineNumber: 1, quantity: 50 }] });
    expect(proposed).toMatchObject({ status: 'SENT', attention: expect.stringMatching(/waits for confirmation/) });
    expect(proposed.lines.map(remainingOf)).toEqual([0]);
    const confirm: OrderCommand = {
      kind: 'receive',
      by: 'ann',
      lines: [{ lineNumber: 1, quantity: 48, complete: true, note: '2 short', ofProposed: 50 }],
    };
    expect(after(proposed, confirm)).toMatchObject({
      status: 'CLOSED',
      lines: [{ receivedQuantity: 48, cancelledQuantity: 2 }],
    });
    const dismissed = after(proposed, {
      kind: 'dismiss',
      lines: [{ lineNumber: 1, quantity: 50 }],
      note: 'a box put down',
    });
    expect(dismissed.lines.map(remainingOf)).toEqual([50]);
  });

  test.each([
    ['accepted', 'CANCELLED'],
    ['by-supplier', 'REJECTED'],
    ['refused', 'SENT'],
  ] as const)('asked to cancel, the supplier says %s, and the order is %s', (answer, status) => {
    const need = { kind: 'release' } as const;
    const asked = after(order('SENT'), { kind: 'request-cancellation', note: 'too many', by: 'ann', need });
    expect(asked).toMatchObject({ status: 'SENT', cancellation: { by: 'ann' } });
    expect(asked.lines.map(remainingOf)).toEqual([50]);
    const answered = after(asked, { kind: 'cancellation-answer', answer, reason: null });
    expect(answered).toMatchObject({ status, cancellation: null, lines: [{ open: answer === 'refused' }] });
  });

  test('a price raised within the tolerance is nobody’s business, beyond it a person has to agree', () => {
    const priced = (unitPriceCents: number): OrderCommand => ({
      kind: 'acknowledge',
      priceTolerance: 0.02,
      lines: [{ lineNumber: 1, code: 'IP', confirmedQuantity: 50, unitPriceCents }],
    });
    expect(after(order('SENT'), priced(102)).attention).toBeNull();
    const raised = after(order('SENT'), priced(140));
    expect(raised.attention).toBe('the price of line 1 is raised from 1.00 to 1.40 (+40 %): accept it, or cancel');
    expect(after(raised, { kind: 'accept-change' })).toMatchObject({ attention: null, status: 'ACKNOWLEDGED' });
  });

  test('a substitute and a backorder without a date ask for a person, a backorder with a date does not', () => {
    const answered = (answer: object): string | null =>
      after(order('SENT'), {
        kind: 'acknowledge',
        lines: [{ lineNumber: 1, confirmedQuantity: 50, code: 'IA', ...answer }],
      }).attention;
    expect(answered({ code: 'IS', substitutePartNumber: 'B-9' })).toMatch(/^the supplier sends B-9 instead/);
    expect(answered({ code: 'IB', confirmedQuantity: 0 })).toBe('50 of line 1 are backordered without a date');
    expect(answered({ code: 'BP', confirmedQuantity: 20 })).toBe('30 of line 1 are backordered without a date');
    expect(answered({ code: 'BP', confirmedQuantity: 20, backorderPromisedAtMs: NOW_MS + 1 })).toBeNull();
  });

  test('whatever happens in whatever order, cover is never negative and nothing final is on order', () => {
    const quantity = fc.integer({ min: 0, max: 80 });
    const lineNumber = fc.constantFrom(1, 2);
    const anyCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
      fc.constantFrom<OrderCommand>(
        { kind: 'approve' },
        { kind: 'sent' },
        { kind: 'release' },
        { kind: 'hold', note: 'h' },
        { kind: 'cancel', note: 'c' },
        { kind: 'request-cancellation', note: 'c', by: 'ann', need: { kind: 'release' } },
        { kind: 'cancellation-answer', answer: 'accepted', reason: null },
        { kind: 'cancellation-answer', answer: 'refused', reason: null },
        { kind: 'cancellation-answer', answer: 'by-supplier', reason: null },
        { kind: 'accept-change' },
        { kind: 'escalate', level: 2, event: 'OrderOverdue', note: 'overdue' },
        { kind: 'close', note: 'short' },
      ),
      fc.record({ lineNumber, quantity }).map((each): OrderCommand => ({ kind: 'propose', lines: [each] })),
      fc.record({ lineNumber, quantity }).map((each): OrderCommand => ({ kind: 'dismiss', lines: [each], note: 'n' })),
      fc
        .record({
          lineNumber,
          code: fc.constantFrom('IA', 'IB', 'IC', 'ID', 'IH', 'IP', 'IQ', 'IR', 'IS', 'BP', 'DR'),
          confirmedQuantity: quantity,
        })
        .map((each): OrderCommand => ({ kind: 'acknowledge', lines: [each] })),
      fc.record({ lineNumber, quantity }).map((each): OrderCommand => ({ kind: 'despatch', lines: [each] })),
      fc
        .record({
          at: fc.constantFrom('bin', 'dock'),
          line: fc.record({
            lineNumber,
            quantity,
            complete: fc.boolean(),
            note: fc.constant(null),
            ofProposed: fc.constantFrom(0, 20, 80),
          }),
        })
        .map((each): OrderCommand => ({ kind: 'receive', by: 'test', at: each.at, lines: [each.line] })),
    );
    let finished = 0;
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), (commands) => {
        let current = order('PENDING_APPROVAL', [line(1, 50), line(2, 30)]);
        for (const command of commands) {
          const result = transition(current, command, NOW_MS);
          if (!result.ok) continue;
          if (isFinal(current.status)) expect(result.entries).toEqual([]);
          current = result.order;
          for (const each of current.lines) {
            expect(remainingOf(each)).toBeGreaterThanOrEqual(0);
            expect(each.cancelledQuantity).toBeGreaterThanOrEqual(0);
            expect(each.backorderedQuantity).toBeGreaterThanOrEqual(0);
            expect(each.awaitingPutAwayQuantity).toBeLessThanOrEqual(each.receivedQuantity);
            if (!each.open) expect(remainingOf(each)).toBe(0);
            if (each.open) expect(remainingOf(each) + each.proposedQuantity).toBeGreaterThan(0);
          }
          if (isFinal(current.status)) expect(current.lines.every((each) => !each.open)).toBe(true);
        }
        if (isFinal(current.status)) finished += 1;
      }),
      { numRuns: 10_000 },
    );
    expect(finished).toBeGreaterThan(1_000);
  });
});
