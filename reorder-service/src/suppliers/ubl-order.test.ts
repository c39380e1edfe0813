import type { PurchaseOrderMessage } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { requestOf } from './supplier-request.ts';
import { toUblOrder } from './ubl-order.ts';

const ORDER: PurchaseOrderMessage = {
  schema: 'purchase-order/1',
  orderId: '0b9b8f6e-35a5-4d51-9f0b-2f6f3f3c8a11',
  orderNumber: 'PO-000001',
  issuedAtMs: Date.parse('2026-03-02T07:08:09Z'),
  buyer: { tenantId: 'demo', siteId: 'plant-1', name: 'Müller & Söhne <Werk 1>' },
  supplierId: 'bolts',
  deliverTo: 'Gate 3',
  requestedDeliveryAtMs: Date.parse('2026-03-05T00:00:00Z'),
  note: 'ring \u0007twice',
  lines: [
    {
      lineNumber: 1,
      supplierPartNumber: 'B-8',
      description: 'M8 bolts',
      orderedUnits: 5,
      unit: 'pack',
      stockUnitsPerUnit: 10,
    },
  ],
};

test('an order is UBL 2.1, its elements in the order of the schema', () => {
  const xml = toUblOrder(ORDER);
  expect(xml).toContain('<cbc:Name>Müller &amp; Söhne &lt;Werk 1&gt;</cbc:Name>');
  expect(xml).toContain('<cbc:Note>ring twice</cbc:Note>');
  expect(xml).toContain('<cbc:Quantity unitCode="PK">5</cbc:Quantity>');
  // By its UUID it counts once; the number is for people.
  expect(xml).toContain(`<cbc:ID>PO-000001</cbc:ID><cbc:UUID>${ORDER.orderId}</cbc:UUID>`);
  expect(xml).toContain('<cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:IssueTime>07:08:09Z</cbc:IssueTime>');
  expect(xml).toContain('<cbc:EndDate>2026-03-05</cbc:EndDate>');
  const names = [...xml.matchAll(/<(?:Order|c[ab]c:\w+)/g)].map(([name]) => name.slice(1));
  expect(names.map((name) => name.replace(/^c[ab]c:/, '')).join(' ')).toBe(
    'Order UBLVersionID ID UUID IssueDate IssueTime Note ' +
      'BuyerCustomerParty Party PartyIdentification ID PartyName Name ' +
      'SellerSupplierParty Party PartyIdentification ID ' +
      'Delivery DeliveryLocation Description RequestedDeliveryPeriod EndDate ' +
      'OrderLine LineItem ID Quantity Item Description PackSizeNumeric Name SellersItemIdentification ID',
  );
});

test('a place without a day, and a day without a place, are said as well', () => {
  expect(toUblOrder({ ...ORDER, deliverTo: '' })).toContain('<cac:Delivery><cac:RequestedDeliveryPeriod>');
  const { requestedDeliveryAtMs: _, ...whenever } = ORDER;
  expect(toUblOrder(whenever)).toContain(
    '<cbc:Description>Gate 3</cbc:Description></cac:DeliveryLocation></cac:Delivery>',
  );
  expect(toUblOrder({ ...whenever, deliverTo: '' })).not.toContain('cac:Delivery>');
});

test('only the order itself is UBL, and only for suppliers whose channel says so', () => {
  const row = {
    message_id: 'm',
    tenant_id: 'demo',
    order_id: ORDER.orderId,
    recipient: 'bolts',
    payload: ORDER,
    attempts: 1,
    endpoint: 'http://127.0.0.1:1',
    api_token: 't',
    traceparent: null,
  };
  const typeOf = (kind: 'order' | 'reminder', channel: 'ubl' | 'http-json'): string =>
    requestOf({ ...row, kind, channel }).contentType;
  expect(typeOf('order', 'ubl')).toBe('application/xml');
  expect(typeOf('order', 'http-json')).toBe('application/json');
  expect(typeOf('reminder', 'ubl')).toBe('application/json');
});
