import { randomUUID } from 'node:crypto';

import type { MovementKind } from '@shelfwire/contract';
import type { Kysely } from 'kysely';

import type { Schema } from '../database/schema.ts';
import type { BinStory } from '../replenishment/situation.ts';

const DAY_MS = 86_400_000;

/** Movements of the one bin, by day; the level is what they leave. */
export async function moveStock(
  database: { db: Kysely<Schema> },
  story: BinStory,
  moves: [day: number, kind: MovementKind, change: number, cause?: string][],
): Promise<void> {
  const key = { tenant_id: story.tenantId, site_id: 'plant-1', bin_id: 'A-01', item_id: 'm8' };
  let onHand = 0;
  for (const [index, [day, kind, change, cause]] of moves.entries()) {
    onHand += change;
    const at = story.nowMs + day * DAY_MS;
    const evidence = JSON.stringify({ cause });
    const identity = { gateway_id: 'gw', outbox_id: randomUUID(), sequence: index + 1 };
    const what = { kind, change, on_hand_after: onHand, at_ms: at, recorded_at_ms: at, revision: 1, evidence };
    await database.db
      .insertInto('stock_movement')
      .values({ ...key, ...identity, ...what })
      .execute();
  }
  await database.db
    .insertInto('stock_level')
    .values({
      ...key,
      on_hand: onHand,
      uncertainty: 0,
      state: '{}',
      status: 'OK',
      observed_at_ms: story.nowMs,
      ledger_version: 1,
    })
    .execute();
}

/** An order that was made, due and closed on these days, counted from the story's now. */
export async function closeOrder(
  database: { db: Kysely<Schema> },
  story: BinStory,
  days: { made: number; due: number; closed: number },
): Promise<string> {
  const at = (day: number): number => story.nowMs + day * DAY_MS;
  const { order_id } = await database.db
    .insertInto('purchase_order')
    .values({
      tenant_id: story.tenantId,
      site_id: 'plant-1',
      supplier_id: 'bolts',
      order_number: randomUUID().slice(0, 8),
      status: 'CLOSED',
      sentence: 'because',
      created_at_ms: at(days.made),
      due_at_ms: at(days.due),
      closed_at_ms: at(days.closed),
    })
    .returning('order_id')
    .executeTakeFirstOrThrow();
  return order_id;
}

/** Goods of an order that somebody looked at when they came. */
export async function receiveGoods(
  database: { db: Kysely<Schema> },
  story: BinStory,
  { orderId, condition }: { orderId: string; condition: 'good' | 'damaged' },
): Promise<void> {
  const receipt = { receipt_id: randomUUID(), tenant_id: story.tenantId };
  await database.db
    .insertInto('order_receipt')
    .values({
      ...receipt,
      order_id: orderId,
      site_id: 'plant-1',
      status: 'CONFIRMED',
      source: 'person',
      created_at_ms: story.nowMs,
    })
    .execute();
  await database.db
    .insertInto('order_receipt_line')
    .values({ ...receipt, position: 1, line_number: 1, quantity: 1, condition })
    .execute();
}
