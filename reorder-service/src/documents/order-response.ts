import {
  lineAcknowledgementCodeSchema,
  orderResponseMessageSchema,
  type LineAcknowledgementCode,
  type OrderResponseMessage,
} from '@shelfwire/contract';

import { endOfPeriod } from './document-dates.ts';
import { problem, type DocumentProblem } from './document-problem.ts';
import { lineOf, unitsOf, type OrderedGoods, type OrderedLine } from './ordered-goods.ts';
import { find, findAll, type XmlElement } from './xml-element.ts';

type Line = OrderResponseMessage['lines'][number];

/** UNCL 4343 as Peppol narrows it, and the older UNCL 1225 that is still in use. */
const ACCEPTED = ['AP', '29'];
const REJECTED = ['RE', '27'];
/** "We have it, an answer will follow": says nothing about any line. */
const RECEIVED_ONLY = ['AB', '12'];

export type OrderResponseResult =
  | { kind: 'message'; message: OrderResponseMessage }
  | { kind: 'received-only' }
  | { kind: 'refused'; problems: DocumentProblem[] };

/** UBL 2 OrderResponse → the acknowledgement that the JSON route takes. Every problem is told, with its element. */
export function orderResponseOf(
  root: XmlElement,
  order: OrderedGoods,
  ids: { messageId: string; nowMs: number },
): OrderResponseResult {
  const problems: DocumentProblem[] = [];
  const code = codeOf(root);
  const elements = findAll(root, 'OrderLine');
  if (elements.length === 0 && RECEIVED_ONLY.includes(code)) return { kind: 'received-only' };
  const promisedMs = endOfPeriod(promiseIn(root), order.timeZone);
  if (isProblem(promisedMs)) problems.push(promisedMs);
  const promise = typeof promisedMs === 'number' ? { promisedDeliveryAtMs: promisedMs } : {};
  const lines =
    elements.length === 0
      ? wholeOrder(root, order, code, promise, problems)
      : linesOf(elements, order, code, promise, problems);
  if (problems.length > 0) return { kind: 'refused', problems };
  const supplierOrderNumber = find(root, 'SalesOrderID')?.text || find(root, 'OrderReference', 'SalesOrderID')?.text;
  const message = orderResponseMessageSchema.safeParse({
    schema: 'order-response/1',
    messageId: ids.messageId,
    orderId: order.orderId,
    ...(supplierOrderNumber ? { supplierOrderNumber } : {}),
    atMs: ids.nowMs,
    lines,
  } satisfies OrderResponseMessage);
  if (message.success) return { kind: 'message', message: message.data };
  return { kind: 'refused', problems: message.error.issues.map((issue) => problem(root.path, issue.message)) };
}

function codeOf(root: XmlElement): string {
  const accepted = find(root, 'AcceptedIndicator')?.text;
  // OrderResponseSimple has nothing but yes or no.
  if (accepted !== undefined) return accepted === 'true' || accepted === '1' ? 'AP' : 'RE';
  return find(root, 'OrderResponseCode')?.text ?? '';
}

/** Without lines, the answer is about all of them. */
function wholeOrder(
  root: XmlElement,
  order: OrderedGoods,
  code: string,
  promise: { promisedDeliveryAtMs?: number },
  problems: DocumentProblem[],
): Line[] {
  const accepted = ACCEPTED.includes(code);
  if (!accepted && !REJECTED.includes(code)) {
    const where = find(root, 'OrderResponseCode')?.path ?? `${root.path}/cbc:OrderResponseCode`;
    problems.push(problem(where, `"${code}" needs lines: only AP (accepted) and RE (rejected) answer a whole order`));
  }
  const reason = find(root, 'RejectionNote')?.text || find(root, 'Note')?.text;
  return order.lines.map((line) => ({
    lineNumber: line.lineNumber,
    code: accepted ? 'IA' : 'IR',
    confirmedUnits: accepted ? line.orderedUnits : 0,
    ...(accepted ? promise : {}),
    ...(reason ? { reason: reason.slice(0, 500) } : {}),
  }));
}

function linesOf(
  elements: readonly XmlElement[],
  order: OrderedGoods,
  code: string,
  promise: { promisedDeliveryAtMs?: number },
  problems: DocumentProblem[],
): Line[] {
  const seen = new Set<number>();
  return elements.flatMap((element) => {
    const item = find(element, 'LineItem');
    if (!item) {
      problems.push(problem(`${element.path}/cac:LineItem`, 'is missing'));
      return [];
    }
    const number = find(element, 'OrderLineReference', 'LineID') ?? find(item, 'ID');
    const ordered = lineOf(order, element, number, find(item, 'Item'));
    if (isProblem(ordered)) {
      problems.push(ordered);
      return [];
    }
    if (seen.has(ordered.lineNumber)) problems.push(problem(element.path, `answers line ${ordered.lineNumber} again`));
    seen.add(ordered.lineNumber);
    return answerOf(element, item, ordered, { code, timeZone: order.timeZone, promise }, problems);
  });
}

