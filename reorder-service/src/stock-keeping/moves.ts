import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { AnnouncedMove } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { MOVE_SEEN_WITHIN_MS, toleranceOf, writeSeenMoves } from '../stock/announced-moves.ts';
import { openCountingTasks } from '../stock/counting-tasks.ts';
import { reclassifyBooked } from '../stock/reclassify.ts';
import type { SiteAddress } from '../stock/site-memory.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { namesOf, type Names } from './names.ts';

export interface MoveSide {
  siteId: string;
  binId: string;
}

/** At least one side is ours; a side that is outside (the supplier, the place of work) is absent. */
export interface NewMove {
  kind: 'TRANSFER' | 'RETURN';
  quantity: number;
  from?: MoveSide | undefined;
  to?: MoveSide | undefined;
  note?: string | undefined;
  by: string;
  /** Repeats with the same id are one move. */
  moveId?: string | undefined;
}

export type MoveResult =
  | { ok: true; move: AnnouncedMove }
  | { ok: false; because: 'no-such-bin' | 'other-item' | 'same-bin' | 'other-move' };

interface SideRow {
  move_id: string;
  site_id: string;
  bin_id: string;
  item_id: string;
  kind: 'TRANSFER' | 'RETURN';
  quantity: number;
  moved: number;
  sensed: boolean;
  at_ms: number;
  by: string;
  note: string | null;
  closed_at_ms: number | null;
}

/**
 * Goods that people move. Where a sensor shows a side, its steps are booked as the move they are a part of, seen before
 * or after it was announced; where none does, the word of the person is the movement. Each side is written once: the
 * move's id and side name the movement.
 */
