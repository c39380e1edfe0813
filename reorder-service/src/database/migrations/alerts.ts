import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/** What people are told, where, and what of it was sent. */
export const alerts: Migration = {
  up: (db) =>
    runStatements(db, [
      `create table alert (
         alert_id uuid primary key default gen_random_uuid(),
         tenant_id text not null references tenant,
         site_id text,
         kind text not null,
         subject text not null,
         severity text not null check (severity in ('info', 'warning', 'critical')),
         title text not null,
         detail text not null,
         order_id uuid,
         bin_id text,
         raised_at_ms bigint not null,
         last_seen_at_ms bigint not null,
         gone_since_ms bigint,
         occurrences int not null default 1,
         escalation_level int not null default 0,
         acknowledged_at_ms bigint,
         acknowledged_by text,
         resolved_at_ms bigint)`,
      // One alert while a condition lasts, whatever the number of replicas that see it.
      `create unique index alert_one_open on alert (tenant_id, kind, subject) where resolved_at_ms is null`,
      `create index alert_by_subject on alert (tenant_id, kind, subject, resolved_at_ms)`,
      `create index alert_newest on alert (tenant_id, raised_at_ms desc, alert_id desc)`,
      `create table alert_channel (
         tenant_id text not null references tenant,
         channel_id text not null,
         kind text not null check (kind in ('email', 'webhook')),
         target text not null,
         min_severity text not null,
         escalation_level int not null default 0,
         digest_minutes int not null default 5,
         quiet_hours jsonb,
         leased_until_ms bigint not null default 0,
         failures int not null default 0,
         last_error text,
         primary key (tenant_id, channel_id))`,
      `create table alert_delivery (
         alert_id uuid not null references alert,
         channel_id text not null,
         tenant_id text not null,
         sent_at_ms bigint not null,
         severity text not null,
         resolution_sent_at_ms bigint,
         primary key (alert_id, channel_id))`,
      ...['alert', 'alert_channel', 'alert_delivery'].flatMap(tenantOnly),
      // Goods that were refused on arrival were never received, so that they do not count against what may be returned.
      `alter table supplier_return add column was_received boolean not null default true`,
    ]),
};
