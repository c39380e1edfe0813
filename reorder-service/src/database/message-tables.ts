import type { AlertKind, AlertSeverity } from '@shelfwire/contract/api';
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

import type { JsonObject, SiteKey } from './columns.ts';

export interface MessageOutboxTable extends SiteKey {
  message_id: Generated<string>;
  position: GeneratedAlways<number>;
  channel: 'supplier' | 'mqtt' | 'webhook';
  /** Of a message to a supplier. */
  kind: Generated<'order' | 'cancellation' | 'reminder' | 'change'>;
  /** A supplierId, an MQTT topic, or '' for every subscription. */
  recipient: string;
  order_id: string | null;
  payload: JsonObject;
  created_at_ms: number;
  attempts: Generated<number>;
  next_attempt_at_ms: number;
  sent_at_ms: number | null;
  given_up_at_ms: number | null;
  last_error: string | null;
}

export interface SupplierMessageTable {
  tenant_id: string;
  supplier_id: string;
  message_id: string;
  order_id: string;
  kind: 'order-response' | 'despatch-advice' | 'order-cancellation-answer' | 'order-change-answer';
  payload: JsonObject;
  received_at_ms: number;
}

/** What people changed that money depends on, beside the orders; append-only. */
export interface AuditEventTable {
  audit_event_id: GeneratedAlways<number>;
  tenant_id: string;
  at_ms: number;
  actor: string;
  what: string;
  subject_id: string;
  details: JsonObject;
}

export interface AlertTable {
  alert_id: Generated<string>;
  tenant_id: string;
  site_id: string | null;
  kind: AlertKind;
  /** What it is about; with the kind, one is open at a time. */
  subject: string;
  severity: AlertSeverity;
  title: string;
  detail: string;
  order_id: string | null;
  bin_id: string | null;
  raised_at_ms: number;
  last_seen_at_ms: number;
  /** The condition was not there when it was looked for last. */
  gone_since_ms: number | null;
  occurrences: Generated<number>;
  escalation_level: Generated<number>;
  acknowledged_at_ms: number | null;
  acknowledged_by: string | null;
  resolved_at_ms: number | null;
}

export interface AlertChannelTable {
  tenant_id: string;
  channel_id: string;
  kind: 'email' | 'webhook';
  target: string;
  min_severity: AlertSeverity;
  escalation_level: Generated<number>;
  digest_minutes: Generated<number>;
  quiet_hours: JSONColumnType<Record<string, unknown> | null, string | null, string | null>;
  leased_until_ms: Generated<number>;
  failures: Generated<number>;
  last_error: string | null;
}

export interface AlertDeliveryTable {
  alert_id: string;
  channel_id: string;
  tenant_id: string;
  sent_at_ms: number;
  severity: AlertSeverity;
  resolution_sent_at_ms: number | null;
}

export interface EventSubscriptionTable {
  tenant_id: string;
  subscription_id: string;
  url: string;
  description: string;
  types: string[];
  /** Empty: of every site. */
  site_ids: string[];
  /** As the customer has it, since each message is signed with it. */
  secret: string;
  previous_secret: string | null;
  previous_secret_until_ms: number | null;
  created_at_ms: number;
  created_by: string;
  disabled_at_ms: number | null;
  disabled_because: string | null;
  failures: Generated<number>;
  /** Of the first of the failures in a row. */
  failing_since_ms: number | null;
  /** The system did not answer: nothing is sent before. */
  blocked_until_ms: Generated<number>;
  last_error: string | null;
  last_delivered_at_ms: number | null;
}

export interface WebhookDeliveryTable {
  tenant_id: string;
  subscription_id: string;
  event_id: string;
  place: number;
  subject: string;
  event: JsonObject;
  state: Generated<'waiting' | 'delivered' | 'dead'>;
  attempts: Generated<number>;
  created_at_ms: number;
  give_up_at_ms: number;
  next_attempt_at_ms: number;
  ended_at_ms: number | null;
  last_error: string | null;
}
