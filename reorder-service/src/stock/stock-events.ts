import { randomUUID } from 'node:crypto';

import type { MovementKind, StockEvent } from '@shelfwire/contract';

import { onOrderOf, type OpenLine } from '../orders/open-lines.ts';
import type { BinState } from './bin-state.ts';
import type { OpenDemand } from './open-demand.ts';
import { statusOf, type StockLimits } from './status.ts';

/** One change of one bin's level, as it will be told to others. */
export interface BinChange {
  binId: string;
  itemId: string;
  limits: StockLimits;
  kind: MovementKind;
  change: number;
  state: BinState;
  atMs: number;
  eventSequence: number;
  /** What its overflow bins hold, which its limits are about too. */
  overflowOnHand: number;
}

export function stockEvents(
  changes: readonly BinChange[],
  openLines: readonly OpenLine[],
  openDemand: OpenDemand,
): StockEvent[] {
  return changes.map((change) => {
    const { binId, itemId, state } = change;
    const onOrder = onOrderOf(openLines, change);
    return {
      schema: 'stock/1',
      eventId: randomUUID(),
      binId,
      itemId,
      sequence: change.eventSequence,
      atMs: change.atMs,
      movement: change.kind,
      change: change.change,
      onHand: state.onHand,
      uncertainty: state.uncertainty,
      onOrder,
      // As the stock list says it.
      inventoryPosition: state.onHand + onOrder - openDemand(change),
      status: statusOf(state.onHand + change.overflowOnHand, change.limits),
    };
  });
}
