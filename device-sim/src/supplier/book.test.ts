import {
  despatchAdviceMessageSchema,
  orderResponseMessageSchema,
  type PurchaseOrderMessage,
} from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { behaviourSchema, changeBehaviour, type Behaviour } from './behaviour.ts';
import { makeSscc, SupplierBook, type Step } from './book.ts';

const NOW_MS = 1_800_000_000_000;
const ORDER: PurchaseOrderMessage = {
  schema: 'purchase-order/1',
  orderId: '0b9b8f6e-35a5-4d51-9f0b-2f6f3f3c8a11',
  orderNumber: 'PO-1',
  issuedAtMs: NOW_MS,
  buyer: { tenantId: 'demo', siteId: 'plant-1', name: 'Demo' },
  supplierId: 'acme',
  deliverTo: 'Dock 1',
  lines: [
    {
      lineNumber: 1,
      supplierPartNumber: 'P-1',
      description: 'bolt',
      orderedUnits: 4,
      unit: 'pack',
      stockUnitsPerUnit: 10,
    },
    {
      lineNumber: 2,
      supplierPartNumber: 'P-2',
      description: 'glove',
      orderedUnits: 3,
      unit: 'box',
      stockUnitsPerUnit: 5,
    },
  ],
};

function behave(change: Partial<Behaviour> = {}): Behaviour {
  return behaviourSchema.parse({ acknowledgeAfterMs: 10, shipAfterMs: 20, transitMs: 30, ...change });
}

/** Goes through every step, each done at once when it is due. */
function workThrough(book: SupplierBook, behaviour: Behaviour): { atMs: number; step: Step }[] {
  const steps: { atMs: number; step: Step }[] = [];
  for (let [order] = book.waiting(); order; [order] = book.waiting()) {
    const step = book.nextStep(order, behaviour, order.dueAtMs);
    if (!step) break;
    const atMs = order.dueAtMs;
    steps.push({ atMs: atMs - NOW_MS, step });
    book.done(step, behaviour, atMs);
  }
  return steps;
}

test('an order is acknowledged, shipped and delivered, each after its time', () => {
  const book = new SupplierBook();
  book.receive('key-1', ORDER, behave(), NOW_MS);
  const steps = workThrough(book, behave());
  expect(steps.map(({ atMs, step }) => [atMs, step.kind])).toEqual([
    [10, 'respond'],
    [30, 'ship'],
    [60, 'deliver'],
  ]);
  const [respond, ship, deliver] = steps.map(({ step }) => step);
  expect(respond?.kind === 'respond' && orderResponseMessageSchema.parse(respond.message).lines).toMatchObject([
    { lineNumber: 1, code: 'IA', confirmedUnits: 4 },
    { lineNumber: 2, code: 'IA', confirmedUnits: 3 },
  ]);
  expect(ship?.kind === 'ship' && despatchAdviceMessageSchema.parse(ship.message).lines).toHaveLength(2);
  expect(deliver?.kind === 'deliver' && deliver.deliveries).toMatchObject([
    { partNumber: 'P-1', pieces: 40 },
    { partNumber: 'P-2', pieces: 15 },
  ]);
});

test('a repeat is the same order, another order under the key is refused, so is the order under another key', () => {
  const book = new SupplierBook();
  const first = book.receive('key-1', ORDER, behave(), NOW_MS);
  const again = book.receive('key-1', structuredClone(ORDER), behave(), NOW_MS + 5);
  expect(first.kind).toBe('taken');
  expect(again).toMatchObject({ kind: 'repeat', order: { repeats: 1, receivedAtMs: NOW_MS } });
  expect(book.receive('key-1', { ...ORDER, deliverTo: 'elsewhere' }, behave(), NOW_MS).kind).toBe('conflict');
  expect(book.receive('key-2', ORDER, behave(), NOW_MS).kind).toBe('conflict');
  expect(book.orders).toHaveLength(1);
});

test('a changed quantity is confirmed as IQ and shipped as confirmed, a rejected part as IR', () => {
  const behaviour = behave({ confirmRatio: 0.5, rejectPartNumbers: ['P-2'] });
  const book = new SupplierBook();
  book.receive('key-1', ORDER, behaviour, NOW_MS);
  const [respond, ship, deliver] = workThrough(book, behaviour).map(({ step }) => step);
  expect(respond?.kind === 'respond' && respond.message.lines).toMatchObject([
    { code: 'IQ', confirmedUnits: 2 },
    { code: 'IR', confirmedUnits: 0 },
  ]);
  expect(ship?.kind === 'ship' && ship.message.lines).toEqual([
    { lineNumber: 1, shippedUnits: 2 },
    { lineNumber: 2, shippedUnits: 0 },
  ]);
  expect(deliver?.kind === 'deliver' && deliver.deliveries).toMatchObject([{ pieces: 20 }]);
});

