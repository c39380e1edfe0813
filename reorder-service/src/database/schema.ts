import type { ReadingQuality } from '@shelfwire/contract';
import type { Generated } from 'kysely';

import type { BinKey, JsonObject, NullableJson, SiteKey } from './columns.ts';
import type {
  AppUserTable,
  BinSensorTable,
  BinTable,
  ItemTable,
  PolicyTable,
  SupplierItemTable,
  SupplierTable,
} from './catalogue-tables.ts';
import type {
  AnnouncedMoveTable,
  AppliedRunTable,
  CountingTaskTable,
  ParkedReadingTable,
  ReservationHandoutTable,
  ReservationTable,
  SiteLedgerTable,
  StockCheckpointTable,
  StockLevelTable,
  StockLotTable,
  StockMovementTable,
} from './ledger-tables.ts';
import type {
  ApprovalRuleTable,
  BudgetTable,
  EpisodeTable,
  ItemLocationTable,
  LearnedLeadTimeTable,
  OrderEventTable,
  OrderReceiptLineTable,
  OrderReceiptTable,
  PurchaseOrderLineTable,
  PurchaseOrderTable,
  SupplierReturnTable,
} from './order-tables.ts';
import type {
  AlertChannelTable,
  AlertDeliveryTable,
  AlertTable,
  AuditEventTable,
  EventSubscriptionTable,
  MessageOutboxTable,
  SupplierMessageTable,
  WebhookDeliveryTable,
} from './message-tables.ts';

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
  reservation_handout: ReservationHandoutTable;
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
  policy_suggestion: BinKey & {
    suggestion: JsonObject;
    suggested_at_ms: number;
    declined_at_ms: number | null;
    declined_by: string | null;
    declined_because: string | null;
  };
  order_approval: { order_id: string; tenant_id: string; user_id: string; approved_at_ms: number };
}
