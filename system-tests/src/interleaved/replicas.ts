import type { TestingModule } from '@nestjs/testing';
import { formatTopic, type Reading } from '@shelfwire/contract';
import { ServiceMetrics } from '@shelfwire/contract/service';
import {
  Evaluator,
  migrateToLatest,
  openDatabase,
  OrderActions,
  OrderDispatcher,
  parseCatalogue,
  ReadingsController,
  seedCatalogue,
  SupplierInbox,
  type ActionResult,
  type Db,
  type OutsideAnswer,
  type OutsideRequest,
} from '@shelfwire/reorder-service/parts';
import { PostgresServer, SeededRandom } from '@shelfwire/test-servers';
import { sql } from 'kysely';

import { planApprovals, type ApprovalPlan } from '../simulation/approval-plan.ts';
import { reorderModule } from '../simulation/reorder-module.ts';
import { catalogueOf, PIECE_GRAMS, planShelves, type ShelfPlan } from '../simulation/shelves.ts';
import type { Deed } from '../simulation/simulated-people.ts';
import { Turnstile } from './turnstile.ts';

const SITE = { tenantId: 'interleaved', siteId: 'site' } as const;
const SUPPLIER_ID = 'supplier';
const START_MS = Date.UTC(2026, 2, 27, 9);
const SHELVES = 4;

/** A PostgreSQL for one site after the other. */
export class SharedDatabase {
  readonly url: string;
  /** For looking and for setting up: not of any replica. */
  readonly db: Db;
  readonly #server: PostgresServer;

  private constructor(server: PostgresServer) {
    this.#server = server;
    this.url = server.createDatabase('interleaved');
    this.db = openDatabase(this.url, { connectionsMax: 2 });
  }

  static async start(): Promise<SharedDatabase> {
    const database = new SharedDatabase(await PostgresServer.start());
    await migrateToLatest(database.db);
    return database;
  }

