import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { findConditions, type Condition } from './alert-conditions.ts';
import { AlertNotifier } from './alert-notifier.ts';

const INTERVAL_MS = 10_000;
/** A condition that is gone for less is not over: a value that flaps stays one alert. */
const GONE_FOR_MS = 10 * 60_000;
/** One that comes back within this opens the old alert again, and nobody is told a second time. */
const BACK_WITHIN_MS = 4 * 3_600_000;

/**
 * Keeps the alerts as the conditions are: raises, raises in severity, escalates what nobody takes on, resolves. May run on
 * every replica: the unique index of open alerts stands behind it.
 */
@Injectable()
export class AlertWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly notifier: AlertNotifier,
  ) {
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.run(),
      onError: (error) => logger.warn({ err: error }, 'alerts cannot be looked after now'),
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
    const raised = await this.#raise(await findConditions(this.db, nowMs), nowMs);
    const resolved = await this.#resolve(nowMs);
    await this.#escalate(nowMs);
    const counter = this.metrics.counter('shelfwire_reorder_alerts_total');
    counter.inc({ change: 'raised' }, raised);
    counter.inc({ change: 'resolved' }, resolved);
    await this.notifier.sendDue();
  }

  /** @returns how many are new */
  async #raise(conditions: readonly Condition[], nowMs: number): Promise<number> {
    if (conditions.length === 0) return 0;
    const json = JSON.stringify(conditions);
    const columns = sql`jsonb_to_recordset(${json}::jsonb) as c("tenantId" text, "siteId" text, kind text, subject text,
      severity text, title text, detail text, "orderId" uuid, "binId" text)`;
    // A shelf is low before anybody decided about it, and its need may end before it is full: still the same alert.
    await sql`
      update alert set subject = same.subject
      from (
        select distinct on (c."tenantId", c.subject) a.alert_id, c.subject
        from ${columns} join alert a on a.tenant_id = c."tenantId" and a.kind = c.kind and a.site_id = c."siteId"
          and a.bin_id = c."binId" and a.subject <> c.subject and a.resolved_at_ms is null
        where c.kind = 'LOW_STOCK' and (a.subject like 'bin %' or c.subject like 'bin %')
          and not exists (select from alert other where other.tenant_id = a.tenant_id and other.kind = a.kind
                          and other.subject = c.subject and other.resolved_at_ms is null)
        order by c."tenantId", c.subject, a.raised_at_ms) same
      where alert.alert_id = same.alert_id`.execute(this.db);
    await sql`
      update alert a set resolved_at_ms = null, occurrences = a.occurrences + 1, gone_since_ms = null
      from ${columns}
      where a.tenant_id = c."tenantId" and a.kind = c.kind and a.subject = c.subject
        and a.resolved_at_ms > ${nowMs - BACK_WITHIN_MS}
        and not exists (select from alert newer where newer.tenant_id = a.tenant_id and newer.kind = a.kind
                        and newer.subject = a.subject
                        and (newer.resolved_at_ms is null
                             or (newer.resolved_at_ms, newer.alert_id) > (a.resolved_at_ms, a.alert_id)))`.execute(
      this.db,
    );
    const { rows } = await sql<{ is_new: boolean }>`
      insert into alert as a (tenant_id, site_id, kind, subject, severity, title, detail, order_id, bin_id, raised_at_ms,
                              last_seen_at_ms)
      select c."tenantId", c."siteId", c.kind, c.subject, c.severity, c.title, c.detail, c."orderId", c."binId",
             ${nowMs}, ${nowMs} from ${columns}
      on conflict (tenant_id, kind, subject) where resolved_at_ms is null do update
      set last_seen_at_ms = excluded.last_seen_at_ms, title = excluded.title, detail = excluded.detail,
          occurrences = a.occurrences + case when a.gone_since_ms is null then 0 else 1 end, gone_since_ms = null,
          -- What was critical once stays so until it is over.
          severity = case when 'critical' in (a.severity, excluded.severity) then 'critical' else excluded.severity end
      returning (xmax = 0) as is_new`.execute(this.db);
    return rows.filter((row) => row.is_new).length;
  }

  /** @returns how many are over */
  async #resolve(nowMs: number): Promise<number> {
    await this.db
      .updateTable('alert')
      .set({ gone_since_ms: nowMs })
      .where('resolved_at_ms', 'is', null)
      .where('gone_since_ms', 'is', null)
      .where('last_seen_at_ms', '<', nowMs)
      .execute();
    const { numUpdatedRows } = await this.db
      .updateTable('alert')
      .set({ resolved_at_ms: nowMs })
      .where('resolved_at_ms', 'is', null)
      .where('gone_since_ms', '<=', nowMs - GONE_FOR_MS)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async #escalate(nowMs: number): Promise<void> {
    const afterMs = this.config.SHELFWIRE_ALERT_ESCALATE_AFTER_MS;
    await sql`
      update alert set escalation_level = escalation_level + 1
      where resolved_at_ms is null and gone_since_ms is null and acknowledged_at_ms is null and severity <> 'info'
        and escalation_level < 2 and raised_at_ms <= ${nowMs} - ${afterMs}::bigint * (escalation_level + 1)`.execute(
      this.db,
    );
  }
}
