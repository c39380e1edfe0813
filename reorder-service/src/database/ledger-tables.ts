import type { MovementKind, StockStatus } from '@shelfwire/contract';
import type { Generated, GeneratedAlways } from 'kysely';

import type { BinKey, IdentityColumns, JsonObject, SiteKey } from './columns.ts';

export interface SiteLedgerTable extends SiteKey {
  /** Grows with every change of the ledger. */
  version: Generated<number>;
  /** Up to here `sensor_state` knows the time of the newest reading of each bin. */
  flushed_version: Generated<number>;
  /** Grows with every change of bins, sensors, items or policies. */
  catalogue_version: Generated<number>;
}

export interface AppliedRunTable extends SiteKey {
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

export interface StockLevelTable extends BinKey {
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

export interface StockCheckpointTable extends BinKey, IdentityColumns {
  at_ms: number;
  on_hand: number;
  uncertainty: number;
  state: JsonObject;
  kind: MovementKind;
}

export interface StockMovementTable extends BinKey, IdentityColumns {
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

export interface ParkedReadingTable extends SiteKey, IdentityColumns {
  parked_id: GeneratedAlways<number>;
  device_id: string | null;
  reason: string;
  reading: JsonObject;
  parked_at_ms: number;
}

export interface CountingTaskTable extends BinKey {
  task_id: Generated<string>;
  reason: string;
  opened_at_ms: number;
  closed_at_ms: number | null;
  closed_by: string | null;
  counted_quantity: number | null;
}

export interface ReservationTable extends BinKey {
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

/** Somebody said that so much of a reservation was handed out. */
export interface ReservationHandoutTable extends BinKey {
  handout_id: Generated<number>;
  item_id: string;
  quantity: number;
  at_ms: number;
}

/** One side of an announced move; both sides of a transfer have its move_id. */
export interface AnnouncedMoveTable extends BinKey {
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

export interface StockLotTable extends BinKey {
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
