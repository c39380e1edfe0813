import { expect, test } from 'vitest';

import { NEW_LINE, NEW_ORDER, type Order, type OrderLineState } from './order.ts';
import type { OrderCommand } from './order-command.ts';
import { transition } from './order-machine.ts';

const NOW_MS = 1_763_800_000_000;
const DAY_MS = 86_400_000;
const WANTED_MS = NOW_MS + 2 * DAY_MS;

function line(more: Partial<OrderLineState> = {}): OrderLineState {
  return {
    ...NEW_LINE,
    lineNumber: 1,
    binId: 'A-01',
    itemId: 'm8',
    episodeId: null,
    stockUnitsPerOrderUnit: 10,
    orderedQuantity: 50,
    confirmedQuantity: 50,
    acknowledgementCode: 'IA',
    promisedDeliveryAtMs: NOW_MS + 5 * DAY_MS,
    unitPriceCents: 100,
    ...more,
  };
}

function order(more: Partial<Order> = {}): Order {
  return {
    ...NEW_ORDER,
    orderId: 'o',
    orderNumber: 'PO-1',
    tenantId: 't',
    siteId: 's',
    supplierId: 'bolts',
    episodeId: null,
    status: 'ACKNOWLEDGED',
    sentence: '',
    approvedAtMs: NOW_MS,
    waitingSinceMs: null,
    sentAtMs: NOW_MS,
    acknowledgedAtMs: NOW_MS,
    dueAtMs: NOW_MS + 5 * DAY_MS,
    lines: [line()],
    ...more,
  };
}

const URGE: OrderCommand = { kind: 'urge', wantedAtMs: WANTED_MS, by: 'ann', note: 'the line stops' };

function after(start: Order, ...commands: OrderCommand[]): Order {
  return commands.reduce((current, command) => {
    const result = transition(current, command, NOW_MS);
    if (!result.ok) throw new Error(result.detail);
    return result.order;
  }, start);
}

test('a wish changes nothing of the order but that it was said, and the same wish again is no second one', () => {
  const urged = after(order(), URGE);
  expect(urged).toEqual({ ...order(), urging: { requestedAtMs: NOW_MS, by: 'ann', wantedAtMs: WANTED_MS } });
  expect(transition(urged, URGE, NOW_MS + 1)).toMatchObject({ ok: true, entries: [] });
  const sooner = { ...URGE, wantedAtMs: NOW_MS + DAY_MS };
  expect(after(urged, sooner).urging).toMatchObject({ wantedAtMs: NOW_MS + DAY_MS });
});

test.each([
  ['that was not sent yet', order({ status: 'APPROVED' }), URGE],
  ['that has left', order({ status: 'SHIPPED', lines: [line({ shippedQuantity: 50 })] }), URGE],
  ['of which all has left', order({ status: 'PARTIALLY_SHIPPED', lines: [line({ shippedQuantity: 50 })] }), URGE],
  ['that is being cancelled', order({ cancellation: { requestedAtMs: 1, by: 'b', need: { kind: 'release' } } }), URGE],
  ['that is due by then anyway', order({ dueAtMs: WANTED_MS }), URGE],
  ['for a time that is over', order(), { ...URGE, wantedAtMs: NOW_MS }],
] as const)('an order %s is not urged', (_, start, command) => {
  expect(transition(start, command, NOW_MS)).toMatchObject({ ok: false, code: 'ORDER_STATUS_CONFLICT' });
});

test('one that is overdue may be urged for a day that is after its due date', () => {
  expect(after(order({ dueAtMs: NOW_MS - DAY_MS }), URGE).urging).not.toBeNull();
});

test('accepted, what has not left is promised for the day that was asked for; what has left keeps its own', () => {
  const gone = line({ lineNumber: 2, shippedQuantity: 50, promisedDeliveryAtMs: NOW_MS + DAY_MS });
  const answer = { kind: 'urging-answer', answer: 'accepted', promisedDeliveryAtMs: undefined, reason: null } as const;
  const accepted = after(order({ lines: [line(), gone], escalationLevel: 1 }), URGE, answer);
  expect(accepted).toMatchObject({ status: 'ACKNOWLEDGED', urging: null, attention: null, dueAtMs: WANTED_MS });
  expect(accepted.escalationLevel).toBe(0);
  expect(accepted.lines.map((each) => each.promisedDeliveryAtMs)).toEqual([WANTED_MS, NOW_MS + DAY_MS]);
  // Said again, nobody asks any more.
  expect(transition(accepted, answer, NOW_MS)).toMatchObject({ ok: false });
});

test('a date that is later than asked for, and a refusal, are a person’s business; the promise before stands', () => {
  const later = {
    kind: 'urging-answer',
    answer: 'accepted',
    promisedDeliveryAtMs: WANTED_MS + 1,
    reason: null,
  } as const;
  expect(after(order(), URGE, later)).toMatchObject({
    dueAtMs: WANTED_MS + 1,
    attention: 'the supplier does not deliver as early as was asked',
  });
  const no = { kind: 'urging-answer', answer: 'refused', promisedDeliveryAtMs: undefined, reason: 'no truck' } as const;
  expect(after(order(), URGE, no)).toMatchObject({
    dueAtMs: NOW_MS + 5 * DAY_MS,
    urging: null,
    attention: 'the supplier does not deliver as early as was asked: no truck',
  });
});

test('an acknowledgement that promises a date answers the wish, one that promises none does not', () => {
  const acknowledge = (promisedDeliveryAtMs: number | undefined): OrderCommand => ({
    kind: 'acknowledge',
    lines: [
      { lineNumber: 1, code: 'DR', confirmedQuantity: 50, ...(promisedDeliveryAtMs ? { promisedDeliveryAtMs } : {}) },
    ],
  });
  expect(after(order(), URGE, acknowledge(undefined)).urging).not.toBeNull();
  expect(after(order(), URGE, acknowledge(WANTED_MS))).toMatchObject({ urging: null, dueAtMs: WANTED_MS });
  expect(after(order(), URGE, acknowledge(WANTED_MS + DAY_MS)).attention).toMatch(/as early as was asked/);
});

test('what has left, has come or has ended is not waited for any more', () => {
  const ship: OrderCommand = { kind: 'despatch', lines: [{ lineNumber: 1, quantity: 50 }] };
  expect(after(order(), URGE, ship)).toMatchObject({ status: 'SHIPPED', urging: null });
  expect(after(order(), URGE, { kind: 'close', note: 'n' }).urging).toBeNull();
});
