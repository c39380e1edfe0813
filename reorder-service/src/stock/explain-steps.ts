import type { MovementKind } from '@shelfwire/contract';

import { matchReceipt, type BookedReceipt } from '../orders/match-receipt.ts';
import type { OpenLine } from '../orders/open-lines.ts';
import type { Moving } from './announced-moves.ts';
import type { Step } from './bin-state.ts';

/** Goods came or went, as far as observations tell. */
export function isCarried({ cause }: Step): boolean {
  return cause === 'down' || cause === 'up' || cause === 'back';
}

export function isRise({ cause }: Step): boolean {
  return cause === 'up' || cause === 'back';
}

/** What explains that goods came or went. */
export interface Explaining {
  receiving: Receiving;
  moving: Moving;
}

/** Matches steps up with open lines, each line's goods only once within a batch. */
export class Receiving {
  constructor(
    private readonly openLines: OpenLine[],
    private readonly receipts: BookedReceipt[],
    /** Orders are placed for the primary bin of a pool; their goods may come into any of its bins. */
    private readonly primaryOf: (binId: string) => string,
  ) {}

  kindOfUp(step: Step, itemId: string): { kind: MovementKind; booked: readonly BookedReceipt[] } {
    return this.#match(step, itemId, this.openLines);
  }

  /** Goods of an outage's backlog may have come before the order was sent, and be received by hand long ago. */
  kindOfLateUp(step: Step, itemId: string): MovementKind {
    const sentBefore = this.openLines.filter((line) => (line.sentAtMs ?? 0) <= step.observation.atMs);
    return this.#match(step, itemId, sentBefore).kind;
  }

  #match(step: Step, itemId: string, openLines: readonly OpenLine[]) {
    const { uncertainty } = step.observation;
    const binId = this.primaryOf(step.observation.binId);
    const putBack = step.cause === 'back';
    const booked = matchReceipt({ binId, itemId, quantity: step.change, uncertainty, putBack }, openLines);
    for (const receipt of booked) {
      const at = this.openLines.indexOf(receipt.line);
      this.openLines[at] = { ...receipt.line, receivedQuantity: receipt.line.receivedQuantity + receipt.quantity };
      this.receipts.push(receipt);
    }
    const kind: MovementKind = booked.length > 0 ? 'RECEIPT' : putBack ? 'RETURN' : 'UNEXPLAINED';
    return { kind, booked };
  }
}