test('a raised price is confirmed as IP and a later promise as DR', () => {
  const priced = { ...ORDER, lines: ORDER.lines.map((line) => ({ ...line, unitPriceCents: 100 })) };
  for (const { change, code } of [
    { change: { priceFactor: 1.5 }, code: 'IP' },
    { change: { promiseLaterMs: 1_000 }, code: 'DR' },
  ]) {
    const book = new SupplierBook();
    book.receive('key-1', priced, behave(change), NOW_MS);
    const [respond] = workThrough(book, behave(change)).map(({ step }) => step);
    expect(respond?.kind === 'respond' && respond.message.lines[0]).toMatchObject({
      code,
      promisedDeliveryAtMs: NOW_MS + 10 + 50 + (code === 'DR' ? 1_000 : 0),
      ...(code === 'IP' ? { unitPriceCents: 150 } : {}),
    });
  }
});

test('a cancellation is accepted until the goods have left, and answered the same each time', () => {
  const book = new SupplierBook();
  book.receive('key-1', ORDER, behave(), NOW_MS);
  const accepted = book.cancel(ORDER.orderId, behave(), NOW_MS);
  expect(accepted).toMatchObject({ answer: 'accepted' });
  expect(book.cancel(ORDER.orderId, behave(), NOW_MS + 1)).toEqual(accepted);
  expect(book.waiting()).toEqual([]);
  const gone = new SupplierBook();
  gone.receive('key-1', ORDER, behave(), NOW_MS);
  workThrough(gone, behave());
  expect(gone.cancel(ORDER.orderId, behave(), NOW_MS)).toMatchObject({
    answer: 'refused',
    reason: 'the goods have left',
  });
  expect(gone.cancel('unknown', behave(), NOW_MS)).toBeUndefined();
});

test('asked to hurry, it takes its next step at once and answers the same each time; goods that have left are gone', () => {
  const request = {
    schema: 'order-change/1' as const,
    messageId: '7f9c24e8-3b12-4a2b-9a51-0d5d6cbb7a11',
    orderId: ORDER.orderId,
    orderNumber: ORDER.orderNumber,
    atMs: NOW_MS,
    requestedDeliveryAtMs: NOW_MS + 1,
    reason: 'the line stops',
  };
  const slow = behave({ acknowledgeAfterMs: 3_600_000, transitMs: 60_000 });
  const book = new SupplierBook();
  book.receive('key-1', ORDER, slow, NOW_MS);
  const answer = book.hurry(request, slow, NOW_MS);
  expect(answer).toMatchObject({ answer: 'accepted', promisedDeliveryAtMs: NOW_MS + 60_000 });
  expect(book.hurry(request, slow, NOW_MS + 5)).toEqual(answer);
  expect(book.waiting()).toMatchObject([{ dueAtMs: NOW_MS }]);
  const gone = new SupplierBook();
  gone.receive('key-1', ORDER, behave(), NOW_MS);
  workThrough(gone, behave());
  expect(gone.hurry(request, behave(), NOW_MS)).toMatchObject({ answer: 'refused', reason: 'the goods have left' });
});

test('a wholly rejected order ends there', () => {
  const behaviour = behave({ rejectPartNumbers: ['*'] });
  const book = new SupplierBook();
  book.receive('key-1', ORDER, behaviour, NOW_MS);
  expect(workThrough(book, behaviour).map(({ step }) => step.kind)).toEqual(['respond']);
  expect(book.orders[0]?.stage).toBe('rejected');
});

test('a message keeps its id over repeats and over a restart', () => {
  const book = new SupplierBook();
  book.receive('key-1', ORDER, behave(), NOW_MS);
  const idOf = (some: SupplierBook): string | undefined => {
    const [order] = some.waiting();
    const step = order && some.nextStep(order, behave(), NOW_MS);
    return step?.kind === 'respond' ? step.message.messageId : undefined;
  };
  const messageId = idOf(book);
  expect(messageId).toBeTypeOf('string');
  expect(idOf(book)).toBe(messageId);
  expect(idOf(new SupplierBook(structuredClone(book.state)))).toBe(messageId);
});

test('a change of behaviour is checked as the file is', () => {
  expect(changeBehaviour(behave(), { confirmRatio: 0.5 })).toMatchObject({ ok: true, behaviour: { shipAfterMs: 20 } });
  expect(changeBehaviour(behave(), { confirmratio: 0.5 }).ok).toBe(false);
});

test('an SSCC ends with its check digit', () => {
  // The sum of all 18 digits, weighted 3,1,… from the left, is a multiple of ten (GS1 General Specifications 7.9).
  const digits = makeSscc('SO-00042');
  expect(digits).toMatch(/^\d{18}$/);
  const sum = Array.from(digits, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
  expect(sum % 10).toBe(0);
});