@Injectable()
export class Moves {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly ledger: StockLedger,
    private readonly touched: TouchedBins,
  ) {}

  async announce(tenantId: string, move: NewMove): Promise<MoveResult> {
    const moveId = move.moveId ?? randomUUID();
    const sides = [
      ...(move.from ? [{ ...move.from, quantity: -move.quantity }] : []),
      ...(move.to ? [{ ...move.to, quantity: move.quantity }] : []),
    ];
    const [first, second] = sides;
    if (first && second && first.siteId === second.siteId && first.binId === second.binId)
      return { ok: false, because: 'same-bin' };
    const written = await withTenant(this.db, tenantId, (tx) =>
      writeSides(tx, tenantId, { ...move, moveId, atMs: this.clock() }, sides),
    );
    if (!written.ok) return written;
    await this.#book(tenantId, written.sides);
    return withTenant(this.db, tenantId, async (tx) => {
      const announced = await sidesOf(tx, tenantId, moveId);
      return { ok: true, move: toMove(announced, await namesOf(tx, tenantId, announced), this.clock()) };
    });
  }

  /** Announced moves, the newest first. @throws ShelfwireError CURSOR_INVALID */
  async list(
    tenantId: string,
    query: {
      siteId?: string | undefined;
      status?: AnnouncedMove['status'] | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<AnnouncedMove>> {
    const nowMs = this.clock();
    const conditions = [sql`m.tenant_id = ${tenantId}`];
    if (query.siteId !== undefined) conditions.push(sql`m.site_id = ${query.siteId}`);
    const having = [sql`true`];
    if (query.status !== undefined) having.push(sql`${statusSql(nowMs)} = ${query.status}`);
    if (query.cursor !== undefined) {
      const [atMs, moveId] = readCursor(query.cursor, 2);
      having.push(sql`(max(m.at_ms), m.move_id) < (${atMs}::bigint, ${moveId}::uuid)`);
    }
    return withTenant(this.db, tenantId, async (tx) => {
      const { rows } = await sql<{ move_id: string; at_ms: number }>`
        select m.move_id, max(m.at_ms) as at_ms from announced_move m
        where m.tenant_id = ${tenantId}
          and m.move_id in (select m.move_id from announced_move m where ${sql.join(conditions, sql` and `)})
        group by m.move_id having ${sql.join(having, sql` and `)}
        order by at_ms desc, m.move_id desc limit ${query.limit + 1}`.execute(tx);
      const ids = rows.map((row) => row.move_id);
      const found = await sidesOf(tx, tenantId, ...ids);
      const names = await namesOf(tx, tenantId, found);
      const sides = Map.groupBy(found, (side) => side.move_id);
      return pageOf(rows, query.limit, {
        item: (row) => toMove(sides.get(row.move_id) ?? [], names, nowMs),
        key: (row) => [row.at_ms, row.move_id],
      });
    });
  }

  /**
   * Books what a crash left unbooked, and asks for a count where the sensors have not shown a side in time.
   * May run on every replica.
   * @returns moves that nobody has seen in full
   */
  async settle(): Promise<number> {
    const nowMs = this.clock();
    const open = await this.db.selectFrom('announced_move').selectAll().where('closed_at_ms', 'is', null).execute();
    let incomplete = 0;
    for (const side of open) {
      if (!side.sensed) await this.#book(side.tenant_id, [side]);
      if (!side.sensed || side.at_ms > nowMs - MOVE_SEEN_WITHIN_MS) continue;
      incomplete += 1;
      const site = { tenantId: side.tenant_id, siteId: side.site_id };
      await withTenant(this.db, side.tenant_id, async (tx) => {
        const because = `of a move of ${Math.abs(side.quantity)}, its sensor has shown ${Math.abs(side.moved)}`;
        await openCountingTasks(tx, site, [{ binId: side.bin_id, reason: because }], nowMs);
        await closeSides(tx, site, [side], nowMs);
      });
    }
    return incomplete;
  }

  async #book(tenantId: string, sides: readonly SideRow[]): Promise<void> {
    for (const [siteId, ofSite] of Map.groupBy(sides, (side) => side.site_id)) {
      const site = { tenantId, siteId };
      const told = ofSite.filter((side) => !side.sensed && side.closed_at_ms === null);
      const shown = ofSite.filter((side) => side.sensed && side.closed_at_ms === null && side.moved === 0);
      const nowMs = this.clock();
      await this.ledger.tell(site, { outboxId: ofSite[0]?.move_id ?? '', said: told.map(toSaid) }, async (tx) => {
        for (const side of shown) {
          const seen = await reclassifyBooked(tx, site, toExpected(side), nowMs);
          await writeSeenMoves(tx, site, seen, nowMs);
        }
        await closeSides(tx, site, told, nowMs);
      });
      this.touched.touch(
        site,
        ofSite.map((side) => side.bin_id),
      );
    }
  }
}

async function writeSides(
  tx: Tx,
  tenantId: string,
  move: NewMove & { moveId: string; atMs: number },
  sides: readonly (MoveSide & { quantity: number })[],
): Promise<{ ok: true; sides: SideRow[] } | Extract<MoveResult, { ok: false }>> {
  const rows: Omit<SideRow, 'moved' | 'closed_at_ms'>[] = [];
  for (const { siteId, binId, quantity } of sides) {
    const bin = await tx
      .selectFrom('bin as b')
      .select('b.item_id')
      .select(
        sql<boolean>`exists (select from bin_sensor s where s.tenant_id = b.tenant_id and s.site_id = b.site_id
                             and s.bin_id = b.bin_id and s.kind <> 'button')`.as('sensed'),
      )
      .where('b.tenant_id', '=', tenantId)
      .where('b.site_id', '=', siteId)
      .where('b.bin_id', '=', binId)
      .executeTakeFirst();
    if (!bin) return { ok: false, because: 'no-such-bin' };
    const place = { site_id: siteId, bin_id: binId, item_id: bin.item_id, sensed: bin.sensed, quantity };
    const { moveId, kind, atMs, by, note = null } = move;
    rows.push({ move_id: moveId, kind, at_ms: atMs, by, note, ...place });
  }
  if (new Set(rows.map((row) => row.item_id)).size > 1) return { ok: false, because: 'other-item' };
  await tx
    .insertInto('announced_move')
    .values(rows.map((row) => ({ ...row, tenant_id: tenantId })))
    .onConflict((oc) => oc.doNothing())
    .execute();
  const known = await sidesOf(tx, tenantId, move.moveId);
  const same = (row: (typeof rows)[number]): boolean =>
    known.some((side) => side.bin_id === row.bin_id && side.site_id === row.site_id && side.quantity === row.quantity);
  if (known.length !== rows.length || !rows.every(same)) return { ok: false, because: 'other-move' };
  return { ok: true, sides: known };
}

