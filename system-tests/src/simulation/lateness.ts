import type { BrokenPromise } from './broken-promise.ts';
import { HEARTBEAT_MS, SEND_AGAIN_MS as SCALE_AGAIN_MS, type Shelf } from './shelves.ts';
import { IDLE_STEP_MS, RESEND_AFTER_MS_MAX, TICK_AFTER_SAMPLE_MS } from './simulated-gateway.ts';
import { CONFIRM_MS, IDLE_CHECK_MS, SEND_AGAIN_MS } from './simulated-reorder.ts';
import type { SimulatedSite } from './simulated-site.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * How late the chain may be once nothing is broken any more. Each bound is the sum of what the configuration lets pass:
 * the scale tries again and says how things are, the gateway repeats what nobody confirmed, the jobs take their turns.
 */
export const WITHIN = {
  /** A pick that nothing disturbs, from the shelf to the ledger and its confirmation at the gateway. */
  steadyMs: 3 * TICK_AFTER_SAMPLE_MS + MINUTE_MS,
  /** All that a fault held up. */
  ledgerMs: HEARTBEAT_MS + SCALE_AGAIN_MS + IDLE_STEP_MS + RESEND_AFTER_MS_MAX + MINUTE_MS,
  /** From the ledger's knowledge to an order, nothing having been lost in between. */
  orderMs: 2 * CONFIRM_MS + MINUTE_MS,
  /** What a crash may have left behind waits for the sweep. */
  sweepMs: IDLE_CHECK_MS + CONFIRM_MS,
  /** From the order, once it is approved, to the supplier that is well. */
  sendMs: IDLE_CHECK_MS + SEND_AGAIN_MS,
} as const;

interface Known {
  onHand: number | null;
  openOrders: number;
  unsentSinceMs: number | null;
  episodeSinceMs: number | null;
}

/**
 * Judges while the days pass: an outcome that is right in the end may have been wrong for hours. It asks whenever one of
 * the bounds above runs out, about what has been undisturbed for so long.
 */
export class Lateness {
  readonly broken: BrokenPromise[] = [];
  asked = 0;
  readonly #site: SimulatedSite;
  readonly #beganAtMs: number;
  readonly #said = new Set<string>();
  readonly #planned = new Set<number>();

  constructor(site: SimulatedSite) {
    this.#site = site;
    this.#beganAtMs = site.time.nowMs;
  }

  /** A shelf changed, or a fault is over: what is due by it is looked for when its time has passed. */
  expect(withinMs: readonly number[]): void {
    for (const ms of withinMs) {
      // Rounded up, so that many expectations are one question.
      const atMs = Math.ceil((this.#site.time.nowMs + ms + 1) / (2 * MINUTE_MS)) * 2 * MINUTE_MS;
      if (this.#planned.has(atMs)) continue;
      this.#planned.add(atMs);
      this.#site.time.after(atMs - this.#site.time.nowMs, async () => {
        this.#planned.delete(atMs);
        await this.#ask();
      });
    }
  }

  async #ask(): Promise<void> {
    const { ways, time, shelves, gateway } = this.#site;
    const { nowMs } = time;
    const wellSinceMs = ways.wellSinceMs('ledger');
    if (nowMs < wellSinceMs + WITHIN.ledgerMs) return;
    this.asked += 1;
    const knowledge = await this.#knowledge();
    for (const shelf of shelves) {
      const known = knowledge.get(shelf.plan.binId);
      const calmSinceMs = Math.max(wellSinceMs, shelf.wellSinceMs);
      if (known && nowMs >= calmSinceMs + WITHIN.ledgerMs) this.#judge(shelf, known, calmSinceMs);
    }
    if (nowMs < Math.max(wellSinceMs, ways.wellSinceMs('store')) + WITHIN.ledgerMs) return;
    if (nowMs >= gateway.appendedAtMs + WITHIN.steadyMs && gateway.queuedReadings > 0)
      this.#note('late-confirmation', 'gateway', `${gateway.queuedReadings} readings are not confirmed yet`);
  }

