import type { ActionResult, OrderActions } from '@shelfwire/reorder-service/parts';
import type { SeededRandom } from '@shelfwire/test-servers';

import { PEOPLE, type Person } from './approval-plan.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import type { SimulatedReorder } from './simulated-reorder.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OPENS_AT_HOUR = 5;
const CLOSES_AT_HOUR = 19;
/** What a person does with an order that waits, each in this share of cases; else it is left for later. */
const APPROVES = 0.7;
const CALLS_OFF = 0.06;
const SNOOZES = 0.06;
const OPERATOR_TRIES = 0.2;
const AT_THE_SAME_TIME_CHANCE = 0.25;

/** What somebody did at the console, and what the service answered: undefined if it died over it. */
export interface Deed {
  what: 'approve' | 'decline';
  orderId: string;
  binId: string;
  by: Person;
  atMs: number;
  reason: string;
  snoozedUntilMs: number;
  answer: ActionResult | undefined;
}

/** People who approve, refuse, press twice, come late and try what they may not; and the notebook of it all. */
export class SimulatedPeople {
  readonly deeds: Deed[] = [];
  readonly #tenantId: string;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #reorder: SimulatedReorder;
  readonly #database: SimulatedDatabase;
  #isOver = false;

  constructor(parts: {
    tenantId: string;
    time: VirtualTime;
    random: SeededRandom;
    reorder: SimulatedReorder;
    database: SimulatedDatabase;
  }) {
    this.#tenantId = parts.tenantId;
    this.#time = parts.time;
    this.#random = parts.random;
    this.#reorder = parts.reorder;
    this.#database = parts.database;
  }

  open(): void {
    for (const person of PEOPLE) this.#planLook(person);
  }

  /** Nobody looks any more. */
  close(): void {
    this.#isOver = true;
  }

  /** Until when somebody may have told the service to order nothing for this bin. */
  snoozedUntilMs(binId: string): number {
    return Math.max(0, ...this.#endsOf(binId).map((deed) => deed.snoozedUntilMs));
  }

  /** When an order for this bin may have been called off last. */
  calledOffAtMs(binId: string): number {
    return Math.max(0, ...this.#endsOf(binId).map((deed) => deed.atMs));
  }

  #endsOf(binId: string): Deed[] {
    return this.deeds.filter((deed) => deed.binId === binId && deed.what === 'decline' && deed.answer?.ok !== false);
  }

  #planLook(person: Person): void {
    const waitMs = this.#random.between(...person.looksEveryMinutes) * MINUTE_MS;
    this.#time.after(waitMs, async () => {
      const hour = new Date(this.#time.nowMs).getUTCHours();
      if (hour >= OPENS_AT_HOUR && hour < CLOSES_AT_HOUR && !this.#isOver) await this.#look(person);
      if (!this.#isOver) this.#planLook(person);
    });
  }

  async #look(person: Person): Promise<void> {
    if (!this.#reorder.isRunning) return;
    for (const order of await this.#waiting()) {
      const draw = this.#random.next();
      if (person.role === 'operator') {
        if (draw < OPERATOR_TRIES) await this.#approve(person, order);
      } else if (draw < APPROVES) await this.#approveMaybeTogether(person, order);
      else if (draw < APPROVES + CALLS_OFF) await this.#decline(person, order, 0);
      else if (draw < APPROVES + CALLS_OFF + SNOOZES) {
        await this.#decline(person, order, Math.floor(this.#time.nowMs + this.#random.between(HOUR_MS, 6 * HOUR_MS)));
      }
    }
  }

  /** Two windows, or two people who do not know of each other. */
  async #approveMaybeTogether(person: Person, order: Waiting): Promise<void> {
    if (this.#random.next() >= AT_THE_SAME_TIME_CHANCE) return this.#approve(person, order);
    const other = PEOPLE[Math.floor(this.#random.next() * PEOPLE.length)] ?? person;
    await Promise.all([this.#approve(person, order), this.#approve(other, order)]);
  }

  #approve(by: Person, order: Waiting): Promise<void> {
    const deed = { ...order, what: 'approve' as const, by, reason: '', snoozedUntilMs: 0 };
    return this.#do(deed, (actions, actor) => actions.approve(actor, order.orderId));
  }

  #decline(by: Person, order: Waiting, snoozedUntilMs: number): Promise<void> {
    const reason = `not now, says ${by.email} at ${this.#time.nowMs}`;
    const need =
      snoozedUntilMs === 0 ? ({ kind: 'release' } as const) : ({ kind: 'snooze', untilMs: snoozedUntilMs } as const);
    const deed = { ...order, what: 'decline' as const, by, reason, snoozedUntilMs };
    return this.#do(deed, (actions, actor) => actions.decline(actor, order.orderId, { reason, need }));
  }

  async #do(
    deed: Omit<Deed, 'atMs' | 'answer'>,
    work: (actions: OrderActions, actor: Person & { tenantId: string }) => Promise<ActionResult>,
  ): Promise<void> {
    const noted: Deed = { ...deed, atMs: this.#time.nowMs, answer: undefined };
    const tenantId = this.#tenantId;
    noted.answer = await this.#reorder.atConsole((actions) => work(actions, { ...deed.by, tenantId }));
    this.deeds.push(noted);
  }

  /** The list at the console, the oldest first. */
  async #waiting(): Promise<Waiting[]> {
    return this.#database.db
      .selectFrom('purchase_order as o')
      .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
      .select(['o.order_id as orderId', 'l.bin_id as binId'])
      .where('o.status', '=', 'PENDING_APPROVAL')
      .orderBy('o.order_number')
      .execute();
  }
}

interface Waiting {
  orderId: string;
  binId: string;
}
