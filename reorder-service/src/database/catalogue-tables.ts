import type { Role } from '@shelfwire/contract/api';
import type { Generated, JSONColumnType } from 'kysely';

import type { BinKey, JsonObject, NullableJson } from './columns.ts';

export interface SupplierTable {
  tenant_id: string;
  supplier_id: string;
  name: string;
  /** '' where the channel is `console`. */
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

export type SupplierChannel = 'http-json' | 'ubl' | 'console';

export interface ItemTable {
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

export interface SupplierItemTable {
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

export interface BinTable extends BinKey {
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

export interface BinSensorTable extends BinKey {
  device_id: string;
  /** '' stands for every sensor of the device. */
  sensor_id: Generated<string>;
  kind: SensorKind;
  uncertainty_grams: Generated<number>;
  stale_after_ms: number | null;
  /** 0 is believed before 1, where the bin prefers. */
  rank: Generated<number>;
}

export interface PolicyTable {
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

export interface AppUserTable {
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
