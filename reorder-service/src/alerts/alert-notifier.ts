import { Inject, Injectable } from '@nestjs/common';
import { alertChannelSchema, type AlertChannel } from '@shelfwire/contract/api';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { AlertSender } from './alert-sender.ts';
import { digestOf, type AlertToTell } from './digest.ts';

/** A replica that took a channel and died gives it back after this. */
const LEASE_MS = 60_000;
const RETRY_FIRST_MS = 30_000;
const RETRY_MOST_MS = 3_600_000;

interface LeasedChannel {
  tenantId: string;
  failures: number;
  channel: AlertChannel;
}

/** Tells each channel what it has not been told yet. At least once: a crash between sending and noting it repeats the message. */
@Injectable()
export class AlertNotifier {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly sender: AlertSender,
  ) {}

  /** @returns how many messages were sent */
  async sendDue(): Promise<number> {
    const leased = await this.#lease();
    const sent = await Promise.all(leased.map((each) => this.#tell(each)));
    return sent.filter(Boolean).length;
  }

  async #lease(): Promise<LeasedChannel[]> {
    const nowMs = this.clock();
    const { rows } = await sql<{ tenant_id: string; failures: number; channel: unknown }>`
      update alert_channel set leased_until_ms = ${nowMs + LEASE_MS}
      where (tenant_id, channel_id) in (
        select tenant_id, channel_id from alert_channel where leased_until_ms <= ${nowMs} for update skip locked)
      returning tenant_id, failures, jsonb_build_object('channelId', channel_id, 'kind', kind, 'target', target,
        'minSeverity', min_severity, 'escalationLevel', escalation_level, 'digestMinutes', digest_minutes,
        'quietHours', quiet_hours) as channel`.execute(this.db);
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      failures: row.failures,
      channel: alertChannelSchema.parse(row.channel),
    }));
  }

  async #tell({ tenantId, failures, channel }: LeasedChannel): Promise<boolean> {
    const alerts = digestOf(channel, await this.#untold(tenantId, channel.channelId), this.clock());
    const result = alerts.length === 0 ? undefined : await this.sender.send(channel, alerts);
    if (result)
      this.metrics.counter('shelfwire_reorder_alert_messages_total').inc({ outcome: result.ok ? 'sent' : 'failed' });
    const nowMs = this.clock();
    if (result && !result.ok) {
      this.logger.error({ tenantId, channelId: channel.channelId, detail: result.detail }, 'alerts could not be sent');
      await this.#release(tenantId, channel, {
        leased_until_ms: nowMs + Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** failures),
        failures: failures + 1,
        last_error: result.detail,
      });
      return false;
    }
    if (result) await this.#note(tenantId, channel, alerts, nowMs);
    await this.#release(tenantId, channel, { leased_until_ms: nowMs, failures: 0, last_error: null });
    return result !== undefined;
  }

  async #untold(tenantId: string, channelId: string): Promise<AlertToTell[]> {
    const { rows } = await sql<AlertToTell>`
      select a.alert_id as "alertId", a.tenant_id as "tenantId", a.site_id as "siteId", a.kind, a.severity, a.title,
             a.detail, a.raised_at_ms as "raisedAtMs", a.escalation_level as "escalationLevel",
             a.resolved_at_ms as "resolvedAtMs", o.traceparent
      from alert a left join purchase_order o on o.order_id = a.order_id left join alert_delivery d on d.alert_id = a.alert_id and d.channel_id = ${channelId}
      where a.tenant_id = ${tenantId}
        and case when a.resolved_at_ms is not null then d.sent_at_ms is not null and d.resolution_sent_at_ms is null
                 -- Told again only if it became worse.
                 else d.sent_at_ms is null and a.acknowledged_at_ms is null
                      or d.severity <> 'critical' and a.severity = 'critical' end
      order by a.raised_at_ms limit 500`.execute(this.db);
    return rows;
  }

  async #note(
    tenantId: string,
    { channelId }: AlertChannel,
    alerts: readonly AlertToTell[],
    nowMs: number,
  ): Promise<void> {
    await sql`
      insert into alert_delivery (alert_id, channel_id, tenant_id, sent_at_ms, severity, resolution_sent_at_ms)
      select t.alert_id, ${channelId}, ${tenantId}, ${nowMs}, t.severity, case when t.over then ${nowMs}::bigint end
      from unnest(${alerts.map((alert) => alert.alertId)}::uuid[], ${alerts.map((alert) => alert.severity)}::text[],
                  ${alerts.map((alert) => alert.resolvedAtMs !== null)}::boolean[]) as t(alert_id, severity, over)
      on conflict (alert_id, channel_id) do update
      set severity = excluded.severity, resolution_sent_at_ms = excluded.resolution_sent_at_ms`.execute(this.db);
  }

  async #release(
    tenantId: string,
    { channelId }: AlertChannel,
    state: { leased_until_ms: number; failures: number; last_error: string | null },
  ): Promise<void> {
    await this.db
      .updateTable('alert_channel')
      .set(state)
      .where('tenant_id', '=', tenantId)
      .where('channel_id', '=', channelId)
      .execute();
  }
}
