import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { LiveEvents } from '../events/live-events.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { LOGGER } from '../runtime/runtime.module.ts';

const INTERVAL_MS = 5_000;

interface Row {
  tenant_id: string;
  open: number;
  unacknowledged: number;
  /** Changes with everything that a list of open alerts shows. */
  fingerprint: string;
}

/**
 * Tells the people who are looking that the open alerts changed. It looks at the alerts themselves, on every replica,
 * since the alert watch of another replica may have changed them.
 */
@Injectable()
export class AlertNews implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;
  #told: ReadonlyMap<string, string> | undefined;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(LOGGER) logger: Logger,
    private readonly live: LiveEvents,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.tell(),
      onError: (error) => logger.warn({ err: error }, 'nobody is told of new alerts now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  wake(): void {
    this.#job.wake();
  }

  async tell(): Promise<void> {
    const { rows } = await sql<Row>`
      select tenant_id, count(*)::int as open, (count(*) filter (where acknowledged_at_ms is null))::int as unacknowledged,
             md5(string_agg(concat_ws('/', alert_id, severity, title, detail, occurrences, escalation_level,
                                      acknowledged_at_ms), ' ' order by alert_id)) as fingerprint
      from alert where resolved_at_ms is null group by tenant_id`.execute(this.db);
    const now = new Map(rows.map((row) => [row.tenant_id, row.fingerprint]));
    const before = this.#told;
    this.#told = now;
    // Who connects reads the list: what stood before the first look is known.
    if (!before) return;
    for (const { tenant_id: tenantId, open, unacknowledged, fingerprint } of rows) {
      if (before.get(tenantId) !== fingerprint) this.#publish(tenantId, { open, unacknowledged });
    }
    for (const tenantId of before.keys()) {
      if (!now.has(tenantId)) this.#publish(tenantId, { open: 0, unacknowledged: 0 });
    }
  }

  #publish(tenantId: string, event: { open: number; unacknowledged: number }): void {
    this.live.publish({ tenantId, event: { type: 'alerts', event } });
  }
}
