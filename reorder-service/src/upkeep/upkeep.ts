import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { computeServiceLevels } from '../replenishment/service-level.ts';
import { PolicySuggestions } from '../planning/policy-suggestions.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { Moves } from '../stock-keeping/moves.ts';
import { Reservations } from '../stock-keeping/reservations.ts';
import { forgetOld } from './forget-old.ts';
import { findViolations, INVARIANTS } from './invariants.ts';
import { markDeadStock } from './mark-dead-stock.ts';

const INTERVAL_MS = 15 * 60_000;

/** Checks the books, keeps the tables bounded and computed reorder points fresh. May run on every replica: all of it is repeat-safe. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly moves: Moves,
    private readonly reservations: Reservations,
    private readonly suggestions: PolicySuggestions,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.run(),
      onError: (error) => this.logger.warn({ err: error }, 'the books cannot be checked now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  async run(): Promise<void> {
    await this.#checkBooks();
    this.metrics.gauge('shelfwire_reorder_moves_incomplete').set(await this.moves.settle());
    await this.reservations.expire();
    await forgetOld(this.db, this.clock());
    await this.#countParked();
    await markDeadStock(this.db, this.config.SHELFWIRE_DEAD_STOCK_AFTER_DAYS, this.clock());
    const versions = await computeServiceLevels(this.db, this.clock());
    const suggested = await this.suggestions.run();
    if (suggested > 0) this.logger.info({ bins: suggested }, 'policies are far from what demand suggests');
    if (versions > 0) this.logger.info({ policies: versions }, 'reorder points computed anew');
  }

  async #checkBooks(): Promise<void> {
    const violations = await findViolations(this.db, this.clock());
    for (const violation of violations) this.logger.error(violation, 'the books do not balance, a person must look');
    const broken = this.metrics.gauge('shelfwire_reorder_invariants_broken');
    for (const invariant of INVARIANTS) {
      broken.set({ invariant }, violations.filter((violation) => violation.invariant === invariant).length);
    }
  }

  async #countParked(): Promise<void> {
    const { parked } = await this.db
      .selectFrom('parked_reading')
      .select((eb) => eb.fn.countAll<number>().as('parked'))
      .executeTakeFirstOrThrow();
    this.metrics.gauge('shelfwire_reorder_parked_readings').set(parked);
  }
}
