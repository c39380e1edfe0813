import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { csvLine } from './csv.ts';

const ROWS_AT_ONCE = 1_000;

export interface ExportRange {
  siteId: string | undefined;
  fromMs: number;
  toMs: number;
}

type Cells = Record<string, string | number | boolean | null>;

/**
 * Stock, movements and orders as CSV, page by page: no list is ever whole in memory, and no transaction stays open while
 * somebody downloads slowly. A page begins behind the last row of the one before, by what never changes of a row: whatever
 * happens meanwhile, what was there at the beginning comes once. Each page is read as the tenant (row level security).
 */
@Injectable()
export class Exports {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  stock(tenantId: string, siteId: string | undefined): AsyncGenerator<string> {
    const columns = [
      'siteId',
      'locationId',
      'binId',
      'itemId',
      'sku',
      'name',
      'unit',
      'onHand',
      'status',
      'observedAt',
    ];
    return this.#lines(
      tenantId,
      { columns, before: '/' },
      (after) => sql`
        select b.site_id as "siteId", b.location_id as "locationId", b.bin_id as "binId", b.item_id as "itemId", i.sku,
               i.name, i.unit, l.on_hand as "onHand", l.status, ${iso(sql`l.observed_at_ms`)} as "observedAt",
               b.site_id || '/' || b.bin_id as place
        from bin b join item i on i.tenant_id = b.tenant_id and i.item_id = b.item_id
        left join stock_level l on l.tenant_id = b.tenant_id and l.site_id = b.site_id and l.bin_id = b.bin_id
        where b.tenant_id = ${tenantId} and (${siteId ?? null}::text is null or b.site_id = ${siteId ?? null})
          and (b.site_id, b.bin_id) > (split_part(${after}::text, '/', 1), split_part(${after}::text, '/', 2))
        order by b.site_id, b.bin_id limit ${ROWS_AT_ONCE}`,
    );
  }

  movements(tenantId: string, { siteId, fromMs, toMs }: ExportRange): AsyncGenerator<string> {
    const columns = ['movementId', 'at', 'siteId', 'binId', 'itemId', 'kind', 'change', 'onHandAfter', 'recordedAt'];
    return this.#lines(
      tenantId,
      { columns, before: '0' },
      (after) => sql`
        select movement_id as "movementId", ${iso(sql`at_ms`)} as at, site_id as "siteId", bin_id as "binId",
               item_id as "itemId", kind, change, on_hand_after as "onHandAfter", ${iso(sql`recorded_at_ms`)} as "recordedAt",
               movement_id::text as place
        from stock_movement
        where tenant_id = ${tenantId} and (${siteId ?? null}::text is null or site_id = ${siteId ?? null})
          and at_ms >= ${fromMs} and at_ms < ${toMs} and movement_id > ${after}::bigint
        order by movement_id limit ${ROWS_AT_ONCE}`,
    );
  }

  orders(tenantId: string, { siteId, fromMs, toMs }: ExportRange): AsyncGenerator<string> {
    const columns = [
      'orderNumber',
      'orderId',
      'line',
      'siteId',
      'binId',
      'itemId',
      'supplierId',
      'status',
      'createdAt',
      'sentAt',
      'dueAt',
      'orderedQuantity',
      'confirmedQuantity',
      'shippedQuantity',
      'receivedQuantity',
      'cancelledQuantity',
      'orderUnit',
      'stockUnitsPerOrderUnit',
      'unitPriceCents',
      'sentence',
    ];
    return this.#lines(
      tenantId,
      { columns, before: '0/00000000-0000-0000-0000-000000000000/0' },
      (after) => sql`
        select o.order_number as "orderNumber", o.order_id as "orderId", l.line_number as line, o.site_id as "siteId",
               l.bin_id as "binId", l.item_id as "itemId", o.supplier_id as "supplierId", o.status,
               ${iso(sql`o.created_at_ms`)} as "createdAt", ${iso(sql`o.sent_at_ms`)} as "sentAt",
               ${iso(sql`o.due_at_ms`)} as "dueAt", l.ordered_quantity as "orderedQuantity",
               l.confirmed_quantity as "confirmedQuantity", l.shipped_quantity as "shippedQuantity",
               l.received_quantity as "receivedQuantity", l.cancelled_quantity as "cancelledQuantity",
               l.order_unit as "orderUnit", l.stock_units_per_order_unit as "stockUnitsPerOrderUnit",
               l.exact_unit_price_cents as "unitPriceCents", o.sentence,
               concat_ws('/', o.created_at_ms, o.order_id, l.line_number) as place
        from purchase_order o join purchase_order_line l on l.order_id = o.order_id
        where o.tenant_id = ${tenantId} and (${siteId ?? null}::text is null or o.site_id = ${siteId ?? null})
          and o.created_at_ms >= ${fromMs} and o.created_at_ms < ${toMs}
          and (o.created_at_ms, o.order_id, l.line_number)
            > (split_part(${after}::text, '/', 1)::bigint, split_part(${after}::text, '/', 2)::uuid,
               split_part(${after}::text, '/', 3)::int)
        order by o.created_at_ms, o.order_id, l.line_number limit ${ROWS_AT_ONCE}`,
    );
  }

  async *#lines(
    tenantId: string,
    { columns, before }: { columns: readonly string[]; before: string },
    pageAfter: (place: string) => RawBuilder<unknown>,
  ): AsyncGenerator<string> {
    yield csvLine(columns);
    let after = before;
    for (;;) {
      const page: (Cells & { place: string })[] = await this.#page(tenantId, pageAfter(after));
      yield page.map((row) => csvLine(columns.map((column) => row[column] ?? null))).join('');
      if (page.length < ROWS_AT_ONCE) return;
      after = page.at(-1)?.place ?? after;
    }
  }

  async #page(tenantId: string, select: RawBuilder<unknown>): Promise<(Cells & { place: string })[]> {
    const { rows } = await withTenant(this.db, tenantId, (tx) => select.execute(tx));
    return rows as (Cells & { place: string })[];
  }
}

function iso(column: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql`to_char(to_timestamp(${column} / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}
