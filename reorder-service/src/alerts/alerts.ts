import { Inject, Injectable } from '@nestjs/common';
import { alertChannelSchema, type Alert, type AlertChannel } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { Outside } from '../outbound/outside.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { AlertSender } from './alert-sender.ts';

/** What people see of alerts, and where they want to be told. */
@Injectable()
export class Alerts {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sender: AlertSender,
    private readonly outside: Outside,
  ) {}

  /** Newest first. @throws ShelfwireError CURSOR_INVALID */
  list(
    tenantId: string,
    query: { siteId?: string | undefined; open: boolean; cursor?: string | undefined; limit: number },
  ): Promise<Page<Alert>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = alertRows(tx, tenantId).where('resolved_at_ms', query.open ? 'is' : 'is not', null);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.cursor !== undefined) {
        const [atMs, alertId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(raised_at_ms, alert_id) < (${atMs}::bigint, ${alertId}::uuid)`);
      }
      const rows = await select.limit(query.limit + 1).execute();
      return pageOf(rows, query.limit, { item: toAlert, key: (row) => [row.raised_at_ms, row.alert_id] });
    });
  }

  /** @returns undefined if there is no such alert */
  acknowledge(tenantId: string, alertId: string, by: string): Promise<Alert | undefined> {
    return withTenant(this.db, tenantId, async (tx) => {
      await tx
        .updateTable('alert')
        .set({ acknowledged_at_ms: this.clock(), acknowledged_by: by })
        .where('tenant_id', '=', tenantId)
        .where('alert_id', '=', alertId)
        .where('acknowledged_at_ms', 'is', null)
        .execute();
      const row = await alertRows(tx, tenantId).where('alert_id', '=', alertId).executeTakeFirst();
      return row && toAlert(row);
    });
  }

  channels(tenantId: string): Promise<AlertChannel[]> {
    return withTenant(this.db, tenantId, (tx) => channelsOf(tx, tenantId));
  }

  /** What is wrong with channels that would be put, each by its place. */
  refusalsOf(channels: readonly AlertChannel[]): { where: string; what: string }[] {
    return channels.flatMap(({ kind, target }, index) => {
      const what = kind === 'webhook' ? this.outside.refusalOf(target) : undefined;
      return what === undefined ? [] : [{ where: `body.channels.${index}.target`, what }];
    });
  }

  putChannels(tenantId: string, channels: readonly AlertChannel[], by: string): Promise<AlertChannel[]> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = await channelsOf(tx, tenantId);
      const kept = channels.map(({ channelId }) => channelId);
      let removed = tx.deleteFrom('alert_channel').where('tenant_id', '=', tenantId);
      if (kept.length > 0) removed = removed.where('channel_id', 'not in', kept);
      await removed.execute();
      for (const channel of channels) await putChannel(tx, tenantId, channel);
      const change = { tenantId, actor: by, what: 'alert-channels', id: tenantId, before, after: channels };
      await writeChange(tx, { ...change, atMs: this.clock() });
      return channelsOf(tx, tenantId);
    });
  }

  /** Sends a test on every channel, now. */
  async test(tenantId: string, by: string): Promise<{ channelId: string; ok: boolean; detail: string }[]> {
    const channels = await this.channels(tenantId);
    return Promise.all(
      channels.map(async (channel) => ({
        channelId: channel.channelId,
        ...(await this.sender.sendTest(channel, by, this.clock())),
      })),
    );
  }
}

async function putChannel(tx: Tx, tenantId: string, channel: AlertChannel): Promise<void> {
  const values = {
    kind: channel.kind,
    target: channel.target,
    min_severity: channel.minSeverity,
    escalation_level: channel.escalationLevel,
    digest_minutes: channel.digestMinutes,
    quiet_hours: channel.quietHours === null ? null : JSON.stringify(channel.quietHours),
  };
  await tx
    .insertInto('alert_channel')
    .values({ tenant_id: tenantId, channel_id: channel.channelId, ...values })
    .onConflict((oc) =>
      oc.columns(['tenant_id', 'channel_id']).doUpdateSet({ ...values, failures: 0, leased_until_ms: 0 }),
    )
    .execute();
}

async function channelsOf(tx: Tx, tenantId: string): Promise<AlertChannel[]> {
  const rows = await tx
    .selectFrom('alert_channel')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('channel_id')
    .execute();
  return rows.map((row) =>
    alertChannelSchema.parse({
      channelId: row.channel_id,
      kind: row.kind,
      target: row.target,
      minSeverity: row.min_severity,
      escalationLevel: row.escalation_level,
      digestMinutes: row.digest_minutes,
      quietHours: row.quiet_hours,
    }),
  );
}

function alertRows(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('alert')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('raised_at_ms', 'desc')
    .orderBy('alert_id', 'desc');
}

function toAlert(row: Awaited<ReturnType<ReturnType<typeof alertRows>['executeTakeFirstOrThrow']>>): Alert {
  return {
    alertId: row.alert_id,
    siteId: row.site_id,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    detail: row.detail,
    orderId: row.order_id,
    binId: row.bin_id,
    raisedAtMs: row.raised_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    occurrences: row.occurrences,
    escalationLevel: row.escalation_level,
    acknowledgedAtMs: row.acknowledged_at_ms,
    acknowledgedBy: row.acknowledged_by,
    resolvedAtMs: row.resolved_at_ms,
  };
}
