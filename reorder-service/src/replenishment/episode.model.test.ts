import fc from 'fast-check';
import { expect, test } from 'vitest';

import { coverOf } from '../orders/cover.ts';
import { remainingOf, type OpenLine } from '../orders/open-lines.ts';
import { anyOffer, NOW_MS } from './arbitraries.ts';
import { decide, positionOf } from './decide.ts';
import { policySchema } from './policy.ts';
import type { Offer } from './supply.ts';

const DAY_MS = 86_400_000;
const POLICY = policySchema.parse({ type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 });

/** One bin, its orders and its episodes, in memory: what happens to it in any order, decided by the real functions. */
class Shelf {
  nowMs = NOW_MS;
  onHand = 60;
  lines: OpenLine[] = [];
  episodes: { open: boolean; snoozedUntilMs: number | undefined }[] = [];
  #orders = 0;

  constructor(private readonly offers: readonly Offer[]) {}

  get openEpisode() {
    return this.episodes.find((each) => each.open);
  }

  decide(): void {
    const cover = coverOf(this.lines, () => 7 * DAY_MS, this.nowMs);
    expect(cover.quantity).toBeGreaterThanOrEqual(0);
    const numbers = (lines: readonly OpenLine[]): string[] => lines.map((line) => line.orderNumber);
    const excluded = new Set(cover.impaired.map((line) => line.supplierId));
    const position = { onHand: this.onHand, onOrder: cover.quantity, reserved: 0, backordered: 0 };
    const decision = decide({
      nowMs: this.nowMs,
      unit: 'pcs',
      position,
      policy: POLICY,
      timeZone: 'UTC',
      plannedReviewAtMs: undefined,
      offers: this.offers.filter((each) => !excluded.has(each.supplierId)),
      doubt: { kind: 'none' },
      lowSinceMs: undefined,
      episode: this.openEpisode && {
        soundOrderNumbers: numbers(cover.sound),
        impairedOrderNumbers: numbers(cover.impaired),
        snoozedUntilMs: this.openEpisode.snoozedUntilMs,
        excluded: [...excluded],
      },
    });
    if (decision.kind !== 'ORDER') return;
    // Nothing is ordered while an order that will come as ordered is open, nor while it is snoozed.
    expect(cover.sound).toEqual([]);
    expect((this.openEpisode?.snoozedUntilMs ?? 0) <= this.nowMs).toBe(true);
    if (!this.openEpisode) this.episodes.push({ open: true, snoozedUntilMs: undefined });
    let ordered = 0;
    for (const units of decision.units) {
      expect(units % decision.offer.orderMultiple).toBe(0);
      ordered += units * decision.offer.packQuantity;
      this.lines.push(this.#line(decision.offer, units * decision.offer.packQuantity));
    }
    expect(positionOf(position) + ordered).toBeGreaterThan(20);
  }

  #line(offer: Offer, quantity: number): OpenLine {
    this.#orders += 1;
    return {
      orderId: String(this.#orders),
      orderNumber: `PO-${this.#orders}`,
      orderStatus: 'ACKNOWLEDGED',
      supplierId: offer.supplierId,
      lineNumber: 1,
      binId: 'A-01',
      itemId: 'm8',
      orderedQuantity: quantity,
      shippedQuantity: 0,
      receivedQuantity: 0,
      cancelledQuantity: 0,
      backorderedQuantity: 0,
      proposedQuantity: 0,
      awaitingPutAwayQuantity: 0,
      stockUnitsPerOrderUnit: offer.packQuantity,
      sentAtMs: this.nowMs,
      acknowledgedAtMs: this.nowMs,
      dueAtMs: this.nowMs + 5 * DAY_MS,
      backorderPromisedAtMs: null,
      receivedAtMs: null,
      acknowledgeWithinMs: null,
      confirmReceipts: false,
    };
  }

  #close(): void {
    this.lines = this.lines.filter((line) => remainingOf(line) > 0);
    if (this.lines.length === 0 && this.openEpisode) this.openEpisode.open = false;
  }

  happens(event: { kind: string; amount: number }): void {
    const [line] = this.lines;
    if (event.kind === 'use') this.onHand = Math.max(0, this.onHand - event.amount);
    if (event.kind === 'wait') this.nowMs += event.amount * 3_600_000;
    if (event.kind === 'deliver' && line) {
      const arrived = Math.min(remainingOf(line), event.amount * 3);
      line.receivedQuantity += arrived;
      this.onHand += arrived;
      this.#close();
    }
    if (event.kind === 'over-deliver' && line) {
      line.receivedQuantity += remainingOf(line) + event.amount;
      this.#close();
    }
    if (event.kind === 'cut' && line) {
      line.cancelledQuantity = Math.min(line.orderedQuantity, line.cancelledQuantity + event.amount);
      this.#close();
    }
    if (event.kind === 'snooze' && this.openEpisode)
      this.openEpisode.snoozedUntilMs = this.nowMs + event.amount * 3_600_000;
    this.decide();
    this.decide();
  }
}

test('whatever happens to a shelf: one open episode, one sound order, cover never negative, position above the trigger', () => {
  const event = fc.record({
    kind: fc.constantFrom('use', 'use', 'wait', 'deliver', 'over-deliver', 'cut', 'snooze'),
    amount: fc.integer({ min: 1, max: 40 }),
  });
  const offers = fc.uniqueArray(anyOffer, { minLength: 1, maxLength: 3, selector: (each) => each.supplierId });
  let orders = 0;
  fc.assert(
    fc.property(offers, fc.array(event, { maxLength: 25 }), (sold, events) => {
      const shelf = new Shelf(sold.map((each) => ({ ...each, available: true })));
      for (const each of events) {
        shelf.happens(each);
        expect(shelf.episodes.filter(({ open }) => open).length).toBeLessThanOrEqual(1);
      }
      orders += shelf.episodes.length;
    }),
    { numRuns: 10_000 },
  );
  expect(orders).toBeGreaterThan(2_000);
});
