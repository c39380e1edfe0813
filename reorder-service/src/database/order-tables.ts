import type { OrderStatus } from '@shelfwire/contract';
import type { GoodsCondition, ReceiptStatus } from '@shelfwire/contract/api';
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

import type { BinKey, SiteKey } from './columns.ts';

export interface ItemLocationTable extends BinKey {
  item_id: string;
  policy_id: string | null;
  policy_version: number | null;
  low_since_ms: number | null;
  evaluate_at_ms: number | null;
  decision: string | null;
  because: string | null;
  decided_at_ms: number | null;
}

export interface LearnedLeadTimeTable {
  tenant_id: string;
  supplier_id: string;
  item_id: string;
  deliveries: number;
  mean_days: number;
  sd_days: number;
  computed_at_ms: number;
}

export interface BudgetTable {
  tenant_id: string;
  budget_id: string;
  site_id: string | null;
  item_class: string | null;
  monthly_cents: number;
}

export interface EpisodeTable extends BinKey {
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

export interface PurchaseOrderTable extends SiteKey {
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
  /** The supplier was asked to deliver earlier, and has not answered. */
  urged_at_ms: number | null;
  urged_by: string | null;
  urged_for_ms: number | null;
  traceparent: string | null;
}

export interface PurchaseOrderLineTable extends BinKey {
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

export interface OrderEventTable {
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

export interface ApprovalRuleTable {
  tenant_id: string;
  rule_id: string;
  min_amount_cents: Generated<number>;
  item_class: string | null;
  required_role: string;
  approvals: Generated<number>;
}

export interface OrderReceiptTable extends SiteKey {
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

export interface OrderReceiptLineTable {
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

export interface SupplierReturnTable extends BinKey {
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
