import type { TestingModule } from '@nestjs/testing';
import { parseTopic } from '@shelfwire/contract';
import { ServiceMetrics } from '@shelfwire/contract/service';
import {
  EventPublisher,
  Evaluator,
  OrderActions,
  OrderAging,
  OrderDispatcher,
  ReadingsController,
  StockLedger,
  SupplierInbox,
  TouchedBins,
  Upkeep,
  type OutsideAnswer,
  type OutsideRequest,
} from '@shelfwire/reorder-service/parts';

import type { SimulatedBroker } from './central-broker.ts';
import { ProcessCounters, readingsIn } from './counters.ts';
import { Heard } from './heard.ts';
import { Life } from './life.ts';
import { reorderModule } from './reorder-module.ts';
import { CONFIRM_SECONDS_MAX } from './shelves.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
/** As the jobs themselves would, only not so often while nothing happens: all of them, whatever they have to do. */
export const IDLE_CHECK_MS = 60 * MINUTE_MS;
const AFTER_CHANGE_MS = 100;
/** What a supplier did not take, or the broker did not acknowledge, is tried again. */
export const SEND_AGAIN_MS = 15 * MINUTE_MS;
const DUE_LATE_MS = 1_000;
/** Behind the longest of the policies' confirmSeconds. */
export const CONFIRM_MS = CONFIRM_SECONDS_MAX * 1_000 + DUE_LATE_MS;

interface Running {
  life: Life;
  module: TestingModule;
}

/** The real modules of the reorder-service, their jobs called in virtual time. */
export class SimulatedReorder {
  readonly counts = { crashes: 0, aged: 0 };
  readonly counters = new ProcessCounters();
  readonly heard = new Heard();
  /** Called when it dies. */
  onCrash: () => void = () => undefined;
  /** What went wrong though the process lived. */
  readonly failures: string[] = [];
  /** Who answers the service's calls to the world outside. */
  callOut: (request: OutsideRequest) => OutsideAnswer = () => ({ kind: 'failed', detail: 'nobody there' });
  readonly #time: VirtualTime;
  readonly #broker: SimulatedBroker;
  readonly #database: SimulatedDatabase;
  #running: Running | undefined;
  #workPlanned = false;
  /** Jobs that were woken and have not run yet. */
  #sendAgainPlanned = false;
  readonly #woken = new Set<'dispatcher' | 'publisher'>();
  /** When something must be decided about again, as far as it is planned. */
  readonly #dueAtMs = new Set<number>();

