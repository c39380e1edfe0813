import type { ReadingQuality } from '@shelfwire/contract';
import { sql } from 'kysely';

import type { SensorKind } from '../database/catalogue-tables.ts';
import type { Tx } from '../database/with-tenant.ts';
import { SAID_LOOKED_BACK_MS, TAKEN_LOOKED_BACK_MS, type HandoutEvent } from '../stock/demand.ts';
import type { ExpiringLot } from '../stock/expiring-lots.ts';
import type { Offer } from './supply.ts';
import type { Truck } from './truck.ts';
import type { SiteCalendar, SupplierCalendar } from './working-days.ts';

export type OfferRow = Offer & { calendar: SupplierCalendar | null; truck: Truck | null };

/** One bin as the tables say; see Schema for units. */
export interface SituationRow {
  bin_id: string;
  bin_name: string;
  item_id: string;
  item_name: string;
  unit: string;
  capacity: number | null;
  time_zone: string;
  site_calendar: SiteCalendar | null;
  policy_id: string | null;
  policy_version: number | null;
  policy_type: string | null;
  parameters: Record<string, unknown> | null;
  low_since_ms: number | null;
  evaluate_at_ms: number | null;
  decision: string | null;
  because: string | null;
  on_hand: number | null;
  status: string | null;
  observed_at_ms: number | null;
  quality: ReadingQuality | null;
  quality_since_ms: number | null;
  last_reading_at_ms: number | null;
  counted_at_ms: number | null;
  disagreeing_since_ms: number | null;
  disagree_after_ms: number;
  sensor_kind: SensorKind | null;
  stale_after_ms: number | null;
  offers: readonly OfferRow[];
  episode_id: string | null;
  snoozed_until_ms: number | null;
  rejected_by: string[] | null;
  /** Only where the policy asks for it. */
  last_ordered_at_ms: number | null;
  /** Reserved and not yet taken, counted anew; an expired reservation is none. */
  open_demand: number;
  /** Where something is reserved: what left lately, and what was said to be handed out. */
  handouts: HandoutEvent[] | null;
  /** Only of a bin that prefers one of its sensors: which is believed, and what each says of itself. */
  sensors: Record<string, unknown>[] | null;
  /** What is left of lots with a date, as ../stock-keeping/lots.ts has worked it out. */
  lots: readonly ExpiringLot[];
}

/** Of sensors that speak at regular times, so that their silence means something. */
const STALE_AFTER_MS = 15 * 60_000;

export async function situationRows(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  binIds: readonly string[],
  nowMs: number,
): Promise<SituationRow[]> {
  const { rows } = await selectRows(site, binIds, nowMs).execute(tx);
  const offers = await offersOf(tx, site.tenantId, [...new Set(rows.map((row) => row.item_id))]);
  return rows.map((row) => Object.assign(row, { offers: offers.get(row.item_id) ?? [] }));
}

