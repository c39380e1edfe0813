import { Inject, Injectable } from '@nestjs/common';
import type { KpiStep, Kpis } from '@shelfwire/contract/api';
import { sql, type RawBuilder } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';

const DAY_MS = 86_400_000;

export interface KpiQuery {
  siteId?: string | undefined;
  fromMs: number;
  toMs: number;
  deadAfterDays: number;
}

interface ShelfRow {
  wanted: number;
  taken: number;
  stocked_ms: number;
  empty_ms: number;
  stockouts: number;
}

interface StockRow {
  on_hand: number;
  on_hand_cents: number;
  taken: number;
  taken_cents: number;
  unpriced: number;
  dead_bins: number;
  dead_units: number;
  dead_cents: number;
  excess_bins: number;
  excess_units: number;
  excess_cents: number;
  accuracy: number | null;
  sensors: number;
  sensors_well: number;
}

interface OrderRow {
  cycle_ms: number | null;
  perfect: number | null;
  closed: number;
}

/** Figures from the ledger and the orders, as they are defined on the Grafana dashboard too. Reads only. */
@Injectable()
export class KpiQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async of(tenantId: string, query: KpiQuery): Promise<Kpis> {
    return withTenant(this.db, tenantId, async (tx) => {
      const shelves = await shelfRow(tx, tenantId, query);
      const stock = await stockRow(tx, tenantId, query);
      const orders = await orderRow(tx, tenantId, query);
      return toKpis(query, shelves, stock, orders);
    });
  }

  /** The same time in equal parts, the oldest first. */
  async trend(tenantId: string, query: Omit<KpiQuery, 'deadAfterDays'>, steps: number): Promise<KpiStep[]> {
    const { siteId, fromMs, toMs } = query;
    const edge = (index: number): number => Math.round(fromMs + ((toMs - fromMs) * index) / steps);
    return withTenant(this.db, tenantId, async (tx) => {
      const parts: KpiStep[] = [];
      for (let index = 0; index < steps; index += 1) {
        const range = { fromMs: edge(index), toMs: edge(index + 1) };
        const part = { siteId, ...range, deadAfterDays: 1 };
        parts.push(toStep(range, await shelfRow(tx, tenantId, part), await orderRow(tx, tenantId, part)));
      }
      return parts;
    });
  }
}

/** One part of a time: only figures that are of that time, since the stock is known as it is now. */
function toStep(range: { fromMs: number; toMs: number }, shelves: ShelfRow, orders: OrderRow): KpiStep {
  return {
    ...range,
    unitFillRate: ratio(shelves.taken, shelves.wanted),
    availability: ratio(shelves.stocked_ms, shelves.stocked_ms + shelves.empty_ms),
    stockoutDays: shelves.empty_ms / DAY_MS,
    unitsTaken: Math.max(0, shelves.taken),
    ordersClosed: orders.closed,
    perfectOrders: orders.perfect,
    orderCycleDays: orders.cycle_ms === null ? null : orders.cycle_ms / DAY_MS,
  };
}

