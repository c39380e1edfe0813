import type { OrderLineState } from './order.ts';

/** Goods of one line. `quantity` in stock units. */
export interface Arrival {
  lineNumber: number;
  quantity: number;
  /** The rest will not come any more. */
  complete: boolean;
  note: string | null;
  /** So many of the proposed are settled with it. */
  ofProposed?: number;
}

/**
 * Where the goods are. `bin`: a scale saw them in their bin, or the bin has none and is booked. `dock`: a person has
 * received them, and the scale has not seen them yet; until it does they count as on their way to the bin.
 */
export type ArrivedAt = 'bin' | 'dock';

export function receiveLine(line: OrderLineState, arrival: Arrival, at: ArrivedAt, nowMs: number): OrderLineState {
  const proposedQuantity = Math.max(0, line.proposedQuantity - (arrival.ofProposed ?? 0));
  // What a person had received at the dock comes into the bin: the same goods, not more of them.
  const putAway = at === 'bin' ? Math.min(line.awaitingPutAwayQuantity, arrival.quantity) : 0;
  const fresh = arrival.quantity - putAway;
  const receivedQuantity = line.receivedQuantity + fresh;
  const awaiting = line.awaitingPutAwayQuantity - putAway + (at === 'dock' ? fresh : 0);
  const rest = Math.max(0, line.orderedQuantity - line.cancelledQuantity - receivedQuantity - proposedQuantity);
  const ends = arrival.complete || !line.open;
  // What will not come any more is not on order any more.
  const cancelledQuantity = line.cancelledQuantity + (ends ? rest : 0);
  const toDeliver = ends ? 0 : rest;
  const awaitingPutAwayQuantity = arrival.complete && at === 'bin' ? 0 : awaiting;
  return {
    ...line,
    receivedQuantity,
    proposedQuantity,
    awaitingPutAwayQuantity,
    cancelledQuantity,
    backorderedQuantity: Math.min(line.backorderedQuantity, toDeliver),
    receivedAtMs: arrival.quantity > 0 ? nowMs : line.receivedAtMs,
    open: toDeliver > 0 || awaitingPutAwayQuantity > 0 || proposedQuantity > 0,
  };
}