async function sidesOf(tx: Tx, tenantId: string, ...moveIds: string[]): Promise<SideRow[]> {
  if (moveIds.length === 0) return [];
  return tx
    .selectFrom('announced_move')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('move_id', 'in', moveIds)
    .execute();
}

/** What a person's word says is all that can be seen of it. */
async function closeSides(tx: Tx, site: SiteAddress, sides: readonly SideRow[], nowMs: number): Promise<void> {
  for (const side of sides) {
    await tx
      .updateTable('announced_move')
      .set({ closed_at_ms: nowMs, ...(side.sensed ? {} : { moved: side.quantity }) })
      .where('tenant_id', '=', site.tenantId)
      .where('site_id', '=', site.siteId)
      .where('move_id', '=', side.move_id)
      .where('bin_id', '=', side.bin_id)
      .where('closed_at_ms', 'is', null)
      .execute();
  }
}

function toSaid(side: SideRow) {
  const { move_id: moveId, bin_id: binId, kind, quantity, by, at_ms: atMs } = side;
  // The side that leaves is the first reading of the move, the other the second, whichever is booked when.
  return { sequence: quantity < 0 ? 1 : 2, move: { moveId, binId, kind, quantity, by, atMs } };
}

function toExpected(side: SideRow) {
  const { move_id: moveId, bin_id: binId, item_id: itemId, kind, quantity, moved, at_ms: atMs } = side;
  return { moveId, binId, itemId, kind, quantity, moved, atMs };
}

function statusSql(nowMs: number) {
  const sought = sql`m.closed_at_ms is null and m.at_ms > ${nowMs - MOVE_SEEN_WITHIN_MS}`;
  return sql`case when bool_or(${sought}) then 'OPEN'
    when bool_and(abs(m.moved) >= abs(m.quantity) - 0.1 * abs(m.quantity)) then 'DONE' else 'INCOMPLETE' end`;
}

function statusOf(sides: readonly SideRow[], nowMs: number): AnnouncedMove['status'] {
  if (sides.some((side) => side.closed_at_ms === null && side.at_ms > nowMs - MOVE_SEEN_WITHIN_MS)) return 'OPEN';
  const seen = (side: SideRow): boolean =>
    Math.abs(side.moved) >= Math.abs(side.quantity) - toleranceOf(side.quantity, 0);
  return sides.every(seen) ? 'DONE' : 'INCOMPLETE';
}

function toMove(sides: readonly SideRow[], names: (side: SideRow) => Names, nowMs: number): AnnouncedMove {
  const [any] = sides;
  if (!any) throw new RangeError('a move has at least one side');
  const sideOf = (side: SideRow | undefined): AnnouncedMove['from'] =>
    side
      ? { siteId: side.site_id, binId: side.bin_id, binName: names(side).binName, moved: Math.abs(side.moved) }
      : null;
  const { itemName, unit } = names(any);
  return {
    moveId: any.move_id,
    kind: any.kind,
    quantity: Math.abs(any.quantity),
    from: sideOf(sides.find((side) => side.quantity < 0)),
    to: sideOf(sides.find((side) => side.quantity > 0)),
    itemId: any.item_id,
    itemName,
    unit,
    status: statusOf(sides, nowMs),
    atMs: any.at_ms,
    by: any.by,
    note: any.note,
  };
}
