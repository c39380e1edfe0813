import type { JSONColumnType } from 'kysely';

export type JsonObject = JSONColumnType<Record<string, unknown>>;
export type NullableJson = JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;

export interface SiteKey {
  tenant_id: string;
  site_id: string;
}

export interface BinKey extends SiteKey {
  bin_id: string;
}

/** Names one reading; a count by a person or a booking of a receipt makes an identity of its own. */
export interface IdentityColumns {
  gateway_id: string;
  outbox_id: string;
  sequence: number;
}