function answerOf(
  element: XmlElement,
  item: XmlElement,
  ordered: OrderedLine,
  whole: { code: string; timeZone: string; promise: { promisedDeliveryAtMs?: number } },
  problems: DocumentProblem[],
): Line[] {
  const told = <Value>(value: Value | DocumentProblem): Value | undefined => {
    if (!isProblem(value)) return value;
    problems.push(value);
    return undefined;
  };
  const quantity = find(item, 'Quantity');
  const units = quantity ? told(unitsOf(quantity, ordered)) : ordered.orderedUnits;
  const backorder = find(item, 'MaximumBackorderQuantity');
  const backordered = backorder ? (told(unitsOf(backorder, ordered)) ?? 0) : 0;
  const promisedDeliveryAtMs = told(endOfPeriod(promiseIn(item), whole.timeZone)) ?? whole.promise.promisedDeliveryAtMs;
  const unitPriceCents = told(priceOf(item, ordered));
  const substitute = substituteOf(element);
  const code = told(
    lineCodeOf(item, whole.code, { ordered, units: units ?? 0, backordered, unitPriceCents, substitute }),
  );
  const reason = find(item, 'Note')?.text;
  if (code === undefined || units === undefined) return [];
  const rejected = code === 'IR' || code === 'ID';
  return [
    {
      lineNumber: ordered.lineNumber,
      code,
      confirmedUnits: rejected || code === 'IB' ? 0 : units,
      ...(promisedDeliveryAtMs === undefined || rejected ? {} : { promisedDeliveryAtMs }),
      ...(unitPriceCents === undefined ? {} : { unitPriceCents }),
      ...(code === 'IS' && substitute !== undefined ? { substitutePartNumber: substitute } : {}),
      ...(reason ? { reason: reason.slice(0, 500) } : {}),
    },
  ];
}

/** UNCL 1229 as Peppol narrows it, or X12 668 itself; "changed" becomes the code of what was changed. */
function lineCodeOf(
  item: XmlElement,
  wholeCode: string,
  answer: {
    ordered: OrderedLine;
    units: number;
    backordered: number;
    unitPriceCents: number | undefined;
    substitute: string | undefined;
  },
): LineAcknowledgementCode | DocumentProblem {
  const element = find(item, 'LineStatusCode');
  const text = element?.text ?? (REJECTED.includes(wholeCode) ? '7' : ACCEPTED.includes(wholeCode) ? '5' : '3');
  const x12 = lineAcknowledgementCodeSchema.safeParse(text);
  if (x12.success) return x12.data;
  switch (text) {
    case '5':
    case '42':
      return 'IA';
    case '7':
      return 'IR';
    case '3':
      return changeOf(answer);
    default: {
      const what = text === '1' ? 'adds a line that was not ordered' : `"${text}" is no status of a line`;
      return problem(element?.path ?? item.path, `${what}; 3 (changed), 5 (accepted), 7 (rejected) or X12 668 are`);
    }
  }
}

function changeOf(answer: Parameters<typeof lineCodeOf>[2]): LineAcknowledgementCode {
  const { ordered, units, backordered, unitPriceCents, substitute } = answer;
  if (substitute !== undefined) return 'IS';
  if (backordered > 0) return units > 0 && units < ordered.orderedUnits ? 'BP' : 'IB';
  if (units !== ordered.orderedUnits) return 'IQ';
  if (unitPriceCents !== undefined && unitPriceCents !== ordered.unitPriceCents) return 'IP';
  return 'DR';
}

/** Of one order unit. The base quantity is what the amount is for: 12.50 for 100. */
function priceOf(item: XmlElement, ordered: OrderedLine): number | DocumentProblem | undefined {
  const amount = find(item, 'Price', 'PriceAmount');
  if (!amount) return undefined;
  if (!/^\d+(\.\d+)?$/.test(amount.text)) return problem(amount.path, `"${amount.text}" is no price`);
  const base = find(item, 'Price', 'BaseQuantity');
  const units = base ? baseUnitsOf(base, ordered) : 1;
  if (typeof units !== 'number') return units;
  return Number(((Number(amount.text) * 100) / units).toFixed(6));
}

function baseUnitsOf(base: XmlElement, ordered: OrderedLine): number | DocumentProblem {
  const value = Number(base.text);
  if (!/^\d+(\.\d+)?$/.test(base.text) || value === 0) return problem(base.path, `"${base.text}" is no base quantity`);
  const pieces = ['H87', 'EA', 'PCE', 'NAR'].includes(base.attributes['unitCode'] ?? '');
  return pieces && ordered.stockUnitsPerUnit > 1 ? value / ordered.stockUnitsPerUnit : value;
}

function substituteOf(element: XmlElement): string | undefined {
  const item =
    find(element, 'SellerSubstitutedLineItem', 'Item') ?? find(element, 'SellerProposedSubstituteLineItem', 'Item');
  return find(item, 'SellersItemIdentification', 'ID')?.text || undefined;
}

function promiseIn(element: XmlElement): XmlElement | undefined {
  const delivery = find(element, 'Delivery');
  return find(delivery, 'PromisedDeliveryPeriod') ?? find(delivery, 'EstimatedDeliveryPeriod');
}

export function isProblem(value: unknown): value is DocumentProblem {
  return typeof value === 'object' && value !== null && 'where' in value && 'what' in value;
}