/** Once for each item, of which there may be many bins. */
async function offersOf(
  tx: Tx,
  tenantId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, readonly OfferRow[]>> {
  const { rows } = await sql<{ item_id: string; offers: OfferRow[] }>`
    select si.item_id, jsonb_agg(jsonb_build_object(
             'supplierId', si.supplier_id, 'supplierName', su.name, 'partNumber', si.part_number,
             'orderUnit', si.order_unit, 'packQuantity', si.pack_quantity, 'orderMultiple', si.order_multiple,
             'minOrderQuantity', si.min_order_quantity, 'maxOrderQuantity', si.max_order_quantity,
             'leadTimeDays', si.lead_time_days, 'priceBreaks', si.price_breaks, 'preference', si.preference,
             'available', si.available, 'calendar', su.calendar, 'truck', su.truck,
             'learned', case when lt.deliveries is not null then jsonb_build_object('deliveries', lt.deliveries,
               'meanDays', lt.mean_days, 'sdDays', lt.sd_days) end)
           order by si.preference, si.supplier_id) as offers
    from supplier_item si join supplier su using (tenant_id, supplier_id)
    left join learned_lead_time lt using (tenant_id, supplier_id, item_id)
    where si.tenant_id = ${tenantId} and si.item_id = any(${[...itemIds]}::text[])
    group by si.item_id`.execute(tx);
  return new Map(rows.map((row) => [row.item_id, row.offers]));
}

/**
 * What there is one of is looked up for each bin: that is what the limits are for, and they cost nothing where PostgreSQL
 * would do so anyway. While a table has no statistics (the first minute of a site), it takes all rows of a site to be one,
 * reads them all, and goes through them for each bin: 0.6 s for a hundred bins of 5,650.
 */
function selectRows(site: { tenantId: string; siteId: string }, binIds: readonly string[], nowMs: number) {
  return sql<Omit<SituationRow, 'offers'>>`
    select il.bin_id, b.name as bin_name, il.item_id, i.name as item_name, i.unit, b.capacity, site.time_zone, site.calendar as site_calendar,
           il.policy_id, il.policy_version, p.type as policy_type, p.parameters,
           il.low_since_ms, il.evaluate_at_ms, il.decision, il.because,
           l.on_hand, l.status, l.observed_at_ms, l.disagreeing_since_ms, b.disagree_after_ms, s.quality, s.quality_since_ms, s.last_reading_at_ms,
           (select max(ct.closed_at_ms) from counting_task ct where ct.tenant_id = il.tenant_id
              and ct.site_id = il.site_id and ct.bin_id = il.bin_id) as counted_at_ms,
           bs.kind as sensor_kind, bs.stale_after_ms, e.episode_id, e.snoozed_until_ms, e.rejected_by,
           case when (p.parameters->>'notAgainWithinHours')::double precision > 0 then (
             select max(o.created_at_ms) from purchase_order_line pl join purchase_order o using (order_id)
             where pl.tenant_id = il.tenant_id and pl.site_id = il.site_id and pl.bin_id = il.bin_id
               and pl.item_id = il.item_id and o.status not in ('CANCELLED', 'REJECTED')) end as last_ordered_at_ms,
           coalesce((
             select sum(r.quantity - r.fulfilled_quantity) from reservation r
             where r.tenant_id = il.tenant_id and r.site_id = il.site_id and r.bin_id = il.bin_id
               and r.item_id = il.item_id and r.status = 'OPEN'
               and (r.expires_at_ms is null or r.expires_at_ms > ${nowMs}::bigint)), 0)::bigint as open_demand,
           case when exists (
             select from reservation r where r.tenant_id = il.tenant_id and r.site_id = il.site_id
               and r.bin_id = coalesce(b.primary_bin_id, b.bin_id) and r.status = 'OPEN') then (
             select jsonb_agg(jsonb_build_object('kind', h.kind, 'quantity', h.quantity, 'atMs', h.at_ms))
             from (
               select 'taken' as kind, -m.change as quantity, m.at_ms from stock_movement m
               where m.tenant_id = il.tenant_id and m.site_id = il.site_id and m.bin_id = il.bin_id
                 and m.item_id = il.item_id and m.kind = 'CONSUMPTION' and m.at_ms > ${nowMs - TAKEN_LOOKED_BACK_MS}::bigint
               union all
               select 'said', s.quantity, s.at_ms from reservation_handout s
               where s.tenant_id = il.tenant_id and s.site_id = il.site_id and s.bin_id = il.bin_id
                 and s.item_id = il.item_id and s.at_ms > ${nowMs - SAID_LOOKED_BACK_MS}::bigint) h) end as handouts,
           case when b.fusion = 'prefer' then (
             select jsonb_agg(jsonb_build_object('sensor', es.sensor, 'quality', es.quality,
                      'saidAtMs', es.last_reading_at_ms,
                      'believed', of.rank = (l.state->'preference'->>'believed')::int) order by of.rank, es.sensor)
             from each_sensor_state es join bin_sensor of on of.tenant_id = es.tenant_id and of.site_id = es.site_id
               and of.bin_id = es.bin_id and es.sensor = concat_ws('/', of.device_id, of.sensor_id, of.kind)
             where es.tenant_id = il.tenant_id and es.site_id = il.site_id and es.bin_id = il.bin_id) end as sensors,
           coalesce((
             select jsonb_agg(jsonb_build_object('itemId', lot.item_id, 'expiresAtMs', lot.expires_at_ms,
                                                 'remaining', lot.remaining_quantity))
             from stock_lot lot
             where lot.tenant_id = il.tenant_id and lot.site_id = il.site_id and lot.bin_id = il.bin_id
               and lot.used_up_at_ms is null and lot.remaining_quantity > 0 and lot.expires_at_ms is not null),
             '[]') as lots
    from item_location il
    join site using (tenant_id, site_id)
    join bin b using (tenant_id, site_id, bin_id)
    left join lateral (
      select on_hand, status, observed_at_ms, disagreeing_since_ms, state from stock_level l
      where l.tenant_id = il.tenant_id and l.site_id = il.site_id and l.bin_id = il.bin_id limit 1) l on true
    left join lateral (
      select quality, quality_since_ms, last_reading_at_ms from sensor_state s
      where s.tenant_id = il.tenant_id and s.site_id = il.site_id and s.bin_id = il.bin_id limit 1) s on true
    join item i on i.tenant_id = il.tenant_id and i.item_id = il.item_id
    left join lateral (
      select (array_agg(bs.kind order by bs.rank))[1] as kind,
             max(coalesce(bs.stale_after_ms, case when bs.kind in ('weight', 'level', 'count') then ${STALE_AFTER_MS}::bigint end))
               as stale_after_ms
      from bin_sensor bs
      where bs.tenant_id = il.tenant_id and bs.site_id = il.site_id and bs.bin_id = il.bin_id) bs on true
    left join lateral (
      select ep.episode_id, ep.snoozed_until_ms,
             -- Looked up one by one: a join might begin at all orders while nothing is known of how many there are.
             (select array_agg(distinct asked.supplier_id) from (
                select (select o.supplier_id from purchase_order o
                        where o.order_id = ol.order_id
                          and (o.status = 'REJECTED' or ol.acknowledgement_code in ('IR', 'ID'))) as supplier_id
                from purchase_order_line ol where ol.episode_id = ep.episode_id) asked
              where asked.supplier_id is not null) as rejected_by
      from episode ep
      where ep.tenant_id = il.tenant_id and ep.site_id = il.site_id and ep.bin_id = il.bin_id
        and ep.item_id = il.item_id and ep.closed_at_ms is null limit 1) e on true
    left join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    where il.tenant_id = ${site.tenantId} and il.site_id = ${site.siteId} and il.bin_id = any(${[...binIds]}::text[])
    order by il.bin_id`;
}
