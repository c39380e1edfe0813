import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { computeServiceLevels } from '../replenishment/service-level.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, type Clock } from '../runtime/runtime.module.ts';
import { resolvePolicies } from './resolve-policies.ts';
import { catalogueChanged } from './seed.ts';

/** How late a policy that was written for a date may take effect. */
const INTERVAL_MS = 1_000;

/**
 * Lets policies that were written for a date take effect when it comes, and has their bins decided about anew. May run on
 * every replica: what holds is found from the tables each time.
 */
@Injectable()
export class PolicySchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;
  /** Everything that took effect until then has been seen; a new process looks at all of it once. */
  #seenUntilMs = -1;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly touched: TouchedBins,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.run(),
      onError: (error) => this.logger.warn({ err: error }, 'policies cannot be looked at now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  async run(): Promise<void> {
    const nowMs = this.clock();
    const tenants = await this.db
      .selectFrom('policy')
      .select('tenant_id')
      .where('effective_from_ms', '>', this.#seenUntilMs)
      .where('effective_from_ms', '<=', nowMs)
      .distinct()
      .execute();
    let changed = 0;
    for (const { tenant_id: tenantId } of tenants) changed += await this.#resolve(tenantId, nowMs);
    // A service level that holds for many bins has its numbers at once, not at the next round of the job.
    if (changed > 0) await computeServiceLevels(this.db, nowMs);
    this.#seenUntilMs = nowMs;
  }

  async #resolve(tenantId: string, nowMs: number): Promise<number> {
    const bins = await withTenant(this.db, tenantId, async (tx) => {
      const changed = await resolvePolicies(tx, tenantId, nowMs);
      if (changed.length > 0) await catalogueChanged(tx, tenantId);
      return changed;
    });
    for (const [siteId, ofSite] of Map.groupBy(bins, (bin) => bin.siteId)) {
      this.touched.touch(
        { tenantId, siteId },
        ofSite.map((bin) => bin.binId),
        'later',
      );
    }
    if (bins.length > 0) this.logger.info({ tenantId, bins: bins.length }, 'policies took effect');
    return bins.length;
  }
}