  constructor(time: VirtualTime, broker: SimulatedBroker, database: SimulatedDatabase) {
    this.#time = time;
    this.#broker = broker;
    this.#database = database;
    broker.subscribe('reorder', {
      topics: (topic) => parseTopic(topic)?.channel === 'readings',
      isWell: () => this.isRunning && !database.isDeathNear,
      take: async ({ topic, payload }) => {
        if (!this.#running) return false;
        const known = this.heard.begin(topic, payload, time.nowMs);
        const taken = await this.counters.during(
          readingsIn(payload),
          () => this.#receive(topic, payload),
          (result) => result === true,
        );
        if (taken) known(time.nowMs);
        return taken ?? false;
      },
    });
    time.every(IDLE_CHECK_MS, () => this.#workAtAll());
    time.every(60 * MINUTE_MS, async () => {
      await this.#during((module) => module.get(OrderAging, { strict: false }).age());
    });
    time.every(6 * 60 * MINUTE_MS, () => this.#during((module) => module.get(Upkeep, { strict: false }).run()));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    const life = new Life();
    const db = this.#database.connectionOf(life, () => this.crash());
    const metrics = new ServiceMetrics({ collectDefaults: false });
    this.counters.begin(metrics);
    const publish = async (topic: string, message: object): Promise<void> => {
      await life.pass();
      this.#broker.publish(topic, Buffer.from(JSON.stringify(message)));
    };
    const module = await reorderModule({ db, metrics, clock: () => this.#time.nowMs, post: this.#post, publish });
    module.get(TouchedBins, { strict: false }).touches.subscribe(() => this.#planWork());
    // Its jobs are not started: they run when they would have been woken.
    module.get(OrderDispatcher, { strict: false }).wake = () => this.#wake('dispatcher');
    module.get(EventPublisher, { strict: false }).wake = () => this.#wake('publisher');
    this.#running = { life, module };
    await this.#workAtAll();
  }

  readonly #post = (request: OutsideRequest): Promise<OutsideAnswer> => Promise.resolve(this.callOut(request));

  #receive(topic: string, payload: Buffer): Promise<boolean | undefined> {
    return this.#during((module) =>
      module
        .get(ReadingsController, { strict: false })
        .receive(payload, { topic, attempt: 1 })
        .then(() => true)
        .catch(() => false),
    );
  }

  crash(): void {
    this.#database.disarm();
    if (!this.#running) return;
    this.counts.crashes += 1;
    this.#running.life.end();
    this.#running = undefined;
    this.onCrash();
  }

  /** @returns undefined if the service is away or died over it */
  async answer<Result>(work: (inbox: SupplierInbox) => Promise<Result>): Promise<Result | undefined> {
    const result = await this.#during((module) => work(module.get(SupplierInbox, { strict: false })));
    if (result !== undefined) this.#planWork();
    return result;
  }

  /** What a person does at the console. @returns undefined if the service is away or died over it */
  atConsole<Result>(work: (actions: OrderActions) => Promise<Result>): Promise<Result | undefined> {
    return this.#during((module) => work(module.get(OrderActions, { strict: false })));
  }

  #planWork(): void {
    if (this.#workPlanned) return;
    this.#workPlanned = true;
    this.#time.after(AFTER_CHANGE_MS, async () => {
      this.#workPlanned = false;
      await this.#during((module) => module.get(Evaluator, { strict: false }).decideTouched());
      await this.#runWoken();
      await this.#planDue();
    });
  }

  /** What must last before it is believed is looked at again, as the evaluator's clock would. */
  async #planDue(): Promise<void> {
    const { nowMs } = this.#time;
    const due = await this.#database.db
      .selectFrom('item_location')
      .select('evaluate_at_ms')
      .distinct()
      .where('evaluate_at_ms', '>=', nowMs)
      .where('evaluate_at_ms', '<=', nowMs + CONFIRM_MS)
      .execute();
    for (const { evaluate_at_ms: dueAtMs } of due) {
      if (dueAtMs === null || this.#dueAtMs.has(dueAtMs)) continue;
      this.#dueAtMs.add(dueAtMs);
      this.#time.after(dueAtMs - nowMs + DUE_LATE_MS, async () => {
        this.#dueAtMs.delete(dueAtMs);
        await this.#decideDue();
        await this.#runWoken();
      });
    }
  }

  /** What each job does at its interval. */
  async #workAtAll(): Promise<void> {
    // First, as it is the quickest of them: what it does not know of looks silent to the others.
    await this.#during((module) => module.get(StockLedger, { strict: false }).flush());
    await this.#decideDue();
    this.#woken.add('dispatcher').add('publisher');
    await this.#runWoken();
    await this.#planDue();
  }

  #decideDue(): Promise<void> {
    return this.#during((module) => module.get(Evaluator, { strict: false }).decideDue());
  }

  async #runWoken(): Promise<void> {
    if (this.#woken.delete('dispatcher')) {
      await this.#during(async (module) => {
        const tried = await withoutChance(() => module.get(OrderDispatcher, { strict: false }).sendDue());
        if (tried === 0 || this.#sendAgainPlanned) return;
        this.#sendAgainPlanned = true;
        this.#time.after(SEND_AGAIN_MS, () => {
          this.#sendAgainPlanned = false;
          this.#wake('dispatcher');
        });
      });
    }
    if (this.#woken.delete('publisher'))
      await this.#during((module) => module.get(EventPublisher, { strict: false }).publishDue());
  }

  #wake(job: 'dispatcher' | 'publisher'): void {
    this.#woken.add(job);
    this.#planWork();
  }

  async #during<Result>(work: (module: TestingModule) => Promise<Result>): Promise<Result | undefined> {
    const running = this.#running;
    if (!running) return undefined;
    return running.life.during(() =>
      work(running.module).catch((error: unknown) => {
        if (!running.life.isDead) this.failures.push(error instanceof Error ? error.message : String(error));
        return undefined;
      }),
    );
  }
}

/** Backoffs have jitter. Nothing but the seed may decide here, and others in this process draw numbers too. */
async function withoutChance<Result>(work: () => Promise<Result>): Promise<Result> {
  const { random } = Math;
  Math.random = () => 0.5;
  try {
    return await work();
  } finally {
    Math.random = random;
  }
}
