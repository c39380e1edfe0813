import type { OrderLine } from '../api/types';

/** What a supplier says about one line, in order units, as the form holds it. */
export interface LineAnswer {
  lineNumber: number;
  confirmedUnits: number;
  /** `2026-12-24`; empty: as agreed. */
  promisedOn: string;
  /** What is missing comes later (backorder), instead of never. */
  restLater: boolean;
  reason: string;
}

export function orderedUnitsOf(line: OrderLine): number {
  return line.orderedQuantity / line.stockUnitsPerOrderUnit;
}

export function shippableUnitsOf(line: OrderLine): number {
  const wanted = line.acknowledgementCode === null ? line.orderedQuantity : line.confirmedQuantity;
  return Math.max(0, Math.floor((wanted - line.shippedQuantity) / line.stockUnitsPerOrderUnit));
}

export function startOf(line: OrderLine): LineAnswer {
  return {
    lineNumber: line.lineNumber,
    confirmedUnits: orderedUnitsOf(line),
    promisedOn: '',
    restLater: false,
    reason: '',
  };
}

/** Noon of the day where the supplier is: no time zone makes another day of it. */
export function noonOf(day: string): number | undefined {
  const atMs = Date.parse(`${day}T12:00`);
  return Number.isFinite(atMs) ? atMs : undefined;
}

/**
 * The X12 668 code that says the same: rejected, backordered, partly backordered, another quantity, another date, or
 * accepted as it is.
 */
export function codeOf(answer: LineAnswer, line: OrderLine): 'IR' | 'IB' | 'BP' | 'IQ' | 'DR' | 'IA' {
  const ordered = orderedUnitsOf(line);
  if (answer.confirmedUnits === 0) return answer.restLater ? 'IB' : 'IR';
  if (answer.confirmedUnits < ordered && answer.restLater) return 'BP';
  if (answer.confirmedUnits !== ordered) return 'IQ';
  return answer.promisedOn === '' ? 'IA' : 'DR';
}

/** The line of the message. */
export function toMessageLine(answer: LineAnswer, line: OrderLine) {
  const code = codeOf(answer, line);
  const promisedDeliveryAtMs = noonOf(answer.promisedOn);
  return {
    lineNumber: line.lineNumber,
    code,
    confirmedUnits: answer.confirmedUnits,
    ...(promisedDeliveryAtMs === undefined || code === 'IR' ? {} : { promisedDeliveryAtMs }),
    ...(answer.reason.trim() === '' ? {} : { reason: answer.reason.trim() }),
  };
}

const CODE_WORDS: Readonly<Record<ReturnType<typeof codeOf>, string>> = {
  IR: 'You reject this line: nothing will come.',
  IB: 'Nothing comes now; all of it later.',
  BP: 'A part comes now, the rest later.',
  IQ: 'You confirm another quantity; the rest will not come.',
  DR: 'You confirm it for another date.',
  IA: 'You confirm it as ordered.',
};

export function describeAnswer(answer: LineAnswer, line: OrderLine): string {
  return CODE_WORDS[codeOf(answer, line)];
}
