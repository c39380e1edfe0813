import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { remainingOf } from './open-lines.ts';
import { transition, type OrderCommand } from './order-machine.ts';
import { isFinal, type Order, type OrderLineState } from './order.ts';

const NOW_MS = 1_763_800_000_000;

function line(lineNumber: number, orderedQuantity: number): OrderLineState {
  return {
    lineNumber,
    binId: `B-${lineNumber}`,
    itemId: 'm8',
    stockUnitsPerOrderUnit: 10,
    orderedQuantity,
    confirmedQuantity: 0,
    shippedQuantity: 0,
    receivedQuantity: 0,
    cancelledQuantity: 0,
    backorderedQuantity: 0,
    acknowledgementCode: null,
    promisedDeliveryAtMs: null,
    open: true,
  };
}

function order(status: Order['status'], lines = [line(1, 50)]): Order {
  return {
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
    acknowledgedAtMs: null,
    closedAtMs: null,
    dueAtMs: null,
    supplierOrderNumber: null,
    attention: null,
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
      ),
      fc
        .record({
          lineNumber,
          code: fc.constantFrom('IA', 'IB', 'IC', 'ID', 'IH', 'IP', 'IQ', 'IR', 'IS', 'BP', 'DR'),
          confirmedQuantity: quantity,
        })
        .map((each): OrderCommand => ({ kind: 'acknowledge', lines: [each] })),
      fc.record({ lineNumber, quantity }).map((each): OrderCommand => ({ kind: 'despatch', lines: [each] })),
      fc
        .record({ lineNumber, quantity, complete: fc.boolean(), note: fc.constant(null) })
        .map((each): OrderCommand => ({ kind: 'receive', by: 'test', lines: [each] })),
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
            if (!each.open) expect(remainingOf(each)).toBe(0);
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
