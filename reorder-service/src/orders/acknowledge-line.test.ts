import { lineAcknowledgementCodeSchema, type LineAcknowledgementCode } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { acknowledgeLine, troublesOf, type LineAcknowledgement } from './acknowledge-line.ts';
import { NEW_LINE, type OrderLineState } from './order.ts';

const DATE_MS = 1_764_000_000_000;
const LINE: OrderLineState = {
  ...NEW_LINE,
  lineNumber: 1,
  binId: 'A-01',
  itemId: 'm8',
  episodeId: null,
  stockUnitsPerOrderUnit: 10,
  orderedQuantity: 50,
  unitPriceCents: 100,
};

/** What each code of X12 element 668 makes of a line of 50, and what a person is told. */
const CODES: Record<
  LineAcknowledgementCode,
  { means: string; answer: Partial<LineAcknowledgement>; line: Partial<OrderLineState>; told: RegExp[] }
> = {
  IA: { means: 'accepted as ordered', answer: {}, line: { confirmedQuantity: 50, open: true }, told: [] },
  IB: {
    means: 'all of it comes later, on its own date',
    answer: { confirmedQuantity: 0, promisedDeliveryAtMs: DATE_MS },
    line: { confirmedQuantity: 0, backorderedQuantity: 50, backorderPromisedAtMs: DATE_MS, promisedDeliveryAtMs: null },
    told: [],
  },
  IC: {
    means: 'accepted with changes: the quantity and the date that stand there hold',
    answer: { confirmedQuantity: 30, promisedDeliveryAtMs: DATE_MS },
    line: { confirmedQuantity: 30, cancelledQuantity: 20, promisedDeliveryAtMs: DATE_MS, open: true },
    told: [],
  },
  ID: {
    means: 'the line is deleted: nothing comes, and the need is free',
    answer: { confirmedQuantity: 0 },
    line: { confirmedQuantity: 0, cancelledQuantity: 50, open: false },
    told: [],
  },
  IH: {
    means: 'held: the supplier has to be asked, and nothing is believed meanwhile',
    answer: {},
    line: { confirmedQuantity: 0, cancelledQuantity: 0, open: true },
    told: [/holds line 1/],
  },
  IP: {
    means: 'accepted at another price, to which a person has to agree',
    answer: { unitPriceCents: 150 },
    line: { confirmedQuantity: 50, confirmedUnitPriceCents: 150, unitPriceCents: 100, open: true },
    told: [/raised from 1.00 to 1.50 \(\+50 %\)/],
  },
  IQ: {
    means: 'fewer come, and the rest never',
    answer: { confirmedQuantity: 20 },
    line: { confirmedQuantity: 20, cancelledQuantity: 30, open: true },
    told: [],
  },
  IR: {
    means: 'rejected: nothing comes, and the need is free',
    answer: { confirmedQuantity: 0 },
    line: { confirmedQuantity: 0, cancelledQuantity: 50, open: false },
    told: [],
  },
  IS: {
    means: 'something else comes, to which a person has to agree',
    answer: { substitutePartNumber: 'B-9' },
    line: { confirmedQuantity: 50, substitutePartNumber: 'B-9', open: true },
    told: [/sends B-9 instead/],
  },
  BP: {
    means: 'a part now, the rest later',
    answer: { confirmedQuantity: 20 },
    line: { confirmedQuantity: 20, backorderedQuantity: 30, cancelledQuantity: 0, open: true },
    told: [/30 of line 1 are backordered without a date/],
  },
  DR: {
    means: 'all of it comes, on another date',
    answer: { promisedDeliveryAtMs: DATE_MS },
    line: { confirmedQuantity: 50, promisedDeliveryAtMs: DATE_MS, open: true },
    told: [],
  },
};

test.each(lineAcknowledgementCodeSchema.options)('%s means what X12 says', (code) => {
  const { answer, line, told } = CODES[code];
  const whole = { lineNumber: 1, code, confirmedQuantity: 50, ...answer };
  const after = acknowledgeLine(LINE, whole);
  expect(after).toMatchObject({ acknowledgementCode: code, ...line });
  const troubles = troublesOf(LINE, after, whole, 0.02);
  expect(troubles).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
});

test('a price that is said to change, and to what is not said, is asked about; within the tolerance nobody is', () => {
  const silent = { lineNumber: 1, code: 'IP', confirmedQuantity: 50 } as const;
  expect(troublesOf(LINE, acknowledgeLine(LINE, silent), silent, 0.02)).toEqual([
    expect.stringMatching(/does not say to what/),
  ]);
  const little = { ...silent, unitPriceCents: 102 };
  expect(troublesOf(LINE, acknowledgeLine(LINE, little), little, 0.02)).toEqual([]);
});

test('what has arrived already is never cancelled, whatever is said afterwards', () => {
  const arrived = { ...LINE, receivedQuantity: 30 };
  for (const code of lineAcknowledgementCodeSchema.options) {
    const after = acknowledgeLine(arrived, { lineNumber: 1, code, confirmedQuantity: 0 });
    expect(after.receivedQuantity + after.cancelledQuantity).toBeLessThanOrEqual(LINE.orderedQuantity);
  }
});