  #judge(shelf: Shelf, known: Known, calmSinceMs: number): void {
    const { nowMs } = this.#site.time;
    const { pieces, plan } = shelf;
    if (nowMs < shelf.changedAtMs + WITHIN.steadyMs) return;
    if (known.onHand !== pieces)
      this.#note('late-ledger', plan.binId, `holds ${pieces}, the ledger still says ${known.onHand ?? 'nothing'}`);
    const knownAtMs = Math.max(calmSinceMs + WITHIN.ledgerMs + WITHIN.sweepMs, shelf.changedAtMs + WITHIN.steadyMs);
    if (nowMs < knownAtMs + WITHIN.orderMs) return;
    // What a person called off is ordered anew at once, or when its snooze is over and somebody looks.
    const { people } = this.#site;
    const snoozedUntilMs = people.snoozedUntilMs(plan.binId);
    if (nowMs < people.calledOffAtMs(plan.binId) + WITHIN.orderMs) return;
    if (snoozedUntilMs > 0 && nowMs < snoozedUntilMs + WITHIN.sweepMs + WITHIN.orderMs) return;
    const isLow = pieces <= plan.reorderPoint;
    if (isLow && known.openOrders === 0)
      this.#note('late-order', plan.binId, `holds ${pieces} of at least ${plan.reorderPoint} and nothing is on order`);
    if (!isLow && known.openOrders === 0 && known.episodeSinceMs !== null)
      this.#note('late-close', plan.binId, `holds ${pieces}, nothing is on order, and its need is not over`);
    const sendableSinceMs = Math.max(calmSinceMs + WITHIN.ledgerMs, this.#site.ways.wellSinceMs('supplier'));
    const { unsentSinceMs } = known;
    if (unsentSinceMs !== null && nowMs > Math.max(unsentSinceMs, sendableSinceMs) + WITHIN.sendMs)
      this.#note('late-order', plan.binId, 'has an order that is not sent');
  }

  async #knowledge(): Promise<ReadonlyMap<string, Known>> {
    const rows = await this.#site.database.db
      .selectFrom('item_location as il')
      .leftJoin('stock_level as s', 's.bin_id', 'il.bin_id')
      .leftJoin('episode as e', (join) => join.onRef('e.bin_id', '=', 'il.bin_id').on('e.closed_at_ms', 'is', null))
      .leftJoin('purchase_order_line as l', (join) => join.onRef('l.bin_id', '=', 'il.bin_id').on('l.open', '=', true))
      .leftJoin('purchase_order as o', 'o.order_id', 'l.order_id')
      .select(['il.bin_id as binId', 's.on_hand as onHand', 'e.opened_at_ms as episodeSinceMs'])
      .select(['o.order_id as orderId', 'o.sent_at_ms as sentAtMs', 'o.approved_at_ms as approvedAtMs'])
      .execute();
    return new Map(
      [...Map.groupBy(rows, (row) => row.binId)].map(([binId, same]) => {
        const unsent = same.filter((row) => row.approvedAtMs !== null && row.sentAtMs === null);
        return [
          binId,
          {
            onHand: same[0]?.onHand ?? null,
            episodeSinceMs: same[0]?.episodeSinceMs ?? null,
            openOrders: same.filter((row) => row.orderId !== null).length,
            unsentSinceMs: unsent.length === 0 ? null : Math.min(...unsent.map((row) => row.approvedAtMs ?? Infinity)),
          },
        ];
      }),
    );
  }

  /** Once of each: what is late stays late for a while. */
  #note(kind: BrokenPromise['kind'], who: string, what: string): void {
    if (this.#said.has(`${kind} ${who}`)) return;
    this.#said.add(`${kind} ${who}`);
    const day = ((this.#site.time.nowMs - this.#beganAtMs) / DAY_MS).toFixed(2);
    this.broken.push({ kind, sentence: `${who} ${what}, on day ${day} with nothing broken for long enough` });
  }
}
