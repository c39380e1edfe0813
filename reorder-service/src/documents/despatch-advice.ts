import { despatchAdviceMessageSchema, type DespatchAdviceMessage } from '@shelfwire/contract';

import { endOfPeriod } from './document-dates.ts';
import { problem, type DocumentProblem } from './document-problem.ts';
import { isProblem } from './order-response.ts';
import { lineOf, unitsOf, type OrderedGoods } from './ordered-goods.ts';
import { find, findAll, type XmlElement } from './xml-element.ts';

type Line = DespatchAdviceMessage['lines'][number];
const SSCC = /^(?:\(?00\)?)?(\d{18})$/;

/** UBL 2 DespatchAdvice → the ASN that the JSON route takes. Every problem is told, with its element. */
export function despatchAdviceOf(
  root: XmlElement,
  order: OrderedGoods,
  ids: { messageId: string; nowMs: number },
): { ok: true; message: DespatchAdviceMessage } | { ok: false; problems: DocumentProblem[] } {
  const problems: DocumentProblem[] = [];
  const shipment = find(root, 'Shipment');
  const delivery = find(shipment, 'Delivery');
  const expected = endOfPeriod(
    find(delivery, 'EstimatedDeliveryPeriod') ?? find(delivery, 'PromisedDeliveryPeriod'),
    order.timeZone,
  );
  if (isProblem(expected)) problems.push(expected);
  const elements = findAll(root, 'DespatchLine');
  if (elements.length === 0)
    problems.push(problem(`${root.path}/cac:DespatchLine`, 'is missing: nothing is on its way'));
  const lines = elements.flatMap((element) => linesOf(element, order, problems));
  const sscc = ssccOf(shipment);
  if (problems.length > 0) return { ok: false, problems };
  const message = despatchAdviceMessageSchema.safeParse({
    schema: 'despatch-advice/1',
    messageId: ids.messageId,
    orderId: order.orderId,
    atMs: ids.nowMs,
    ...(sscc === undefined ? {} : { sscc }),
    ...(typeof expected === 'number' ? { expectedDeliveryAtMs: expected } : {}),
    lines,
  } satisfies DespatchAdviceMessage);
  if (message.success) return { ok: true, message: message.data };
  return { ok: false, problems: message.error.issues.map((issue) => problem(root.path, issue.message)) };
}

/** Of several handling units none is the one that a person will scan; then the receipt is found by its order. */
function ssccOf(shipment: XmlElement | undefined): string | undefined {
  const ids = shipment ? findAll(shipment, 'TransportHandlingUnit').map((unit) => find(unit, 'ID')?.text ?? '') : [];
  const codes = ids.flatMap((id) => SSCC.exec(id)?.[1] ?? []);
  return codes.length === 1 ? codes[0] : undefined;
}

function linesOf(element: XmlElement, order: OrderedGoods, problems: DocumentProblem[]): Line[] {
  const reference = find(element, 'OrderLineReference');
  const other = find(reference, 'OrderReference', 'ID');
  if (other && other.text !== '' && other.text !== order.orderNumber) {
    problems.push(
      problem(other.path, `is about ${other.text}, the document about ${order.orderNumber}: send one for each order`),
    );
    return [];
  }
  const item = find(element, 'Item');
  const ordered = lineOf(order, element, find(reference, 'LineID'), item);
  const quantity = find(element, 'DeliveredQuantity');
  if (isProblem(ordered)) problems.push(ordered);
  if (!quantity) problems.push(problem(`${element.path}/cbc:DeliveredQuantity`, 'is missing'));
  if (isProblem(ordered) || !quantity) return [];
  const units = unitsOf(quantity, ordered);
  const lot = find(item, 'ItemInstance', 'LotIdentification');
  const expiry = find(lot, 'ExpiryDate');
  if (isProblem(units)) problems.push(units);
  const expiresOn = /^(\d{4}-\d{2}-\d{2})/.exec(expiry?.text ?? '')?.[1];
  if (expiry && (expiresOn === undefined || Number.isNaN(Date.parse(expiresOn)))) {
    problems.push(problem(expiry.path, `"${expiry.text}" is no date`));
  }
  if (isProblem(units)) return [];
  const lotNumber = find(lot, 'LotNumberID')?.text;
  return [
    {
      lineNumber: ordered.lineNumber,
      shippedUnits: units,
      ...(lotNumber ? { lot: lotNumber } : {}),
      ...(expiresOn === undefined ? {} : { expiresOn }),
    },
  ];
}
