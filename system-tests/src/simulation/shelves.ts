import { SeededRandom } from '@shelfwire/test-servers';

import type { ApprovalPlan, Terms } from './approval-plan.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import type { VirtualTime } from './virtual-time.ts';

export const PIECE_GRAMS = 50;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
export const HEARTBEAT_MS = 30 * MINUTE_MS;
export const SEND_AGAIN_MS = 60_000;
/** A message a scale cannot get rid of is overtaken by the next: it keeps so many. */
const UNSENT_MAX = 20;
const OVERLOAD_GRAMS = 60_000;
/** A low must last so long before it is believed: while it does, something may happen to its scale. */
const CONFIRM_SECONDS = [2, 60, 300] as const;
export const CONFIRM_SECONDS_MAX = Math.max(...CONFIRM_SECONDS);

export interface ShelfPlan extends Terms {
  binId: string;
  deviceId: string;
  itemId: string;
  partNumber: string;
  reorderPoint: number;
  orderUpTo: number;
  packQuantity: number;
  confirmSeconds: number;
  /** While the shop is open. */
  picksPerHour: number;
}

/** One shelf with its true content, and the scale under it that says so and is not always right. */
export class Shelf {
  readonly plan: ShelfPlan;
  pieces: number;
  /** Wanted, and nothing was there. */
  unserved = 0;
  picks = 0;
  messages = 0;
  /** When its content last changed. */
  changedAtMs: number;
  /** Infinity while its scale is broken or silent. */
  wellSinceMs: number;
  /** Tells what the scale is like: `broken` says an overload, whatever lies on it. */
  #scale: 'well' | 'broken' | 'silent' = 'well';
  /** Called when a pick leaves it low that was not. */
  onLow: () => void = () => undefined;
  /** Called whenever it holds something else. */
  onChange: () => void = () => undefined;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #gateway: SimulatedGateway;
  readonly #unsent: string[] = [];
  #sending = false;
  #isClosed = false;
  /** What lay there from when on. */
  readonly #history: { fromMs: number; pieces: number }[] = [];
  readonly #said: number[] = [];

  constructor(plan: ShelfPlan, parts: { time: VirtualTime; random: SeededRandom; gateway: SimulatedGateway }) {
    this.plan = plan;
    this.pieces = plan.orderUpTo;
    this.#time = parts.time;
    this.#random = new SeededRandom(Math.floor(parts.random.next() * 2 ** 32));
    this.#gateway = parts.gateway;
    this.#history.push({ fromMs: 0, pieces: this.pieces });
    this.changedAtMs = parts.time.nowMs;
    this.wellSinceMs = parts.time.nowMs;
  }

  setScale(scale: 'well' | 'broken' | 'silent'): void {
    this.#scale = scale;
    this.wellSinceMs = scale === 'well' ? this.#time.nowMs : Infinity;
    if (scale !== 'silent') this.say();
  }

  get isWell(): boolean {
    return this.#scale === 'well';
  }

  get isLow(): boolean {
    return this.pieces <= this.plan.reorderPoint;
  }

  /** Nobody takes anything any more. */
  close(): void {
    this.#isClosed = true;
    this.say();
  }

  /** What lay there in that time. */
  piecesBetween(fromAtMs: number, untilAtMs: number): number[] {
    return this.#history
      .filter(({ fromMs }, index) => {
        const untilMs = this.#history[index + 1]?.fromMs ?? Infinity;
        return fromMs <= untilAtMs && untilMs >= fromAtMs;
      })
      .map(({ pieces }) => pieces);
  }

  /** When it last ran low before then. */
  lowSinceBefore(atMs: number): number {
    let sinceMs = -Infinity;
    let wasLow = false;
    for (const { fromMs, pieces } of this.#history) {
      if (fromMs > atMs) break;
      const low = pieces <= this.plan.reorderPoint;
      if (low && !wasLow) sinceMs = fromMs;
      wasLow = low;
    }
    return sinceMs;
  }

  /** When it last told its weight before. */
  lastSaidBefore(atMs: number): number {
    return this.#said.findLast((saidAtMs) => saidAtMs <= atMs) ?? -Infinity;
  }

  open(): void {
    this.say();
    this.#time.every(HEARTBEAT_MS, () => this.say());
    this.#planPick();
  }

  putAway(pieces: number): void {
    this.#holds(this.pieces + pieces);
  }