  async empty(): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(this.db);
    const tables = rows.map(({ name }) => sql.id(name));
    await sql`truncate ${sql.join(tables)} restart identity cascade`.execute(this.db);
  }

  async waitingForLocks(pids: readonly number[]): Promise<readonly number[]> {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where wait_event_type = 'Lock' and pid = any(${[...pids]}::int[])`.execute(
      this.db,
    );
    return rows.map(({ pid }) => pid);
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await this.#server.close();
  }
}

/** Two replicas of the reorder-service over one database, their statements interleaved; and the world they share. */
export class TwoReplicas {
  readonly time = { nowMs: START_MS };
  readonly random: SeededRandom;
  readonly turnstile: Turnstile;
  readonly database: SharedDatabase;
  readonly approvalPlan: ApprovalPlan;
  readonly shelves: readonly { plan: ShelfPlan }[];
  readonly people = { deeds: [] as Deed[] };
  readonly supplier = { arrivedAtMs: new Map<string, number>(), posts: [] as string[] };
  readonly failures: string[] = [];
  readonly #replicas = new Map<string, { db: Db; module: TestingModule }>();
  #sequence = 1;

  private constructor(database: SharedDatabase, seed: number) {
    this.database = database;
    this.random = new SeededRandom(seed);
    this.turnstile = new Turnstile(this.random, (pids) => database.waitingForLocks(pids));
    this.approvalPlan = planApprovals(SHELVES, this.random);
    this.shelves = planShelves(this.approvalPlan.terms, this.random).map((plan) => ({ plan }));
  }

  static async open(database: SharedDatabase, seed: number): Promise<TwoReplicas> {
    const site = new TwoReplicas(database, seed);
    await database.empty();
    const plans = site.shelves.map(({ plan }) => plan);
    const catalogue = catalogueOf({ ...SITE, supplierId: SUPPLIER_ID }, plans, site.approvalPlan);
    await seedCatalogue(database.db, parseCatalogue(catalogue, 'interleaved'), site.time.nowMs);
    for (const name of ['a', 'b']) {
      const db = openDatabase(database.url, {
        connectionsMax: 8,
        around: (pool) => site.turnstile.around(name, pool),
      });
      const module = await reorderModule({
        db,
        metrics: new ServiceMetrics({ collectDefaults: false }),
        clock: () => site.time.nowMs,
        post: (request) => Promise.resolve(site.#take(request)),
        publish: () => Promise.resolve(),
      });
      site.#replicas.set(name, { db, module });
    }
    return site;
  }

  async close(): Promise<void> {
    for (const { db } of this.#replicas.values()) await db.destroy();
  }

  /** Whichever of the two a balancer, a broker or a clock would have chosen. */
  get any(): string {
    return this.random.next() < 0.5 ? 'a' : 'b';
  }

  /** All of it at the same time. */
  async together(works: readonly (() => Promise<unknown>)[]): Promise<void> {
    const failing = works.map((work) =>
      work().catch((error: unknown) => this.failures.push(error instanceof Error ? error.message : String(error))),
    );
    await this.turnstile.during(failing);
  }

  /** A batch of all shelves, as a gateway would send it; `times` replicas are brought it. */
  shows(pieces: readonly number[]): (name: string) => Promise<void> {
    const firstSequence = this.#sequence;
    this.#sequence += pieces.length;
    const { nowMs } = this.time;
    const readings = pieces.map((count, index): Reading => {
      const common = { receivedAtMs: nowMs, clockQuality: 'gateway', quality: 'good', stable: true } as const;
      return { kind: 'weight', deviceId: `scale-${index}`, netGrams: count * PIECE_GRAMS, ...common };
    });
    const outboxId = '00000000-0000-4000-8000-00000000000b';
    const batch = { schema: 'readings/1', gatewayId: 'gw-1', outboxId, firstSequence, sentAtMs: nowMs, readings };
    const topic = formatTopic({ ...SITE, channel: 'readings' });
    const payload = Buffer.from(JSON.stringify(batch));
    return (name) => this.#of(name).get(ReadingsController, { strict: false }).receive(payload, { topic, attempt: 1 });
  }

  decides(name: string): Promise<void> {
    const binIds = shuffled(
      this.shelves.map(({ plan }) => plan.binId),
      this.random,
    );
    const urgency = this.random.next() < 0.5 ? 'first' : 'now';
    return this.#of(name).get(Evaluator, { strict: false }).evaluateNow(SITE, binIds, urgency);
  }

  sweeps(name: string): Promise<void> {
    return this.#of(name).get(Evaluator, { strict: false }).decideDue();
  }

  sends(name: string): Promise<number> {
    return this.#of(name).get(OrderDispatcher, { strict: false }).sendDue();
  }

  async acts(name: string, deed: Pick<Deed, 'what' | 'orderId' | 'binId' | 'by'>): Promise<void> {
    const actions = this.#of(name).get(OrderActions, { strict: false });
    const actor = { ...deed.by, tenantId: SITE.tenantId };
    const reason = `not now, says ${deed.by.email}`;
    const answer: ActionResult =
      deed.what === 'approve'
        ? await actions.approve(actor, deed.orderId)
        : await actions.decline(actor, deed.orderId, { reason, need: { kind: 'release' } });
    this.people.deeds.push({ ...deed, reason, snoozedUntilMs: 0, atMs: this.time.nowMs, answer });
  }

  async answers(name: string, order: { orderId: string; orderNumber: string; units: number }): Promise<void> {
    const { nowMs } = this.time;
    const { orderId, orderNumber, units } = order;
    const lines = [
      { lineNumber: 1, code: 'IA' as const, confirmedUnits: units, promisedDeliveryAtMs: nowMs + 24 * 3_600_000 },
    ];
    const supplierOrderNumber = `S-${orderNumber}`;
    const message = { schema: 'order-response/1' as const, messageId: orderId, orderId, atMs: nowMs };
    await this.#of(name)
      .get(SupplierInbox, { strict: false })
      .applyOrderResponse(SITE.tenantId, SUPPLIER_ID, { ...message, supplierOrderNumber, lines });
  }

  #of(name: string): TestingModule {
    const replica = this.#replicas.get(name);
    if (!replica) throw new RangeError(`there is no replica ${name}`);
    return replica.module;
  }

  #take({ url, body }: OutsideRequest): OutsideAnswer {
    if (!url.endsWith('/orders')) throw new Error(`nobody expected a call of ${url}`);
    const { orderId } = JSON.parse(body) as { orderId: string };
    this.supplier.posts.push(orderId);
    if (!this.supplier.arrivedAtMs.has(orderId)) this.supplier.arrivedAtMs.set(orderId, this.time.nowMs);
    return { kind: 'answered', status: 201, retryAfterMs: undefined, detail: 'HTTP 201', body: '{}' };
  }
}

export function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
