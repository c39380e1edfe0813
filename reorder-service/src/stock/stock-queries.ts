import { Inject, Injectable } from '@nestjs/common';
import type { ReadingQuality, StockStatus } from '@shelfwire/contract';
import type { Movement, StockItem } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';
import { splitDemand } from './demand.ts';

export interface StockListQuery {
  siteId?: string | undefined;
  status?: StockStatus | undefined;
  /** Part of the bin's or item's name, id or SKU, in any case. */
  search?: string | undefined;
  /** Only this one bin, of the site given. */
  binId?: string | undefined;
  /** The item's GTIN; leading zeros do not count. */
  gtin?: string | undefined;
  /** Only bins whose item this supplier sells. */
  supplierId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface MovementListQuery {
  siteId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

interface StockRow {
  bin_id: string;
  bin_name: string;
  location_name: string;
  site_id: string;
  item_id: string;
  sku: string;
  item_name: string;
  unit: string;
  capacity: number | null;
  on_hand: number | null;
  uncertainty: number | null;
  status: StockStatus | null;
  observed_at_ms: number | null;
  last_reading_at_ms: number | null;
  quality: ReadingQuality | null;
  decision: string | null;
  because: string | null;
  parameters: { reorderPoint?: number; orderUpTo?: number } | null;
  on_order: number;
  open_order_id: string | null;
  consignment: boolean;
  primary_bin_id: string | null;
  disagreeing_since_ms: number | null;
  demand: number;
}

interface MovementRow {
  movement_id: number;
  site_id: string;
  bin_id: string;
  kind: Movement['kind'];
  change: number;
  on_hand_after: number;
  at_ms: number;
  recorded_at_ms: number;
  evidence: Record<string, unknown>;
}

/** What people see of the stock. Reads only; every answer is one statement inside the tenant's row level security. */
@Injectable()
export class StockQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Bins in the order of site and bin id. @throws ShelfwireError CURSOR_INVALID */
  async list(tenantId: string, query: StockListQuery): Promise<Page<StockItem>> {
    const conditions = [sql`b.tenant_id = ${tenantId}`];
    if (query.siteId !== undefined) conditions.push(sql`b.site_id = ${query.siteId}`);
    if (query.status !== undefined) conditions.push(sql`coalesce(l.status, 'UNKNOWN') = ${query.status}`);
    if (query.binId !== undefined) conditions.push(sql`b.bin_id = ${query.binId}`);
    if (query.gtin !== undefined) conditions.push(sql`ltrim(i.gtin, '0') = ltrim(${query.gtin}, '0')`);
    if (query.search) conditions.push(matches(query.search));
    if (query.supplierId !== undefined) {
      conditions.push(sql`exists (select from supplier_item si where si.tenant_id = b.tenant_id
                                  and si.item_id = b.item_id and si.supplier_id = ${query.supplierId})`);
    }
    if (query.cursor !== undefined) {
      const [siteId, binId] = readCursor(query.cursor, 2);
      conditions.push(sql`(b.site_id, b.bin_id) > (${siteId}, ${binId})`);
    }
    const select = stockRows(conditions, query.limit + 1, query.supplierId);
    const { rows } = await withTenant(this.db, tenantId, (tx) => select.execute(tx));
    return pageOf(rows, query.limit, { item: toStockItem, key: (row) => [row.site_id, row.bin_id] });
  }

  /** The ledger of one bin, or of the bins of this id at all sites, newest first. @throws ShelfwireError CURSOR_INVALID */
  async movements(tenantId: string, binId: string, query: MovementListQuery): Promise<Page<Movement>> {
    const rows = await withTenant(this.db, tenantId, (tx) => {
      let select = tx.selectFrom('stock_movement').selectAll().where('tenant_id', '=', tenantId);
      select = select.where('bin_id', '=', binId);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.cursor !== undefined) {
        const [atMs, movementId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(at_ms, movement_id) < (${atMs}::bigint, ${movementId}::bigint)`);
      }
      return select
        .orderBy('at_ms', 'desc')
        .orderBy('movement_id', 'desc')
        .limit(query.limit + 1)
        .execute();
    });
    return pageOf(rows, query.limit, { item: toMovement, key: (row) => [row.at_ms, row.movement_id] });
  }
}

function matches(search: string): RawBuilder<unknown> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(b.bin_id ilike ${pattern} or b.name ilike ${pattern} or i.name ilike ${pattern} or i.sku ilike ${pattern})`;
}

function stockRows(
  conditions: RawBuilder<unknown>[],
  limit: number,
  supplierId: string | undefined,
): RawBuilder<StockRow> {
  // What is on order from others counts for a supplier too, but it is not led to their orders.
  return sql<StockRow>`
    select b.bin_id, b.name as bin_name, loc.name as location_name, b.site_id, b.capacity,
           i.item_id, i.sku, i.name as item_name, i.unit,
           l.on_hand, l.uncertainty, l.status, l.observed_at_ms,
           s.last_reading_at_ms, s.quality,
           il.decision, il.because, p.parameters,
           coalesce(o.on_order, 0)::bigint as on_order, o.open_order_id,
           b.consignment, b.primary_bin_id, l.disagreeing_since_ms, coalesce(r.demand, 0)::bigint as demand
    from bin b
    join item i using (tenant_id, item_id)
    join storage_location loc using (tenant_id, site_id, location_id)
    left join stock_level l using (tenant_id, site_id, bin_id)
    left join sensor_state s using (tenant_id, site_id, bin_id)
    left join item_location il using (tenant_id, site_id, bin_id)
    left join policy p on p.tenant_id = b.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    left join lateral (
      -- As remainingOf (../orders/open-lines.ts) counts: what a scale saw and nobody has confirmed is on hand, not on order.
      select sum(greatest(0, pl.ordered_quantity - pl.cancelled_quantity - pl.received_quantity - pl.proposed_quantity)
               + pl.awaiting_put_away_quantity) as on_order,
             (array_agg(pl.order_id order by pl.order_id) filter (where ${supplierId ?? null}::text is null or exists (
                select from purchase_order po where po.order_id = pl.order_id
                  and po.supplier_id = ${supplierId ?? null})))[1] as open_order_id
      from purchase_order_line pl
      where pl.open and pl.tenant_id = b.tenant_id and pl.site_id = b.site_id
        and pl.bin_id = b.bin_id and pl.item_id = b.item_id) o on true
    left join lateral (
      select sum(re.quantity - re.fulfilled_quantity) as demand from reservation re
      where re.status = 'OPEN' and re.tenant_id = b.tenant_id and re.site_id = b.site_id
        and re.bin_id = b.bin_id and re.item_id = b.item_id
        and (re.expires_at_ms is null or re.expires_at_ms > ${Date.now()})) r on true
    where ${sql.join(conditions, sql` and `)}
    order by b.site_id, b.bin_id
    limit ${limit}`;
}

function toStockItem(row: StockRow): StockItem {
  const onHand = row.on_hand ?? 0;
  return {
    binId: row.bin_id,
    binName: row.bin_name,
    locationName: row.location_name,
    siteId: row.site_id,
    item: { itemId: row.item_id, sku: row.sku, name: row.item_name, unit: row.unit },
    status: row.status ?? 'UNKNOWN',
    onHand: row.on_hand,
    uncertainty: row.uncertainty,
    observedAtMs: row.observed_at_ms,
    lastReadingAtMs: row.last_reading_at_ms,
    sensorQuality: row.quality,
    position: {
      onHand,
      onOrder: row.on_order,
      ...splitDemand(row.demand, onHand),
      inventoryPosition: onHand + row.on_order - row.demand,
    },
    reorderPoint: row.parameters?.reorderPoint ?? null,
    orderUpTo: row.parameters?.orderUpTo ?? null,
    capacity: row.capacity,
    heldBecause: row.decision === 'HELD' ? row.because : null,
    openOrderId: row.open_order_id,
    consignment: row.consignment,
    primaryBinId: row.primary_bin_id,
    disagreeingSinceMs: row.disagreeing_since_ms,
  };
}

function toMovement(row: MovementRow): Movement {
  return {
    movementId: String(row.movement_id),
    siteId: row.site_id,
    binId: row.bin_id,
    kind: row.kind,
    change: row.change,
    onHandAfter: row.on_hand_after,
    atMs: row.at_ms,
    recordedAtMs: row.recorded_at_ms,
    evidence: row.evidence,
  };
}
