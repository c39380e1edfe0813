import type { LineAcknowledgementCode } from '@shelfwire/contract';

import type { OrderLineState } from './order.ts';

export interface LineAcknowledgement {
  lineNumber: number;
  code: LineAcknowledgementCode;
  confirmedQuantity: number;
  promisedDeliveryAtMs?: number | undefined;
  backorderPromisedAtMs?: number | undefined;
  unitPriceCents?: number | undefined;
  substitutePartNumber?: string | undefined;
  reason?: string | undefined;
}

/** What a supplier's answer (X12 element 668) makes of a line. */
export function acknowledgeLine(line: OrderLineState, answer: LineAcknowledgement): OrderLineState {
  const { orderedQuantity } = line;
  const confirmed = answer.confirmedQuantity;
  const arrived = line.receivedQuantity + line.proposedQuantity;
  const onHand = line.proposedQuantity > 0 || line.awaitingPutAwayQuantity > 0;
  const answered = {
    ...line,
    acknowledgementCode: answer.code,
    promisedDeliveryAtMs: answer.promisedDeliveryAtMs ?? line.promisedDeliveryAtMs,
    confirmedUnitPriceCents: answer.unitPriceCents ?? line.confirmedUnitPriceCents,
    substitutePartNumber: answer.code === 'IS' ? (answer.substitutePartNumber ?? line.substitutePartNumber) : null,
    backorderPromisedAtMs: null,
  };
  switch (answer.code) {
    case 'ID':
    case 'IR': {
      const cancelledQuantity = Math.max(0, orderedQuantity - arrived);
      return { ...answered, confirmedQuantity: 0, backorderedQuantity: 0, cancelledQuantity, open: onHand };
    }
    case 'IB': {
      // A date that comes with it is the one of what is backordered.
      const backorderPromisedAtMs = answer.backorderPromisedAtMs ?? answer.promisedDeliveryAtMs ?? null;
      const backorderedQuantity = Math.max(0, orderedQuantity - arrived);
      const { promisedDeliveryAtMs } = line;
      return {
        ...answered,
        promisedDeliveryAtMs,
        confirmedQuantity: 0,
        backorderedQuantity,
        backorderPromisedAtMs,
        cancelledQuantity: 0,
      };
    }
    case 'BP': {
      const backorderedQuantity = Math.max(0, orderedQuantity - Math.max(confirmed, arrived));
      const backorderPromisedAtMs = answer.backorderPromisedAtMs ?? null;
      return {
        ...answered,
        confirmedQuantity: confirmed,
        backorderedQuantity,
        backorderPromisedAtMs,
        cancelledQuantity: 0,
      };
    }
    case 'IH':
      return answered;
    default: {
      // IA, IC, IP, IQ, IS, DR: this many will come, and what is missing of the ordered will not.
      const cancelledQuantity = Math.max(0, orderedQuantity - Math.max(confirmed, arrived));
      const open = onHand || orderedQuantity - cancelledQuantity - arrived > 0;
      return { ...answered, confirmedQuantity: confirmed, backorderedQuantity: 0, cancelledQuantity, open };
    }
  }
}

/** Why a person must look at what the supplier made of a line; empty if nobody must. */
export function troublesOf(
  before: OrderLineState,
  after: OrderLineState,
  answer: LineAcknowledgement,
  priceTolerance: number,
): string[] {
  const line = `line ${before.lineNumber}`;
  const troubles: string[] = [];
  if (answer.code === 'IH') troubles.push(`the supplier holds ${line}`);
  if (answer.code === 'IS') {
    const instead = answer.substitutePartNumber ?? 'something else';
    troubles.push(`the supplier sends ${instead} instead of what was ordered on ${line}: accept it, or cancel`);
  }
  const [was, is] = [before.unitPriceCents, answer.unitPriceCents];
  if (is !== undefined && was !== null && is > was * (1 + priceTolerance)) {
    const percent = was === 0 ? '' : ` (+${Math.round((is / was - 1) * 100)} %)`;
    troubles.push(
      `the price of ${line} is raised from ${inMoney(was)} to ${inMoney(is)}${percent}: accept it, or cancel`,
    );
  } else if (answer.code === 'IP' && is === undefined) {
    troubles.push(`the price of ${line} is changed, and the supplier does not say to what: ask, or cancel`);
  }
  if (after.backorderedQuantity > 0 && after.backorderPromisedAtMs === null) {
    troubles.push(`${after.backorderedQuantity} of ${line} are backordered without a date`);
  }
  return troubles;
}

function inMoney(cents: number): string {
  return (cents / 100).toFixed(Number.isInteger(cents) ? 2 : 4);
}
