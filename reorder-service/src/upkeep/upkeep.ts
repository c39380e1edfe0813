import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { computeServiceLevels } from '../replenishment/service-level.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, type Clock } from '../runtime/runtime.module.ts';
import { forgetOld } from './forget-old.ts';
import { findViolations } from './invariants.ts';

const INTERVAL_MS = 15 * 60_000;

/** Checks the books, keeps the tables bounded and computed reorder points fresh. May run on every replica: all of it is repeat-safe. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
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
    for (const violation of await findViolations(this.db)) {
      this.logger.error(violation, 'the books do not balance, a person must look');
    }
    await forgetOld(this.db, this.clock());
    const versions = await computeServiceLevels(this.db, this.clock());
    if (versions > 0) this.logger.info({ policies: versions }, 'reorder points computed anew');
  }
}
