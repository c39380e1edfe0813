import type { MovementKind, OrderStatus, ReadingQuality, StockStatus } from '@shelfwire/contract';
import type { AlertKind, AlertSeverity, GoodsCondition, ReceiptStatus, Role } from '@shelfwire/contract/api';
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

/** The tables as the newest migration leaves them. JSON columns are written as text (`JSON.stringify`). */
export interface Schema {
  tenant: {
    tenant_id: string;
    name: string;
    next_order_number: Generated<number>;
    suggestions_at_ms: number | null;
  };
  site: SiteKey & { name: string; time_zone: string; deliver_to: string; calendar: NullableJson };
  storage_location: SiteKey & { location_id: string; name: string };
  supplier: SupplierTable;
  item: ItemTable;
  supplier_item: SupplierItemTable;
  bin: BinTable;
  bin_sensor: BinSensorTable;
  policy: PolicyTable;
  app_user: AppUserTable;
  site_ledger: SiteLedgerTable;
  applied_run: AppliedRunTable;
  stock_level: StockLevelTable;
  sensor_state: BinKey & { last_reading_at_ms: number; quality: ReadingQuality; quality_since_ms: number };
  stock_checkpoint: StockCheckpointTable;
  stock_movement: StockMovementTable;
  parked_reading: ParkedReadingTable;
  counting_task: CountingTaskTable;
  item_location: ItemLocationTable;
  episode: EpisodeTable;
  purchase_order: PurchaseOrderTable;
  purchase_order_line: PurchaseOrderLineTable;
  order_event: OrderEventTable;
  order_proof: { order_id: string; line_number: Generated<number>; tenant_id: string; proof: JsonObject };
  message_outbox: MessageOutboxTable;
  supplier_message: SupplierMessageTable;
  approval_rule: ApprovalRuleTable;
  applied_range: {
    tenant_id: string;
    gateway_id: string;
    outbox_id: string;
    first_sequence: number;
    last_sequence: number;
  };
  /** Which gateways have ever seen a bin. */
  bin_gateway: BinKey & { gateway_id: string };
  each_sensor_state: BinKey & { sensor: string; last_reading_at_ms: number; quality: ReadingQuality };
  reservation: ReservationTable;
  announced_move: AnnouncedMoveTable;
  stock_lot: StockLotTable;
  order_receipt: OrderReceiptTable;
  order_receipt_line: OrderReceiptLineTable;
  supplier_return: SupplierReturnTable;
  audit_event: AuditEventTable;
  gateway: SiteKey & {
    gateway_id: string;
    password_hash: string | null;
    password_set_at_ms: number | null;
  };
  /** What each gateway said last; also of one that has no login here. */
  gateway_status: SiteKey & {
    gateway_id: string;
    online: boolean;
    last_seen_at_ms: number | null;
    status: JsonObject;
  };
  learned_lead_time: LearnedLeadTimeTable;
  budget: BudgetTable;
  alert: AlertTable;
  alert_channel: AlertChannelTable;
  alert_delivery: AlertDeliveryTable;
  event_subscription: EventSubscriptionTable;
  webhook_delivery: WebhookDeliveryTable;
  policy_suggestion: BinKey & { suggestion: JsonObject; suggested_at_ms: number };
  order_approval: { order_id: string; tenant_id: string; user_id: string; approved_at_ms: number };
}

type JsonObject = JSONColumnType<Record<string, unknown>>;
type NullableJson = JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;

export interface SiteKey {
  tenant_id: string;
  site_id: string;
}

export interface BinKey extends SiteKey {
  bin_id: string;
}

/** Names one reading; a count by a person or a booking of a receipt makes an identity of its own. */
interface IdentityColumns {
  gateway_id: string;
  outbox_id: string;
  sequence: number;
}

interface SupplierTable {
  tenant_id: string;
  supplier_id: string;
  name: string;
  endpoint: string;
  api_token: string;
  api_token_sha256: string;
  channel: Generated<SupplierChannel>;
  /** null: this supplier never acknowledges. */
  acknowledge_within_ms: Generated<number | null>;
  price_tolerance: Generated<number>;
  /** What a scale saw arriving waits for a person. */
  confirm_receipts: Generated<boolean>;
  /** ../replenishment/working-days.ts */
  calendar: NullableJson;
  /** ../replenishment/truck.ts */
  truck: NullableJson;
}