function toKpis(query: KpiQuery, shelves: ShelfRow, stock: StockRow, orders: OrderRow): Kpis {
  const { fromMs, toMs, deadAfterDays } = query;
  const days = Math.max(1, toMs - fromMs) / DAY_MS;
  // By value, unless a price is missing: then by units, which says less where items differ much.
  const byValue = stock.unpriced === 0 && stock.on_hand_cents > 0;
  const [there, taken] = byValue ? [stock.on_hand_cents, stock.taken_cents] : [stock.on_hand, stock.taken];
  const perDay = taken / days;
  return {
    fromMs,
    toMs,
    unitFillRate: ratio(shelves.taken, shelves.wanted),
    availability: ratio(shelves.stocked_ms, shelves.stocked_ms + shelves.empty_ms),
    stockoutDays: shelves.empty_ms / DAY_MS,
    stockouts: shelves.stockouts,
    inventoryValueCents: Math.round(stock.on_hand_cents),
    daysOfSupply: perDay > 0 ? there / perDay : null,
    turns: there > 0 ? (perDay * 365) / there : null,
    inventoryAccuracy: stock.accuracy,
    orderCycleDays: orders.cycle_ms === null ? null : orders.cycle_ms / DAY_MS,
    perfectOrders: orders.perfect,
    ordersClosed: orders.closed,
    deadStock: {
      afterDays: deadAfterDays,
      bins: stock.dead_bins,
      units: stock.dead_units,
      valueCents: Math.round(stock.dead_cents),
    },
    excessStock: { bins: stock.excess_bins, units: stock.excess_units, valueCents: Math.round(stock.excess_cents) },
    sensorUptime: ratio(stock.sensors_well, stock.sensors),
    binsWithoutPrice: stock.unpriced,
  };
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

const atSite = (alias: string, siteId: string | undefined): RawBuilder<unknown> =>
  siteId === undefined ? sql`true` : sql`${sql.ref(`${alias}.site_id`)} = ${siteId}`;

/**
 * How long each level held within the time: the level before the first movement is what that movement left less its
 * change, and a bin that is new has none; a bin without movements holds all the time what its last one before
 * left, or its level if it never had any, and does not count before its first.
 */
async function shelfRow(tx: Tx, tenantId: string, { siteId, fromMs, toMs }: KpiQuery): Promise<ShelfRow> {
  const { rows } = await sql<ShelfRow>`
    with move as (
      select site_id, bin_id, at_ms, kind, change, on_hand_after, on_hand_after - change as before,
        row_number() over bin_time as place, lead(at_ms, 1, ${toMs}::bigint) over bin_time as until_ms
      from stock_movement m
      where tenant_id = ${tenantId} and ${atSite('m', siteId)} and at_ms >= ${fromMs} and at_ms < ${toMs}
      window bin_time as (partition by site_id, bin_id order by at_ms, movement_id)
    ), held as (
      select site_id, bin_id, before as on_hand, at_ms - ${fromMs}::bigint as ms, 0 as taken, 0 as emptied from move
      where place = 1 and exists (
        select from stock_movement e where e.tenant_id = ${tenantId} and e.site_id = move.site_id
          and e.bin_id = move.bin_id and e.at_ms < ${fromMs})
      union all
      select site_id, bin_id, on_hand_after, until_ms - at_ms, case when kind = 'CONSUMPTION' then -change else 0 end,
        (on_hand_after <= 0 and before > 0)::int
      from move
      union all
      select l.site_id, l.bin_id, coalesce(earlier.on_hand_after, l.on_hand), ${toMs}::bigint - ${fromMs}::bigint, 0, 0
      from stock_level l
      left join lateral (
        select e.on_hand_after from stock_movement e
        where e.tenant_id = l.tenant_id and e.site_id = l.site_id and e.bin_id = l.bin_id and e.at_ms < ${fromMs}
        order by e.at_ms desc, e.movement_id desc limit 1) earlier on true
      where l.tenant_id = ${tenantId} and ${atSite('l', siteId)}
        and not exists (select from move m where m.site_id = l.site_id and m.bin_id = l.bin_id)
        and (earlier.on_hand_after is not null or not exists (
          select from stock_movement e
          where e.tenant_id = l.tenant_id and e.site_id = l.site_id and e.bin_id = l.bin_id))
    ), bin as (
      select sum(taken) as taken, sum(emptied) as emptied, coalesce(sum(ms) filter (where on_hand > 0), 0) as stocked_ms,
        coalesce(sum(ms) filter (where on_hand <= 0), 0) as empty_ms
      from held group by site_id, bin_id
    )
    select coalesce(sum(taken), 0)::double precision as taken,
      coalesce(sum(taken + case when stocked_ms > 0 then taken * empty_ms / stocked_ms else 0 end), 0)::double precision as wanted,
      coalesce(sum(stocked_ms), 0)::double precision as stocked_ms,
      coalesce(sum(empty_ms), 0)::double precision as empty_ms, coalesce(sum(emptied), 0)::int as stockouts
    from bin`.execute(tx);
  return rows[0] ?? { wanted: 0, taken: 0, stocked_ms: 0, empty_ms: 0, stockouts: 0 };
}

async function stockRow(tx: Tx, tenantId: string, query: KpiQuery): Promise<StockRow> {
  const { siteId, fromMs, toMs, deadAfterDays } = query;
  const deadSinceMs = toMs - deadAfterDays * DAY_MS;
  // What a bin held when it was first measured is neither moved nor corrected.
  const isMove = sql`(m.kind <> 'ADJUSTMENT' or m.evidence->>'cause' is distinct from 'first')`;
  const { rows } = await sql<StockRow>`
    with bin_stock as (
      select b.site_id, b.bin_id, greatest(coalesce(l.on_hand, 0), 0) as on_hand, price.cents,
        coalesce(u.taken, 0) as taken, coalesce(u.moved, 0) as moved, coalesce(u.corrected, 0) as corrected,
        coalesce(u.first_ms, ${toMs}) as first_ms, u.last_taken_ms,
        greatest(0, coalesce(l.on_hand, 0) - ((p.parameters->>'orderUpTo')::bigint + coalesce(price.pack, 1))) as excess,
        bs.stale_ms, s.quality, s.last_reading_at_ms
      from bin b
      left join stock_level l using (tenant_id, site_id, bin_id)
      left join item_location il using (tenant_id, site_id, bin_id)
      left join sensor_state s using (tenant_id, site_id, bin_id)
      left join policy p on p.tenant_id = b.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
      left join lateral (
        select max(coalesce(x.stale_after_ms, case when x.kind in ('weight', 'level', 'count') then 900000 else ${Number.MAX_SAFE_INTEGER}::bigint end)) as stale_ms
        from bin_sensor x where x.tenant_id = b.tenant_id and x.site_id = b.site_id and x.bin_id = b.bin_id) bs on true
      left join lateral (
        select (si.price_breaks->0->>'unitPriceCents')::double precision / si.pack_quantity as cents, si.pack_quantity as pack
        from supplier_item si where si.tenant_id = b.tenant_id and si.item_id = b.item_id
        order by si.preference, si.supplier_id limit 1) price on true
      left join lateral (
        select sum(-m.change) filter (where m.kind = 'CONSUMPTION' and m.at_ms >= ${fromMs}) as taken,
          sum(abs(m.change)) filter (where ${isMove} and m.at_ms >= ${fromMs}) as moved,
          sum(abs(m.change)) filter (where m.kind in ('ADJUSTMENT', 'UNEXPLAINED') and ${isMove} and m.at_ms >= ${fromMs}) as corrected,
          min(m.at_ms) as first_ms, max(m.at_ms) filter (where m.kind = 'CONSUMPTION') as last_taken_ms
        from stock_movement m
        where m.tenant_id = b.tenant_id and m.site_id = b.site_id and m.bin_id = b.bin_id and m.at_ms < ${toMs}) u on true
      where b.tenant_id = ${tenantId} and ${atSite('b', siteId)}
    ), judged as (
      select *, on_hand > 0 and first_ms <= ${deadSinceMs} and coalesce(last_taken_ms, 0) <= ${deadSinceMs} as dead
      from bin_stock
    )
    select coalesce(sum(on_hand), 0)::double precision as on_hand,
      coalesce(sum(on_hand * cents), 0)::double precision as on_hand_cents,
      coalesce(sum(taken), 0)::double precision as taken, coalesce(sum(taken * cents), 0)::double precision as taken_cents,
      count(*) filter (where coalesce(cents, 0) = 0)::int as unpriced,
      count(*) filter (where dead)::int as dead_bins,
      coalesce(sum(on_hand) filter (where dead), 0)::double precision as dead_units,
      coalesce(sum(on_hand * cents) filter (where dead), 0)::double precision as dead_cents,
      count(*) filter (where excess > 0)::int as excess_bins, coalesce(sum(excess), 0)::double precision as excess_units,
      coalesce(sum(excess * cents), 0)::double precision as excess_cents,
      greatest(0, 1 - sum(corrected)::double precision / nullif(sum(moved), 0)) as accuracy,
      count(*) filter (where stale_ms is not null)::int as sensors,
      count(*) filter (where stale_ms is not null and quality = 'good'
        and ${toMs}::bigint - last_reading_at_ms <= stale_ms)::int as sensors_well
    from judged`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('an aggregate has always one row');
  return row;
}

async function orderRow(tx: Tx, tenantId: string, { siteId, fromMs, toMs }: KpiQuery): Promise<OrderRow> {
  const { rows } = await sql<OrderRow>`
    select percentile_cont(0.5) within group (order by o.closed_at_ms - o.created_at_ms) as cycle_ms,
      avg((o.closed_at_ms <= coalesce(o.due_at_ms, o.closed_at_ms) and not exists (
        select from purchase_order_line n
        where n.order_id = o.order_id and n.received_quantity < n.ordered_quantity) and not exists (
        select from order_receipt r join order_receipt_line n using (receipt_id)
        where r.order_id = o.order_id and r.status = 'CONFIRMED' and n.condition <> 'good'))::int)::double precision as perfect,
      count(*)::int as closed
    from purchase_order o
    where o.tenant_id = ${tenantId} and ${atSite('o', siteId)} and o.status = 'CLOSED'
      and o.closed_at_ms >= ${fromMs} and o.closed_at_ms < ${toMs}`.execute(tx);
  return rows[0] ?? { cycle_ms: null, perfect: null, closed: 0 };
}
