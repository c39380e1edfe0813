import { Inject, Injectable } from '@nestjs/common';
import type { ConsignmentConsumption } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';

interface Row {
  site_id: string;
  bin_id: string;
  item_id: string;
  item_name: string;
  unit: string;
  supplier_id: string | null;
  supplier_name: string | null;
  part_number: string | null;
  pack_quantity: number | null;
  unit_price_cents: number | null;
  quantity: number;
}

/**
 * Stock that is the supplier's until it is taken. What was taken is a sum over the ledger, never a counter: late readings
 * and what was put back are in it, whenever it is asked.
 */
@Injectable()
export class Consignment {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** One line a bin and item, of `[fromMs, toMs)`. @throws ShelfwireError CURSOR_INVALID */
  async consumption(
    tenantId: string,
    query: {
      siteId?: string | undefined;
      supplierId?: string | undefined;
      fromMs: number;
      toMs: number;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<ConsignmentConsumption>> {
    const { fromMs, toMs } = query;
    const where = [
      sql`m.tenant_id = ${tenantId}`,
      sql`b.consignment`,
      sql`m.at_ms >= ${fromMs}`,
      sql`m.at_ms < ${toMs}`,
    ];
    if (query.siteId !== undefined) where.push(sql`m.site_id = ${query.siteId}`);
    if (query.supplierId !== undefined) where.push(sql`s.supplier_id = ${query.supplierId}`);
    if (query.cursor !== undefined) {
      const [siteId, binId, itemId] = readCursor(query.cursor, 3);
      where.push(sql`(m.site_id, m.bin_id, m.item_id) > (${siteId}, ${binId}, ${itemId})`);
    }
    // Announced returns to the supplier were never consumed; what a person or the scale says came back was not either.
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<Row>`
        select m.site_id, m.bin_id, m.item_id, i.name as item_name, i.unit, s.supplier_id, s.name as supplier_name,
               s.part_number, s.pack_quantity, s.unit_price_cents, -sum(m.change)::bigint as quantity
        from stock_movement m
        join bin b on b.tenant_id = m.tenant_id and b.site_id = m.site_id and b.bin_id = m.bin_id
        join item i on i.tenant_id = m.tenant_id and i.item_id = m.item_id
        left join lateral (
          select si.supplier_id, su.name, si.part_number, si.pack_quantity,
                 (si.price_breaks->0->>'unitPriceCents')::double precision as unit_price_cents
          from supplier_item si join supplier su using (tenant_id, supplier_id)
          where si.tenant_id = m.tenant_id and si.item_id = m.item_id
          order by si.preference, si.supplier_id limit 1) s on true
        where ${sql.join(where, sql` and `)}
          and (m.kind = 'CONSUMPTION' or m.kind = 'RETURN' and (m.change > 0 or m.evidence->>'moveId' is null))
        group by m.site_id, m.bin_id, m.item_id, i.name, i.unit, s.supplier_id, s.name, s.part_number, s.pack_quantity,
                 s.unit_price_cents
        having sum(m.change) <> 0
        order by m.site_id, m.bin_id, m.item_id
        limit ${query.limit + 1}`.execute(tx),
    );
    return pageOf(rows, query.limit, {
      item: (row) => toLine(row, fromMs, toMs),
      key: (row) => [row.site_id, row.bin_id, row.item_id],
    });
  }
}

function toLine(row: Row, fromMs: number, toMs: number): ConsignmentConsumption {
  const { unit_price_cents: price, pack_quantity: pack, quantity } = row;
  return {
    siteId: row.site_id,
    binId: row.bin_id,
    itemId: row.item_id,
    itemName: row.item_name,
    unit: row.unit,
    supplierId: row.supplier_id,
    supplierName: row.supplier_name,
    partNumber: row.part_number,
    quantity,
    fromMs,
    toMs,
    amountCents: price === null || pack === null ? null : Math.round((price * quantity) / pack),
  };
}
