import { Inject, Injectable } from '@nestjs/common';
import type { Reservation } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { HANDOUT_SETTLES_MS, SAID_LOOKED_BACK_MS } from '../stock/demand.ts';
import { poolsOf } from '../stock/pools.ts';
import type { SiteAddress } from '../stock/site-memory.ts';
import { namesOf, type Names } from './names.ts';

export interface NewReservation {
  quantity: number;
  reference: string;
  neededAtMs?: number | undefined;
  expiresAtMs?: number | undefined;
}

interface Row {
  reservation_id: string;
  site_id: string;
  bin_id: string;
  item_id: string;
  reference: string;
  quantity: number;
  fulfilled_quantity: number;
  needed_at_ms: number | null;
  expires_at_ms: number | null;
  status: Reservation['status'];
  created_at_ms: number;
  created_by: string;
}

/**
 * Demand that is known beforehand. The position of a bin counts what is open of it (../stock/demand.ts), so that a policy
 * orders for it. Handing goods out and saying so are two things: what was taken lately and not said counts once all the same.
 */
@Injectable()
export class Reservations {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
  ) {}

  /**
   * The same reference again sets quantity and times anew, so that an ERP may repeat itself.
   * @returns undefined if there is no such bin
   */
  async reserve(
    tenantId: string,
    at: { siteId: string; binId: string },
    wanted: NewReservation,
    by: string,
  ): Promise<Reservation | undefined> {
    const site = { tenantId, siteId: at.siteId };
    const row = await withTenant(this.db, tenantId, async (tx) => {
      const bin = await primaryBin(tx, site, at.binId);
      if (!bin) return undefined;
      const times = { needed_at_ms: wanted.neededAtMs ?? null, expires_at_ms: wanted.expiresAtMs ?? null };
      const created = { created_at_ms: this.clock(), created_by: by, reference: wanted.reference };
      return tx
        .insertInto('reservation')
        .values({ tenant_id: tenantId, site_id: at.siteId, ...bin, ...created, ...times, quantity: wanted.quantity })
        .onConflict((oc) =>
          oc
            .columns(['tenant_id', 'site_id', 'bin_id', 'item_id', 'reference'])
            // Written out: of a parameter, a plan that is kept cannot know that it is the index's own condition.
            .where('status', '=', sql.lit('OPEN'))
            .doUpdateSet((eb) => ({
              // What was handed out already cannot be taken back by reserving less.
              quantity: eb.fn<number>('greatest', [eb.val(wanted.quantity), 'reservation.fulfilled_quantity']),
              ...times,
            })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
    });
    return row && this.#changed(tenantId, row);
  }

  /** More than is open of it fulfils it too. @returns undefined if it is not open (any more) */
  async fulfil(tenantId: string, reservationId: string, quantity: number, by: string) {
    return this.#close(
      tenantId,
      reservationId,
      sql`
      fulfilled_quantity = least(quantity, fulfilled_quantity + ${quantity}),
      status = case when fulfilled_quantity + ${quantity} >= quantity then 'FULFILLED' else status end,
      closed_at_ms = case when fulfilled_quantity + ${quantity} >= quantity then ${this.clock()}::bigint end,
      closed_by = case when fulfilled_quantity + ${quantity} >= quantity then ${by} end`,
      quantity,
    );
  }

  /** @returns undefined if it is not open (any more) */
  async release(tenantId: string, reservationId: string, by: string) {
    return this.#close(
      tenantId,
      reservationId,
      sql`status = 'RELEASED', closed_at_ms = ${this.clock()}::bigint, closed_by = ${by}`,
    );
  }

  /** The newest first. @throws ShelfwireError CURSOR_INVALID */
  async list(
    tenantId: string,
    query: {
      siteId?: string | undefined;
      binId?: string | undefined;
      status?: Reservation['status'] | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<Reservation>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = tx.selectFrom('reservation').selectAll().where('tenant_id', '=', tenantId);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.binId !== undefined) select = select.where('bin_id', '=', query.binId);
      if (query.status !== undefined) select = select.where('status', '=', query.status);
      if (query.cursor !== undefined) {
        const [createdAtMs, id] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(created_at_ms, reservation_id) < (${createdAtMs}::bigint, ${id}::uuid)`);
      }
      const rows = await select
        .orderBy('created_at_ms', 'desc')
        .orderBy('reservation_id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const names = await namesOf(tx, tenantId, rows);
      return pageOf(rows, query.limit, {
        item: (row) => toReservation(row, names(row)),
        key: (row) => [row.created_at_ms, row.reservation_id],
      });
    });
  }

  /** What has expired counts no more since; this says so on it, and lets it be decided about. */
  async expire(): Promise<number> {
    const nowMs = this.clock();
    const rows = await this.db
      .updateTable('reservation')
      .set({ status: 'EXPIRED', closed_at_ms: nowMs, closed_by: 'time' })
      .where('status', '=', 'OPEN')
      .where('expires_at_ms', '<=', nowMs)
      .returning(['tenant_id', 'site_id', 'bin_id'])
      .execute();
    await this.db
      .deleteFrom('reservation_handout')
      .where('at_ms', '<', nowMs - SAID_LOOKED_BACK_MS)
      .execute();
    for (const row of [...rows, ...(await this.#settled(nowMs))]) {
      this.touched.touch({ tenantId: row.tenant_id, siteId: row.site_id }, [row.bin_id]);
    }
    return rows.length;
  }

  /** Where something was taken beside an open reservation lately: it may have been something else, and counts then. */
  async #settled(nowMs: number): Promise<{ tenant_id: string; site_id: string; bin_id: string }[]> {
    const { rows } = await sql<{ tenant_id: string; site_id: string; bin_id: string }>`
      select distinct r.tenant_id, r.site_id, r.bin_id from reservation r
      join bin b on b.tenant_id = r.tenant_id and b.site_id = r.site_id and r.bin_id = coalesce(b.primary_bin_id, b.bin_id)
      join stock_movement m on m.tenant_id = b.tenant_id and m.site_id = b.site_id and m.bin_id = b.bin_id
        and m.kind = 'CONSUMPTION' and m.at_ms > ${nowMs - 4 * HANDOUT_SETTLES_MS}
      where r.status = 'OPEN'`.execute(this.db);
    return rows;
  }

  async #close(tenantId: string, reservationId: string, set: ReturnType<typeof sql>, handedOut = 0) {
    const row = await withTenant(this.db, tenantId, async (tx) => {
      const { rows } = await sql<Row>`
        update reservation set ${set}
        where tenant_id = ${tenantId} and reservation_id = ${reservationId} and status = 'OPEN' returning *`.execute(
        tx,
      );
      const [changed] = rows;
      if (changed && handedOut > 0) await this.#noteHandout(tx, tenantId, changed, handedOut);
      return changed;
    });
    return row && this.#changed(tenantId, row);
  }

  async #noteHandout(tx: Tx, tenantId: string, { site_id, bin_id, item_id }: Row, quantity: number): Promise<void> {
    await tx
      .insertInto('reservation_handout')
      .values({ tenant_id: tenantId, site_id, bin_id, item_id, quantity, at_ms: this.clock() })
      .execute();
  }

  async #changed(tenantId: string, row: Row): Promise<Reservation> {
    this.touched.touch({ tenantId, siteId: row.site_id }, [row.bin_id]);
    const names = await withTenant(this.db, tenantId, (tx) => namesOf(tx, tenantId, [row]));
    return toReservation(row, names(row));
  }
}

async function primaryBin(tx: Tx, site: SiteAddress, binId: string) {
  const [primary] = (await poolsOf(tx, site, [binId])).primaries;
  return tx
    .selectFrom('bin')
    .select(['bin_id', 'item_id'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('bin_id', '=', primary ?? binId)
    .executeTakeFirst();
}

function toReservation(row: Row, { binName, itemName, unit }: Names): Reservation {
  return {
    reservationId: row.reservation_id,
    siteId: row.site_id,
    binId: row.bin_id,
    binName,
    itemId: row.item_id,
    itemName,
    unit,
    reference: row.reference,
    quantity: row.quantity,
    fulfilledQuantity: row.fulfilled_quantity,
    neededAtMs: row.needed_at_ms,
    expiresAtMs: row.expires_at_ms,
    status: row.status,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
  };
}
