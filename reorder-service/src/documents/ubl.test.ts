import type { OrderResponseMessage } from '@shelfwire/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { despatchAdviceOf } from './despatch-advice.ts';
import { orderResponseOf } from './order-response.ts';
import type { OrderedGoods } from './ordered-goods.ts';
import { kindOf, messageIdOf, orderReferenceOf } from './ubl-document.ts';
import { despatchAdvice, orderResponse } from './ubl-examples.ts';
import { readXml, type XmlElement } from './xml-element.ts';

const ORDER: OrderedGoods = {
  orderId: '0b9b8f6e-35a5-4d51-9f0b-2f6f3f3c8a11',
  orderNumber: 'PO-000042',
  timeZone: 'Europe/Berlin',
  lines: [
    { lineNumber: 1, partNumber: 'B-8', orderedUnits: 4, unit: 'pack', stockUnitsPerUnit: 10, unitPriceCents: 1_250 },
    { lineNumber: 2, partNumber: 'W-8', orderedUnits: 2, unit: 'box', stockUnitsPerUnit: 100, unitPriceCents: null },
  ],
};
const IDS = { messageId: '11111111-1111-4111-8111-111111111111', nowMs: 1_763_800_000_000 };

function rootOf(xml: string): XmlElement {
  const read = readXml(xml);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.root;
}
const responseOf = (xml: string) => orderResponseOf(rootOf(xml), ORDER, IDS);
const adviceOf = (xml: string) => despatchAdviceOf(rootOf(xml), ORDER, IDS);
function linesOf(xml: string): OrderResponseMessage['lines'] {
  const result = responseOf(xml);
  if (result.kind !== 'message') throw new Error(JSON.stringify(result));
  return result.message.lines;
}
const line = (id: string, content: string): string =>
  `<cac:OrderLine><cac:LineItem><cbc:ID>${id}</cbc:ID>${content}</cac:LineItem></cac:OrderLine>`;
const status = (code: string): string => `<cbc:LineStatusCode>${code}</cbc:LineStatusCode>`;
const packs = (n: number | string, code = 'PK'): string => `<cbc:Quantity unitCode="${code}">${n}</cbc:Quantity>`;

