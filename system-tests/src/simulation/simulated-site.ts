import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Reading } from '@shelfwire/contract';
import { parseCatalogue, seedCatalogue } from '@shelfwire/reorder-service/parts';
import { SeededRandom } from '@shelfwire/test-servers';

import { planApprovals, type ApprovalPlan } from './approval-plan.ts';
import { SimulatedBroker } from './central-broker.ts';
import { Lateness, WITHIN } from './lateness.ts';
import { catalogueOf, deviceSettings, planShelves, Shelf, type ShelfPlan } from './shelves.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import { SimulatedGateway } from './simulated-gateway.ts';
import { SimulatedIngest } from './simulated-ingest.ts';
import { SimulatedPeople } from './simulated-people.ts';
import { SimulatedReorder } from './simulated-reorder.ts';
import { SimulatedSupplier, type Arrival } from './simulated-supplier.ts';
import { VirtualTime } from './virtual-time.ts';
import { Ways } from './ways.ts';

export const SITE = { tenantId: 'simulated', siteId: 'site' } as const;
const START_MS = Date.UTC(2026, 2, 27, 5); // the clocks of Berlin go forward two days later
const SUPPLIER_ID = 'supplier';
const MINUTE_MS = 60_000;
const IN_TWO_LOADS_CHANCE = 0.3;

/** The whole chain over one site: shelves, scales, gateway, lines, broker, both services, database and supplier. */
export class SimulatedSite {
  readonly time = new VirtualTime(START_MS);
  readonly ways = new Ways(this.time);
  readonly lateness: Lateness;
  readonly broker: SimulatedBroker;
  readonly gateway: SimulatedGateway;
  readonly ingest: SimulatedIngest;
  readonly reorder: SimulatedReorder;
  readonly supplier: SimulatedSupplier;
  readonly people: SimulatedPeople;
  readonly approvalPlan: ApprovalPlan;
  readonly database: SimulatedDatabase;
  readonly shelves: readonly Shelf[];
  readonly durable: Reading[] = [];
  readonly #putAwayLoads: { binId: string; atMs: number; pieces: number }[] = [];
  readonly #random: SeededRandom;
  readonly #folder = mkdtempSync(join(tmpdir(), 'shelfwire-simulation-'));

  constructor(database: SimulatedDatabase, seed: number, shelfCount: number) {
    const random = new SeededRandom(seed);
    // Drawn apart, so that the days of a seed are the same with and without them.
    const peoplesRandom = new SeededRandom(Math.imul(seed, 2_654_435_761));
    this.approvalPlan = planApprovals(shelfCount, peoplesRandom);
    const plans = planShelves(this.approvalPlan.terms, random);
    const { time } = this;
    this.#random = random;
    this.database = database;
    this.broker = new SimulatedBroker(time, random);
    this.gateway = new SimulatedGateway({
      time,
      random,
      broker: this.broker,
      site: SITE,
      gatewayId: 'gw-1',
      devices: plans.map(deviceSettings),
      folder: join(this.#folder, 'gateway'),
      durable: (readings) => this.durable.push(...readings),
    });
    this.ingest = new SimulatedIngest(time, this.broker, join(this.#folder, 'ingest'));
    this.reorder = new SimulatedReorder(time, this.broker, database);
    this.supplier = new SimulatedSupplier({
      tenantId: SITE.tenantId,
      supplierId: SUPPLIER_ID,
      time,
      reorder: this.reorder,
      delivered: (arrivals) => this.#putAway(arrivals),
    });
    this.people = new SimulatedPeople({
      tenantId: SITE.tenantId,
      time,
      random: peoplesRandom,
      reorder: this.reorder,
      database,
    });
    this.shelves = plans.map((plan) => new Shelf(plan, { time, random, gateway: this.gateway }));
    this.lateness = new Lateness(this);
    const within = [WITHIN.steadyMs, WITHIN.steadyMs + WITHIN.orderMs];
    for (const shelf of this.shelves) shelf.onChange = () => this.lateness.expect(within);
  }

  async open(): Promise<void> {
    await this.database.empty();
    const plans = this.shelves.map(({ plan }) => plan);
    const catalogue = catalogueOf({ ...SITE, supplierId: SUPPLIER_ID }, plans, this.approvalPlan);
    await seedCatalogue(this.database.db, parseCatalogue(catalogue, 'simulation'), this.time.nowMs);
    this.reorder.callOut = (request) => this.supplier.answer(request);
    await this.gateway.start();
    await this.ingest.start();
    await this.reorder.start();
    for (const shelf of this.shelves) shelf.open();
    this.people.open();
  }

  close(): void {
    this.gateway.cutPower();
    this.reorder.crash();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How many pieces had been put on this shelf by then. */
  putAwayUntil(binId: string, untilMs: number): number {
    const loads = this.#putAwayLoads.filter((load) => load.binId === binId && load.atMs <= untilMs);
    return loads.reduce((sum, { pieces }) => sum + pieces, 0);
  }

  #putAway(arrivals: readonly Arrival[]): void {
    for (const { partNumber, pieces } of arrivals) {
      const shelf = this.shelves.find(({ plan }) => plan.partNumber === partNumber);
      for (const load of shelf ? this.#loadsOf(shelf.plan, pieces) : []) {
        this.time.after(this.#random.between(5 * MINUTE_MS, 90 * MINUTE_MS), () => {
          this.#putAwayLoads.push({ binId: shelf?.plan.binId ?? '', atMs: this.time.nowMs, pieces: load });
          shelf?.putAway(load);
        });
      }
    }
  }

  /** Some carry it in two goes. */
  #loadsOf({ packQuantity }: ShelfPlan, pieces: number): number[] {
    const first = Math.floor(pieces / packQuantity / 2) * packQuantity;
    return first > 0 && this.#random.next() < IN_TWO_LOADS_CHANCE ? [first, pieces - first] : [pieces];
  }
}