export type SupplierChannel = 'http-json' | 'ubl';

interface ItemTable {
  tenant_id: string;
  item_id: string;
  sku: string;
  name: string;
  unit: string;
  piece_grams: number | null;
  piece_grams_spread: Generated<number>;
  gtin: string | null;
  item_class: string | null;
}

interface SupplierItemTable {
  tenant_id: string;
  supplier_id: string;
  item_id: string;
  part_number: string;
  order_unit: string;
  /** Stock units in one order unit. */
  pack_quantity: number;
  /** These three count order units. */
  order_multiple: Generated<number>;
  min_order_quantity: Generated<number>;
  max_order_quantity: number | null;
  lead_time_days: number;
  /** 1 is asked first. */
  preference: Generated<number>;
  /** false: cannot deliver it now. */
  available: Generated<boolean>;
  price_breaks: JSONColumnType<{ fromUnits: number; unitPriceCents: number }[], string | undefined>;
}

interface BinTable extends BinKey {
  name: string;
  location_id: string;
  item_id: string;
  capacity: number | null;
  depth_mm: number | null;
  consignment: Generated<boolean>;
  /** How its sensors make one quantity: added up, or the first that is well is believed. */
  fusion: Generated<'sum' | 'prefer'>;
  disagree_after_ms: Generated<number>;
  /** The bin whose policy decides about this one too; null: its own. */
  primary_bin_id: string | null;
}

export type SensorKind = 'weight' | 'level' | 'tag' | 'count' | 'button';

interface BinSensorTable extends BinKey {
  device_id: string;
  /** '' stands for every sensor of the device. */
  sensor_id: Generated<string>;
  kind: SensorKind;
  uncertainty_grams: Generated<number>;
  stale_after_ms: number | null;
  /** 0 is believed before 1, where the bin prefers. */
  rank: Generated<number>;
}

interface PolicyTable {
  tenant_id: string;
  policy_id: string;
  version: number;
  scope: 'bin' | 'item' | 'class' | 'site' | 'computed';
  site_id: string | null;
  bin_id: string | null;
  item_id: string | null;
  item_class: string | null;
  type: string;
  parameters: JsonObject;
  effective_from_ms: number;
  created_at_ms: number;
  created_by: string;
  reason: string | null;
}

interface AppUserTable {
  user_id: Generated<string>;
  tenant_id: string;
  /** Unique without regard to case: compare lower(email). */
  email: string;
  display_name: string;
  password_hash: string;
  role: Role;
  supplier_id: string | null;
  disabled_at_ms: number | null;
  created_at_ms: number;
  /** An administrator made the password: it has to be changed first. */
  password_temporary: Generated<boolean>;
  password_set_at_ms: number | null;
  last_sign_in_at_ms: number | null;
  /** Counts up with each change that ends the user's sessions. */
  session_number: Generated<number>;
}

interface SiteLedgerTable extends SiteKey {
  /** Grows with every change of the ledger. */
  version: Generated<number>;
  /** Up to here `sensor_state` knows the time of the newest reading of each bin. */
  flushed_version: Generated<number>;
  /** Grows with every change of bins, sensors, items or policies. */
  catalogue_version: Generated<number>;
}

interface AppliedRunTable extends SiteKey {
  gateway_id: string;
  outbox_id: string;
  first_sequence: number;
  last_sequence: number;
  ledger_version: number;
  to_ms: number;
  applied_at_ms: number;
  bin_ids: string[];
  series: string[];
  at_ms: number[];
  sequences: number[];
  quantities: number[];
  uncertainties: number[];
  calibrations: number[];
}

interface StockLevelTable extends BinKey {
  item_id: string;
  on_hand: number;
  uncertainty: number;
  state: JsonObject;
  status: StockStatus;
  observed_at_ms: number;
  event_sequence: Generated<number>;
  ledger_version: number;
  disagreeing_since_ms: number | null;
}

interface StockCheckpointTable extends BinKey, IdentityColumns {
  at_ms: number;
  on_hand: number;
  uncertainty: number;
  state: JsonObject;
  kind: MovementKind;
}