  #holds(pieces: number): void {
    this.pieces = pieces;
    this.changedAtMs = this.#time.nowMs;
    this.#history.push({ fromMs: this.#time.nowMs, pieces });
    this.say();
    this.onChange();
  }

  /** Publishes what the scale weighs now. */
  say(): void {
    if (this.#scale === 'silent') return;
    this.messages += 1;
    const isBroken = this.#scale === 'broken';
    if (!isBroken) this.#said.push(this.#time.nowMs);
    const grams = isBroken ? OVERLOAD_GRAMS : this.pieces * PIECE_GRAMS + Math.round(this.#random.between(-2, 2));
    this.#unsent.push(
      JSON.stringify({ Time: '2026-01-01T00:00:00', HX711: { WeightRaw: grams, Weight: grams / 1_000 } }),
    );
    if (this.#unsent.length > UNSENT_MAX) this.#unsent.splice(1, 1);
    this.#send();
  }

  get isSending(): boolean {
    return this.#unsent.length > 0;
  }

  /** QoS 1: one message in flight, again and again until its PUBACK. */
  #send(): void {
    if (this.#sending) return;
    this.#sending = true;
    this.#time.after(20, async () => {
      const [message] = this.#unsent;
      const { deviceId } = this.plan;
      const topic = `tele/${deviceId}/SENSOR`;
      const acknowledged =
        message === undefined || (await this.#gateway.receive(deviceId, topic, Buffer.from(message)));
      this.#sending = false;
      if (acknowledged) this.#unsent.shift();
      if (this.#unsent.length === 0) return;
      this.#time.after(acknowledged ? 0 : SEND_AGAIN_MS, () => this.#send());
    });
  }

  #planPick(): void {
    const waitMs = (-Math.log(1 - this.#random.next()) * HOUR_MS) / this.plan.picksPerHour;
    this.#time.after(Math.max(waitMs, MINUTE_MS), () => {
      const hour = new Date(this.#time.nowMs).getUTCHours();
      if (hour >= 6 && hour < 20) this.#pick();
      if (!this.#isClosed) this.#planPick();
    });
  }

  #pick(): void {
    const wanted = 1 + Math.floor(this.#random.next() * 3);
    const taken = Math.min(wanted, this.pieces);
    this.unserved += wanted - taken;
    if (taken === 0) return;
    this.picks += 1;
    const wasLow = this.isLow;
    this.#holds(this.pieces - taken);
    if (this.isLow && !wasLow) this.onLow();
  }
}

export function planShelves(terms: readonly Terms[], random: SeededRandom): ShelfPlan[] {
  return terms.map((ofShelf, index) => {
    const packQuantity = [1, 5, 10, 12][Math.floor(random.next() * 4)] ?? 1;
    const reorderPoint = 10 + Math.floor(random.next() * 20);
    return {
      ...ofShelf,
      binId: `bin-${index}`,
      deviceId: `scale-${index}`,
      itemId: `item-${index}`,
      partNumber: `P-${index}`,
      reorderPoint,
      orderUpTo: reorderPoint + 5 + Math.floor(random.next() * 30),
      packQuantity,
      confirmSeconds: CONFIRM_SECONDS[Math.floor(random.next() * CONFIRM_SECONDS.length)] ?? CONFIRM_SECONDS_MAX,
      picksPerHour: random.between(0.2, 0.9),
    };
  });
}

export function deviceSettings({ deviceId }: ShelfPlan): Record<string, unknown> {
  return {
    deviceId,
    model: 'tasmota',
    topics: [`tele/${deviceId}/SENSOR`],
    login: { username: deviceId, password: `secret of ${deviceId}` },
    clock: 'gateway',
    sensors: [
      {
        filter: { maxGrams: OVERLOAD_GRAMS / 2 },
        report: { heartbeatMs: HEARTBEAT_MS },
        staleAfterMs: 3 * HEARTBEAT_MS,
      },
    ],
  };
}

/** catalogue.yaml of the site. */
export function catalogueOf(
  { tenantId, siteId, supplierId }: { tenantId: string; siteId: string; supplierId: string },
  plans: readonly ShelfPlan[],
  { rule, monthlyCents }: ApprovalPlan,
): string {
  const own = { tenantId, siteId };
  const itemClass = 'dear';
  return JSON.stringify({
    tenants: [
      {
        tenantId,
        name: 'Simulated',
        sites: [{ siteId, name: 'Site', timeZone: 'Europe/Berlin', locations: [{ locationId: 'hall', name: 'Hall' }] }],
      },
    ],
    suppliers: [
      { tenantId, supplierId, name: 'Supplier', endpoint: 'http://supplier.invalid', apiToken: `token-of-${tenantId}` },
    ],
    items: plans.map(({ itemId, isDear }) => ({
      tenantId,
      itemId,
      sku: itemId,
      name: itemId,
      pieceGrams: PIECE_GRAMS,
      ...(isDear ? { itemClass } : {}),
    })),
    supplierItems: plans.map(({ itemId, partNumber, packQuantity, packPriceCents }) => {
      const price = packPriceCents / 100;
      return { tenantId, supplierId, itemId, partNumber, packQuantity, orderUnit: 'pack', leadTimeDays: 2, price };
    }),
    bins: plans.map(({ binId, itemId, deviceId }) => {
      const sensor = { deviceId, kind: 'weight', uncertaintyGrams: 4, staleAfterMs: 4 * HEARTBEAT_MS };
      return { ...own, binId, name: binId, locationId: 'hall', itemId, sensor };
    }),
    policies: plans.map(({ binId, reorderPoint, orderUpTo, confirmSeconds, autoApprove }) => {
      return { ...own, binId, type: 'MIN_MAX', reorderPoint, orderUpTo, confirmSeconds, autoApprove };
    }),
    approvalRules: (rule ? [rule] : []).map(({ minAmountCents, role, approvals }) => {
      return { tenantId, ruleId: 'dear', itemClass, minAmount: minAmountCents / 100, requiredRole: role, approvals };
    }),
    budgets: monthlyCents === undefined ? [] : [{ tenantId, budgetId: 'all', monthly: monthlyCents / 100 }],
  });
}
