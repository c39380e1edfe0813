/** A lot that came into a bin. */
export interface ReceivedLot {
  lotId: string;
  receivedAtMs: number;
  quantity: number;
  /** null: it keeps, and is taken last. */
  expiresAtMs: number | null;
}

/** By how much the level of the bin went up or down. */
export interface LevelChange {
  atMs: number;
  change: number;
}

/** A lot is told of when its goods come, or so long before or after. */
export const LOT_GOES_WITH_STEP_MS = 24 * 3_600_000;

interface Held {
  lot: ReceivedLot;
  remaining: number;
  awaited: number;
}

/**
 * What is left of each lot, if the first to expire is taken first (FEFO). A projection of the ledger and never more than
 * it: a lot labels goods that came around its time, goods without a label are taken before those that have one, and
 * what leaves a bin leaves its lots. Pure; late readings change it as they change the ledger.
 * @param start what was in the bin before the first change @param changes in the order of time
 */
export function projectLots(
  lots: readonly ReceivedLot[],
  start: number,
  changes: readonly LevelChange[],
): ReadonlyMap<string, number> {
  const bin = new LotBin(start);
  const events = [
    ...lots.map((lot) => ({ atMs: lot.receivedAtMs, lot, change: 0 })),
    ...changes.map(({ atMs, change }) => ({ atMs, lot: undefined, change })),
    // Of one moment, the lot first: it is what came.
  ].sort((a, b) => a.atMs - b.atMs || Number(b.lot !== undefined) - Number(a.lot !== undefined) || tie(a.lot, b.lot));
  for (const { atMs, lot, change } of events) {
    if (lot) bin.tell(lot);
    else if (change > 0) bin.arrive(atMs, change);
    else bin.leave(-change);
  }
  return new Map(bin.lots.map(({ lot, remaining }) => [lot.lotId, remaining]));
}

function tie(a: ReceivedLot | undefined, b: ReceivedLot | undefined): number {
  return (a?.lotId ?? '') < (b?.lotId ?? '') ? -1 : 1;
}

class LotBin {
  readonly lots: Held[] = [];
  /** Goods of no known lot, oldest first. */
  #unlabelled: { atMs: number; quantity: number }[];

  constructor(start: number) {
    this.#unlabelled = start > 0 ? [{ atMs: Number.NEGATIVE_INFINITY, quantity: start }] : [];
  }

  tell(lot: ReceivedLot): void {
    const held = { lot, remaining: 0, awaited: lot.quantity };
    this.lots.push(held);
    const recent = this.#unlabelled.filter(({ atMs }) => atMs >= lot.receivedAtMs - LOT_GOES_WITH_STEP_MS);
    for (const goods of recent.reverse()) label(held, goods);
    this.#forgetEmpty();
  }

  arrive(atMs: number, quantity: number): void {
    const goods = { atMs, quantity };
    for (const held of this.lots) {
      if (held.lot.receivedAtMs >= atMs - LOT_GOES_WITH_STEP_MS) label(held, goods);
    }
    this.#unlabelled.push(goods);
    this.#forgetEmpty();
  }

  leave(quantity: number): void {
    let rest = quantity;
    for (const goods of this.#unlabelled) {
      const taken = Math.min(goods.quantity, rest);
      goods.quantity -= taken;
      rest -= taken;
    }
    this.#forgetEmpty();
    const firstToExpire = this.lots.toSorted(
      (a, b) => expiry(a) - expiry(b) || a.lot.receivedAtMs - b.lot.receivedAtMs,
    );
    for (const held of firstToExpire) {
      const taken = Math.min(held.remaining, rest);
      held.remaining -= taken;
      rest -= taken;
    }
  }

  #forgetEmpty(): void {
    this.#unlabelled = this.#unlabelled.filter(({ quantity }) => quantity > 0);
  }
}

function label(held: Held, goods: { quantity: number }): void {
  const quantity = Math.min(held.awaited, goods.quantity);
  held.awaited -= quantity;
  held.remaining += quantity;
  goods.quantity -= quantity;
}

function expiry({ lot }: Held): number {
  return lot.expiresAtMs ?? Number.POSITIVE_INFINITY;
}
