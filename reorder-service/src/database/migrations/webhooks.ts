import type { Migration } from 'kysely/migration';

import { runStatements, tenantOnly } from './statements.ts';

/**
 * Events out to customers' systems. What is to be told waits in message_outbox (channel `webhook`), written in the
 * transaction of what it tells about; a job makes one delivery of it for each subscription.
 */
export const webhooks: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table message_outbox drop constraint message_outbox_channel_check`,
      `alter table message_outbox add constraint message_outbox_channel_check
         check (channel in ('supplier', 'mqtt', 'webhook'))`,
      `create table event_subscription (
         tenant_id text not null references tenant,
         subscription_id text not null,
         url text not null,
         description text not null,
         types text[] not null,
         site_ids text[] not null,
         secret text not null,
         previous_secret text,
         previous_secret_until_ms bigint,
         created_at_ms bigint not null,
         created_by text not null,
         disabled_at_ms bigint,
         disabled_because text,
         failures int not null default 0,
         blocked_until_ms bigint not null default 0,
         last_error text,
         last_delivered_at_ms bigint,
         primary key (tenant_id, subscription_id))`,
      `create table webhook_delivery (
         tenant_id text not null,
         subscription_id text not null,
         event_id text not null,
         place bigint not null,
         subject text not null,
         event jsonb not null,
         state text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
         attempts int not null default 0,
         created_at_ms bigint not null,
         give_up_at_ms bigint not null,
         next_attempt_at_ms bigint not null,
         ended_at_ms bigint,
         last_error text,
         -- An event is told to a system once, however often it is taken from the outbox.
         primary key (tenant_id, subscription_id, event_id),
         foreign key (tenant_id, subscription_id) references event_subscription on delete cascade)`,
      `comment on column webhook_delivery.place is 'order of the events: those about one subject are told in it'`,
      `create index webhook_delivery_waiting on webhook_delivery (tenant_id, subscription_id, place)
         where state = 'waiting'`,
      `create index webhook_delivery_by_subject on webhook_delivery (tenant_id, subscription_id, subject, place)
         where state = 'waiting'`,
      `create index webhook_delivery_open on webhook_delivery (tenant_id, subscription_id, state)
         where state <> 'delivered'`,
      `create index webhook_delivery_newest on webhook_delivery (tenant_id, subscription_id, place desc)`,
      `create index webhook_delivery_ended on webhook_delivery (state, ended_at_ms) where ended_at_ms is not null`,
      `create table policy_suggestion (
         tenant_id text not null,
         site_id text not null,
         bin_id text not null,
         suggestion jsonb not null,
         suggested_at_ms bigint not null,
         primary key (tenant_id, site_id, bin_id))`,
      `alter table tenant add column suggestions_at_ms bigint`,
      ...['event_subscription', 'webhook_delivery', 'policy_suggestion'].flatMap(tenantOnly),
    ]),
};
