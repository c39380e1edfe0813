import type { PurchaseOrderMessage } from '@shelfwire/contract';

import { unitCodeOf } from './unit-codes.ts';

const NAMESPACES = [
  'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"',
  'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"',
  'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"',
].join(' ');

/**
 * The order as UBL 2.1, for suppliers whose channel is `ubl`; elements in the order of the schema. UUID is the order's id, under
 * which it counts once. No price is written: the amount's currency is the supplier's own, and not known here.
 */
export function toUblOrder(order: PurchaseOrderMessage): string {
  const issued = new Date(order.issuedAtMs).toISOString();
  const parts = [
    text('cbc:UBLVersionID', '2.1'),
    text('cbc:ID', order.orderNumber),
    text('cbc:UUID', order.orderId),
    text('cbc:IssueDate', issued.slice(0, 10)),
    text('cbc:IssueTime', `${issued.slice(11, 19)}Z`),
    order.note === undefined ? '' : text('cbc:Note', order.note),
    element('cac:BuyerCustomerParty', party(`${order.buyer.tenantId}/${order.buyer.siteId}`, order.buyer.name)),
    element('cac:SellerSupplierParty', party(order.supplierId)),
    delivery(order),
    ...order.lines.map(lineOf),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Order ${NAMESPACES}>${parts.join('')}</Order>`;
}

function party(id: string, name?: string): string {
  const named = name === undefined ? '' : element('cac:PartyName', text('cbc:Name', name));
  return element('cac:Party', element('cac:PartyIdentification', text('cbc:ID', id)) + named);
}

function delivery({ deliverTo, requestedDeliveryAtMs }: PurchaseOrderMessage): string {
  const place = deliverTo === '' ? '' : element('cac:DeliveryLocation', text('cbc:Description', deliverTo));
  const until =
    requestedDeliveryAtMs === undefined
      ? ''
      : element(
          'cac:RequestedDeliveryPeriod',
          text('cbc:EndDate', new Date(requestedDeliveryAtMs).toISOString().slice(0, 10)),
        );
  return place + until === '' ? '' : element('cac:Delivery', place + until);
}

function lineOf(line: PurchaseOrderMessage['lines'][number]): string {
  const unitCode = unitCodeOf(line.unit);
  const item = [
    text('cbc:Description', `${line.description}, ${line.unit} of ${line.stockUnitsPerUnit}`),
    text('cbc:PackSizeNumeric', String(line.stockUnitsPerUnit)),
    text('cbc:Name', line.description),
    element('cac:SellersItemIdentification', text('cbc:ID', line.supplierPartNumber)),
  ].join('');
  const quantity = `<cbc:Quantity unitCode="${unitCode}">${line.orderedUnits}</cbc:Quantity>`;
  const lineItem = text('cbc:ID', String(line.lineNumber)) + quantity + element('cac:Item', item);
  return element('cac:OrderLine', element('cac:LineItem', lineItem));
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 knows no control characters, not even escaped: they are left out. */
function text(name: string, value: string): string {
  // eslint-disable-next-line no-control-regex -- just these are meant
  const allowed = value.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
  return element(
    name,
    allowed.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character),
  );
}