describe('an order response', () => {
  test('that accepts the whole order confirms each line, by the day promised at the site', () => {
    const xml = orderResponse(
      '<cac:Delivery><cac:PromisedDeliveryPeriod><cbc:EndDate>2026-03-05</cbc:EndDate></cac:PromisedDeliveryPeriod></cac:Delivery>',
      { code: 'AP' },
    );
    const promisedDeliveryAtMs = Date.parse('2026-03-05T23:59:59+01:00');
    expect(responseOf(xml)).toMatchObject({
      kind: 'message',
      message: { orderId: ORDER.orderId, supplierOrderNumber: 'SO-7', messageId: IDS.messageId },
    });
    expect(linesOf(xml)).toEqual([
      { lineNumber: 1, code: 'IA', confirmedUnits: 4, promisedDeliveryAtMs },
      { lineNumber: 2, code: 'IA', confirmedUnits: 2, promisedDeliveryAtMs },
    ]);
  });

  test('that rejects the whole order says why', () => {
    expect(linesOf(orderResponse('', { code: 'RE', note: 'no longer made' }))[0]).toEqual({
      lineNumber: 1,
      code: 'IR',
      confirmedUnits: 0,
      reason: 'no longer made',
    });
  });

  test('that only says "received" answers nothing', () => {
    expect(responseOf(orderResponse('', { code: 'AB' }))).toEqual({ kind: 'received-only' });
  });

  test('may use the older codes of UNCL 1225', () => {
    expect(linesOf(orderResponse('', { code: '29' })).map(({ code }) => code)).toEqual(['IA', 'IA']);
    expect(linesOf(orderResponse('', { code: '27' })).map(({ code }) => code)).toEqual(['IR', 'IR']);
    expect(responseOf(orderResponse('', { code: '12' }))).toEqual({ kind: 'received-only' });
  });

  test('may be the simple one, which knows yes and no', () => {
    const simple = (yes: string): string =>
      orderResponse(`<cbc:AcceptedIndicator>${yes}</cbc:AcceptedIndicator>`, { root: 'OrderResponseSimple' });
    expect(linesOf(simple('true')).map(({ code }) => code)).toEqual(['IA', 'IA']);
    expect(linesOf(simple('false')).map(({ code }) => code)).toEqual(['IR', 'IR']);
  });

  const price = '<cac:Price><cbc:PriceAmount currencyID="EUR">13.00</cbc:PriceAmount></cac:Price>';
  const date =
    '<cac:Delivery><cac:PromisedDeliveryPeriod><cbc:EndDate>2026-03-09</cbc:EndDate></cac:PromisedDeliveryPeriod></cac:Delivery>';
  const backorder = (n: number): string =>
    `<cbc:MaximumBackorderQuantity unitCode="PK">${n}</cbc:MaximumBackorderQuantity>`;
  test.each([
    ['5', packs(4), { code: 'IA', confirmedUnits: 4 }],
    ['5', '', { code: 'IA', confirmedUnits: 4 }],
    ['7', packs(4), { code: 'IR', confirmedUnits: 0 }],
    ['3', packs(3), { code: 'IQ', confirmedUnits: 3 }],
    ['3', packs(3) + backorder(1), { code: 'BP', confirmedUnits: 3 }],
    ['3', packs(0) + backorder(4), { code: 'IB', confirmedUnits: 0 }],
    ['3', packs(4) + price, { code: 'IP', confirmedUnits: 4, unitPriceCents: 1_300 }],
    ['3', packs(4) + date, { code: 'DR', confirmedUnits: 4 }],
    ['IH', packs(4), { code: 'IH', confirmedUnits: 4 }],
    ['BP', packs(1), { code: 'BP', confirmedUnits: 1 }],
  ])('with line status %s and %s is %o', (code, content, expected) => {
    const [answer] = linesOf(orderResponse(line('1', status(code) + content), { code: 'CA' }));
    expect(answer).toMatchObject({ lineNumber: 1, ...expected });
  });

  test('that sends something else instead names it', () => {
    const xml = orderResponse(
      `<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID>${status('3')}${packs(4)}</cac:LineItem><cac:SellerSubstitutedLineItem><cbc:ID>1</cbc:ID><cac:Item><cac:SellersItemIdentification><cbc:ID>B-8-ZN</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:SellerSubstitutedLineItem></cac:OrderLine>`,
      { code: 'CA' },
    );
    expect(linesOf(xml)).toEqual([{ lineNumber: 1, code: 'IS', confirmedUnits: 4, substitutePartNumber: 'B-8-ZN' }]);
  });

  test('in pieces is turned into packs where it is whole, and never taken for packs', () => {
    const pieces = (n: number) => responseOf(orderResponse(line('1', status('5') + packs(n, 'H87')), { code: 'CA' }));
    expect(pieces(40)).toMatchObject({ kind: 'message', message: { lines: [{ confirmedUnits: 4 }] } });
    expect(pieces(45)).toMatchObject({
      kind: 'refused',
      problems: [
        {
          where: '/OrderResponse/cac:OrderLine/cac:LineItem/cbc:Quantity',
          what: '45 pieces is no whole number of pack of 10',
        },
      ],
    });
  });

  test('with a price for a hundred pieces is the price of a pack of ten', () => {
    const perHundred =
      '<cac:Price><cbc:PriceAmount currencyID="EUR">130.00</cbc:PriceAmount><cbc:BaseQuantity unitCode="H87">100</cbc:BaseQuantity></cac:Price>';
    expect(linesOf(orderResponse(line('1', status('3') + packs(4) + perHundred), { code: 'CA' }))[0]).toMatchObject({
      unitPriceCents: 1_300,
    });
  });

  test('with several mistakes is told all of them, each with its element', () => {
    const xml = orderResponse(
      line('1', status('9') + packs('four')) + line('7', status('5')) + line('2', status('5') + packs(2, 'KGM')),
      { code: 'CA' },
    );
    const result = responseOf(xml);
    expect(result.kind === 'refused' ? result.problems : []).toEqual([
      { where: '/OrderResponse/cac:OrderLine[1]/cac:LineItem/cbc:Quantity', what: '"four" is no quantity' },
      {
        where: '/OrderResponse/cac:OrderLine[1]/cac:LineItem/cbc:LineStatusCode',
        what: expect.stringContaining('"9" is no status of a line'),
      },
      {
        where: '/OrderResponse/cac:OrderLine[2]/cac:LineItem/cbc:ID',
        what: '"7" is no line of PO-000042; its lines are 1, 2',
      },
      {
        where: '/OrderResponse/cac:OrderLine[3]/cac:LineItem/cbc:Quantity',
        what: 'unit KGM is not the one ordered: BX (box of 100)',
      },
    ]);
  });

  test('that leaves the status out is told which codes answer a whole order', () => {
    expect(responseOf(orderResponse('', { code: 'CA' }))).toMatchObject({
      kind: 'refused',
      problems: [{ where: '/OrderResponse/cbc:OrderResponseCode' }],
    });
  });

  test('confirms what any whole number of packs says, in packs and in pieces alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (n) => {
        const [inPacks] = linesOf(orderResponse(line('1', status('IQ') + packs(n)), { code: 'CA' }));
        const [inPieces] = linesOf(orderResponse(line('1', status('IQ') + packs(n * 10, 'EA')), { code: 'CA' }));
        expect(inPacks).toEqual(inPieces);
        expect(inPacks?.confirmedUnits).toBe(n);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a despatch advice', () => {
  const despatched = (id: string, content: string): string =>
    `<cac:DespatchLine><cbc:ID>1</cbc:ID>${content}<cac:OrderLineReference><cbc:LineID>${id}</cbc:LineID></cac:OrderLineReference><cac:Item><cac:SellersItemIdentification><cbc:ID>B-8</cbc:ID></cac:SellersItemIdentification><cac:ItemInstance><cac:LotIdentification><cbc:LotNumberID>L-77</cbc:LotNumberID><cbc:ExpiryDate>2027-01-31</cbc:ExpiryDate></cac:LotIdentification></cac:ItemInstance></cac:Item></cac:DespatchLine>`;
  const delivered = (n: number, code = 'PK'): string =>
    `<cbc:DeliveredQuantity unitCode="${code}">${n}</cbc:DeliveredQuantity>`;

  test('says what comes, in which lot, on which pallet and when', () => {
    const xml = despatchAdvice(despatched('1', delivered(40, 'H87')), { sscc: '(00)340123450000000018' });
    expect(adviceOf(xml)).toEqual({
      ok: true,
      message: {
        schema: 'despatch-advice/1',
        messageId: IDS.messageId,
        orderId: ORDER.orderId,
        atMs: IDS.nowMs,
        sscc: '340123450000000018',
        expectedDeliveryAtMs: Date.parse('2026-03-05T12:30:00+01:00'),
        lines: [{ lineNumber: 1, shippedUnits: 4, lot: 'L-77', expiresOn: '2027-01-31' }],
      },
    });
  });

  test('without lines, without a quantity or about another order is refused by its element', () => {
    const problems = (xml: string) => {
      const result = adviceOf(xml);
      return result.ok ? [] : result.problems.map(({ where }) => where);
    };
    expect(problems(despatchAdvice(''))).toEqual(['/DespatchAdvice/cac:DespatchLine']);
    expect(problems(despatchAdvice(despatched('1', '')))).toEqual([
      '/DespatchAdvice/cac:DespatchLine/cbc:DeliveredQuantity',
    ]);
    const other = despatched('1', delivered(1)).replace(
      '</cac:OrderLineReference>',
      '<cac:OrderReference><cbc:ID>PO-000043</cbc:ID></cac:OrderReference></cac:OrderLineReference>',
    );
    expect(problems(despatchAdvice(despatched('1', delivered(1)) + other))).toEqual([
      '/DespatchAdvice/cac:DespatchLine[2]/cac:OrderLineReference/cac:OrderReference/cbc:ID',
    ]);
  });
});

describe('a document', () => {
  test('is known by its namespace, whatever prefixes it uses', () => {
    const xml = orderResponse('', { code: 'AP' }).replaceAll('cbc:', 'ns3:').replaceAll('xmlns:cbc', 'xmlns:ns3');
    const root = rootOf(xml.replace('xmlns:cbc=', 'xmlns:ns3='));
    expect(kindOf(root)).toBe('OrderResponse');
    expect(orderReferenceOf(root)).toEqual({ orderNumber: 'PO-000042' });
    expect(linesOf(xml.replace('xmlns:cbc=', 'xmlns:ns3='))).toHaveLength(2);
  });

  test('of another kind is refused by name', () => {
    expect(kindOf(rootOf('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'))).toMatchObject({
      where: '/Invoice',
      what: expect.stringContaining('but Invoice of urn:oasis'),
    });
  });

  test('counts once: by its UUID, else by its number', () => {
    const root = rootOf(orderResponse('', { code: 'AP' }));
    expect(messageIdOf(root, 'bolts')).toBe(messageIdOf(rootOf(orderResponse('', { code: 'AP' })), 'bolts'));
    expect(messageIdOf(root, 'bolts')).not.toBe(messageIdOf(root, 'other'));
    expect(messageIdOf(rootOf(orderResponse('', { code: 'AP', id: 'OR-2' })), 'bolts')).not.toBe(
      messageIdOf(root, 'bolts'),
    );
    const uuid = `<cbc:UUID>${ORDER.orderId.toUpperCase()}</cbc:UUID>`;
    expect(messageIdOf(rootOf(orderResponse(uuid, { code: 'AP' })), 'bolts')).toBe(ORDER.orderId);
  });

  test.each([
    ['a billion laughs', '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>', /DTD/],
    ['a file of ours', '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', /DTD/],
    ['a doctype in small letters', '<!doctype r><r/>', /DTD/],
    ['a tower of elements', '<a>'.repeat(5_000) + '</a>'.repeat(5_000), /nested/],
    ['half a document', '<OrderResponse><cbc:ID>1', /well-formed/],
    ['no document', 'ISA*00*', /well-formed|element/],
  ])('that is %s is refused before it costs anything', (_, xml, why) => {
    const read = readXml(xml);
    expect(read.ok ? '' : read.problems[0]?.what).toMatch(why);
  });

  test('with characters of XML in its texts is read as they are meant', () => {
    expect(rootOf('<a>M&#252;ller &amp; S&#xF6;hne &lt;1&gt;</a>').text).toBe('Müller & Söhne <1>');
  });
});
