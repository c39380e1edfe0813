import { Inject, Injectable } from '@nestjs/common';
import {
  ALERT_CHANNELS_MAX,
  alertChannelSchema,
  type AlertChannel,
  type AlertChannelStanding,
} from '@shelfwire/contract/api';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { Outside } from '../outbound/outside.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { AlertSender } from './alert-sender.ts';

/** Where people want to be told of alerts. */
@Injectable()
export class AlertChannels {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sender: AlertSender,
    private readonly outside: Outside,
  ) {}

  list(tenantId: string): Promise<AlertChannelStanding[]> {
    return withTenant(this.db, tenantId, (tx) => channelsOf(tx, tenantId));
  }

  /** Why alerts cannot be sent there; undefined if they can. */
  refusalOf({ kind, target }: AlertChannel): string | undefined {
    return kind === 'webhook' ? this.outside.refusalOf(target) : undefined;
  }

  /** These and no others. */
  putAll(tenantId: string, channels: readonly AlertChannel[], by: string): Promise<AlertChannelStanding[]> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = await channelsOf(tx, tenantId);
      const kept = channels.map(({ channelId }) => channelId);
      let removed = tx.deleteFrom('alert_channel').where('tenant_id', '=', tenantId);
      if (kept.length > 0) removed = removed.where('channel_id', 'not in', kept);
      await removed.execute();
      for (const channel of channels) await putChannel(tx, tenantId, channel);
      const change = { tenantId, actor: by, what: 'alert-channels', id: tenantId };
      await writeChange(tx, { ...change, before: before.map(settingsOf), after: channels, atMs: this.clock() });
      return channelsOf(tx, tenantId);
    });
  }

  /** Makes or changes one. @returns undefined if there are as many as there may be */
  put(tenantId: string, channel: AlertChannel, by: string): Promise<AlertChannelStanding | undefined> {
    const { channelId } = channel;
    return withTenant(this.db, tenantId, async (tx) => {
      const all = await channelsOf(tx, tenantId);
      const before = all.find((each) => each.channelId === channelId);
      if (!before && all.length >= ALERT_CHANNELS_MAX) return undefined;
      await putChannel(tx, tenantId, channel);
      const change = { tenantId, actor: by, what: 'alert-channel', id: channelId };
      await writeChange(tx, {
        ...change,
        before: before ? settingsOf(before) : null,
        after: channel,
        atMs: this.clock(),
      });
      return (await channelsOf(tx, tenantId)).find((each) => each.channelId === channelId);
    });
  }

  /** @returns whether there was one */
  remove(tenantId: string, channelId: string, by: string): Promise<boolean> {
    return withTenant(this.db, tenantId, async (tx) => {
      const before = (await channelsOf(tx, tenantId)).find((each) => each.channelId === channelId);
      if (!before) return false;
      await tx
        .deleteFrom('alert_channel')
        .where('tenant_id', '=', tenantId)
        .where('channel_id', '=', channelId)
        .execute();
      const change = { tenantId, actor: by, what: 'alert-channel', id: channelId };
      await writeChange(tx, { ...change, before: settingsOf(before), after: null, atMs: this.clock() });
      return true;
    });
  }

  /** Sends a test on every channel, or on one, now. */
  async test(
    tenantId: string,
    by: string,
    channelId?: string,
  ): Promise<{ channelId: string; ok: boolean; detail: string }[]> {
    const channels = (await this.list(tenantId)).filter(
      (channel) => channelId === undefined || channel.channelId === channelId,
    );
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
      oc
        .columns(['tenant_id', 'channel_id'])
        .doUpdateSet({ ...values, failures: 0, last_error: null, leased_until_ms: 0 }),
    )
    .execute();
}

async function channelsOf(tx: Tx, tenantId: string): Promise<AlertChannelStanding[]> {
  const rows = await tx
    .selectFrom('alert_channel')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('channel_id')
    .execute();
  return rows.map((row) => ({
    ...alertChannelSchema.parse({
      channelId: row.channel_id,
      kind: row.kind,
      target: row.target,
      minSeverity: row.min_severity,
      escalationLevel: row.escalation_level,
      digestMinutes: row.digest_minutes,
      quietHours: row.quiet_hours,
    }),
    failures: row.failures,
    lastError: row.last_error,
  }));
}

function settingsOf({ failures: _failures, lastError: _lastError, ...channel }: AlertChannelStanding): AlertChannel {
  return channel;
}