interface StockMovementTable extends BinKey, IdentityColumns {
  movement_id: GeneratedAlways<number>;
  item_id: string;
  kind: MovementKind;
  change: number;
  on_hand_after: number;
  at_ms: number;
  recorded_at_ms: number;
  revision: number;
  evidence: JsonObject;
}

interface ParkedReadingTable extends SiteKey, IdentityColumns {
  parked_id: GeneratedAlways<number>;
  device_id: string | null;
  reason: string;
  reading: JsonObject;
  parked_at_ms: number;
}

interface CountingTaskTable extends BinKey {
  task_id: Generated<string>;
  reason: string;
  opened_at_ms: number;
  closed_at_ms: number | null;
  closed_by: string | null;
  counted_quantity: number | null;
}

interface ReservationTable extends BinKey {
  reservation_id: Generated<string>;
  item_id: string;
  reference: string;
  quantity: number;
  fulfilled_quantity: Generated<number>;
  needed_at_ms: number | null;
  expires_at_ms: number | null;
  status: Generated<'OPEN' | 'FULFILLED' | 'RELEASED' | 'EXPIRED'>;
  created_at_ms: number;
  created_by: string;
  closed_at_ms: number | null;
  closed_by: string | null;
}

/** One side of an announced move; both sides of a transfer have its move_id. */
interface AnnouncedMoveTable extends BinKey {
  move_id: string;
  item_id: string;
  kind: 'TRANSFER' | 'RETURN';
  /** Below 0: leaves this bin. */
  quantity: number;
  /** What was seen of it. */
  moved: Generated<number>;
  /** true: the bin's sensor shows it; false: the word of the person is the movement. */
  sensed: boolean;
  at_ms: number;
  by: string;
  note: string | null;
  closed_at_ms: number | null;
}

interface StockLotTable extends BinKey {
  lot_id: Generated<string>;
  item_id: string;
  lot_number: string;
  expires_at_ms: number | null;
  received_at_ms: number;
  received_quantity: number;
  epcs: string[] | null;
  source: 'asn' | 'scan' | 'manual';
  /** The despatch advice, scan or entry it came with. */
  reference: string;
  /** A projection (../stock/lots.ts). */
  remaining_quantity: number;
  used_up_at_ms: number | null;
  recorded_by: string;
}

interface ItemLocationTable extends BinKey {
  item_id: string;
  policy_id: string | null;
  policy_version: number | null;
  low_since_ms: number | null;
  evaluate_at_ms: number | null;
  decision: string | null;
  because: string | null;
  decided_at_ms: number | null;
}

interface LearnedLeadTimeTable {
  tenant_id: string;
  supplier_id: string;
  item_id: string;
  deliveries: number;
  mean_days: number;
  sd_days: number;
  computed_at_ms: number;
}

interface BudgetTable {
  tenant_id: string;
  budget_id: string;
  site_id: string | null;
  item_class: string | null;
  monthly_cents: number;
}

interface EpisodeTable extends BinKey {
  episode_id: Generated<string>;
  item_id: string;
  opened_at_ms: number;
  opened_because: string;
  low_reading_received_at_ms: number | null;
  snoozed_until_ms: number | null;
  snoozed_by: string | null;
  snoozed_because: string | null;
  closed_at_ms: number | null;
  closed_because: string | null;
}

interface PurchaseOrderTable extends SiteKey {
  order_id: Generated<string>;
  supplier_id: string;
  order_number: string;
  episode_id: string | null;
  status: OrderStatus;
  sentence: string;
  amount_cents: number | null;
  created_at_ms: number;
  approved_at_ms: number | null;
  sent_at_ms: number | null;
  acknowledged_at_ms: number | null;
  closed_at_ms: number | null;
  /** After this it is overdue and no longer counts as cover. */
  due_at_ms: number | null;
  supplier_order_number: string | null;
  /** Why a person must look at it; null when nobody must. */
  attention: string | null;
  /** Cannot wait: the supplier is asked to hurry. */
  expedite: Generated<boolean>;
  /** A draft that takes further lines until then. */
  gather_until_ms: number | null;
  /** No policy of its lines wants a person's approval. */
  auto_approve: Generated<boolean>;
  version: Generated<number>;
  requested_delivery_at_ms: number | null;
  note: string | null;
  /** Who edited it last. */
  changed_by: string | null;
  cancellation_requested_at_ms: number | null;
  cancellation_by: string | null;
  cancellation_need: JSONColumnType<Record<string, unknown> | null, string | null, string | null>;
  escalation_level: Generated<number>;
  traceparent: string | null;
}

interface PurchaseOrderLineTable extends BinKey {
  order_id: string;
  line_number: number;
  item_id: string;
  part_number: string;
  description: string;
  order_unit: string;
  stock_units_per_order_unit: number;
  /** Of one order unit; its column `unit_price_cents` is what a replica of the first version writes. */
  exact_unit_price_cents: number | null;
  /** All quantities in stock units. */
  ordered_quantity: number;
  confirmed_quantity: Generated<number>;
  shipped_quantity: Generated<number>;
  received_quantity: Generated<number>;
  cancelled_quantity: Generated<number>;
  backordered_quantity: Generated<number>;
  acknowledgement_code: string | null;
  promised_delivery_at_ms: number | null;
  open: Generated<boolean>;
  episode_id: string | null;
  /** Seen by a scale, not confirmed yet. */
  proposed_quantity: Generated<number>;
  /** Received at the dock, not seen in the bin yet. */
  awaiting_put_away_quantity: Generated<number>;
  backorder_promised_at_ms: number | null;
  received_at_ms: number | null;
  confirmed_unit_price_cents: number | null;
  substitute_part_number: string | null;
}

interface OrderEventTable {
  order_event_id: GeneratedAlways<number>;
  order_id: string;
  tenant_id: string;
  at_ms: number;
  status: OrderStatus;
  event: string;
  actor: string;
  note: string | null;
  details: JSONColumnType<Record<string, unknown> | null, string | null>;
}

interface MessageOutboxTable extends SiteKey {
  message_id: Generated<string>;
  position: GeneratedAlways<number>;
  channel: 'supplier' | 'mqtt' | 'webhook';
  /** Of a message to a supplier. */
  kind: Generated<'order' | 'cancellation' | 'reminder'>;
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

interface SupplierMessageTable {
  tenant_id: string;
  supplier_id: string;
  message_id: string;
  order_id: string;
  kind: 'order-response' | 'despatch-advice' | 'order-cancellation-answer';
  payload: JsonObject;
  received_at_ms: number;
}

interface ApprovalRuleTable {
  tenant_id: string;
  rule_id: string;
  min_amount_cents: Generated<number>;
  item_class: string | null;
  required_role: string;
  approvals: Generated<number>;
}

interface OrderReceiptTable extends SiteKey {
  receipt_id: string;
  order_id: string;
  status: ReceiptStatus;
  source: 'asn' | 'scale' | 'person' | 'scan';
  reference: string | null;
  sscc: string | null;
  created_at_ms: number;
  decided_at_ms: number | null;
  decided_by: string | null;
  note: string | null;
}

interface OrderReceiptLineTable {
  receipt_id: string;
  position: number;
  tenant_id: string;
  line_number: number;
  quantity: number;
  condition: Generated<GoodsCondition>;
  lot: string | null;
  expires_on: string | null;
  note: string | null;
}

interface SupplierReturnTable extends BinKey {
  return_id: string;
  order_id: string;
  supplier_id: string;
  line_number: number;
  item_id: string;
  quantity: number;
  lot: string | null;
  reason: string;
  credit_expected_cents: number | null;
  credited_cents: number | null;
  credit_reference: string | null;
  created_at_ms: number;
  created_by: string;
  credited_at_ms: number | null;
  was_received: Generated<boolean>;
}

/** What people changed that money depends on, beside the orders; append-only. */
interface AuditEventTable {
  audit_event_id: GeneratedAlways<number>;
  tenant_id: string;
  at_ms: number;
  actor: string;
  what: string;
  subject_id: string;
  details: JsonObject;
}

interface AlertTable {
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

interface AlertChannelTable {
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

interface AlertDeliveryTable {
  alert_id: string;
  channel_id: string;
  tenant_id: string;
  sent_at_ms: number;
  severity: AlertSeverity;
  resolution_sent_at_ms: number | null;
}

interface EventSubscriptionTable {
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
  /** The system did not answer: nothing is sent before. */
  blocked_until_ms: Generated<number>;
  last_error: string | null;
  last_delivered_at_ms: number | null;
}

interface WebhookDeliveryTable {
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
