import { Inject, Injectable } from '@nestjs/common';
import type { BinForecast } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { openLinesOf, remainingOf } from '../orders/open-lines.ts';
import { demandHistory } from '../replenishment/demand-history.ts';
import { classify } from '../replenishment/science/demand-class.ts';
import { economicOrderWithPriceTiers } from '../replenishment/science/economic-order.ts';
import { adida, croston, imapa, tsb } from '../replenishment/science/intermittent.ts';
import { leadTimeQuantile, orderPoint, type LeadTime } from '../replenishment/science/order-point.ts';
import { smoothBest } from '../replenishment/science/smoothing.ts';
import { HISTORY_DAYS_MIN } from '../replenishment/service-level.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { outlookOf } from './outlook.ts';
import { explainOrderPoint } from './explain-order-point.ts';

const DAY_MS = 86_400_000;
const PROBABILITIES = [0.5, 0.8, 0.9, 0.95, 0.99];
/** Of writing, receiving and paying one order, where nobody said what it costs. */
const ORDER_COST = 5;
const HOLDING_RATE_PER_YEAR = 0.2;

interface Supply {
  on_hand: number | null;
  unit: string;
  reorder_point: number | null;
  lead_time_days: number | null;
  deliveries: number | null;
  mean_days: number | null;
  sd_days: number | null;
  pack_quantity: number | null;
  price_breaks: { fromUnits: number; unitPriceCents: number }[] | null;
}

export interface ForecastWish {
  target: number;
  cycleDays: number;
}

/** What will probably be used from a bin, and which policy that suggests. Reads only; nothing follows by itself. */
@Injectable()
export class BinForecasts {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns undefined if there is no such bin, or this supplier does not sell what is in it */
  async of(
    tenantId: string,
    bin: { siteId: string; binId: string },
    wish: ForecastWish,
    restrict: { supplierId?: string | undefined } = {},
  ): Promise<BinForecast | undefined> {
    const nowMs = this.clock();
    const { supplierId } = restrict;
    const read = await withTenant(this.db, tenantId, async (tx) => ({
      supply: await supplyOf(tx, tenantId, bin, supplierId),
      perDay: (await demandHistory(tx, tenantId, [bin], nowMs))[0]?.perDay ?? [],
      receipts: await receiptsOf(tx, tenantId, bin, { nowMs, supplierId }),
    }));
    const { supply, perDay, receipts } = read;
    if (!supply) return undefined;
    const forecast = { ...bin, atMs: nowMs, ...forecastOf(perDay, supply, wish, { receipts, nowMs }) };
    // What the customer could change about its policy is not the supplier's business.
    return supplierId === undefined ? forecast : { ...forecast, reorderPoint: null, suggestion: null };
  }
}

/** What is still to come on open lines; of one supplier, if it is asked for that one. */
async function receiptsOf(
  tx: Tx,
  tenantId: string,
  bin: { siteId: string; binId: string },
  { nowMs, supplierId }: { nowMs: number; supplierId: string | undefined },
): Promise<Receipt[]> {
  const lines = await openLinesOf(tx, { tenantId, siteId: bin.siteId }, [bin.binId]);
  return lines
    .filter((line) => (supplierId === undefined || line.supplierId === supplierId) && remainingOf(line) > 0)
    .map((line) => ({
      orderId: line.orderId,
      orderNumber: line.orderNumber,
      atMs: Math.max(line.dueAtMs ?? 0, nowMs + DAY_MS),
      quantity: remainingOf(line),
    }));
}

type Receipt = NonNullable<BinForecast['outlook']>['receipts'][number];

type Forecast = Omit<BinForecast, 'siteId' | 'binId' | 'atMs'>;

function forecastOf(
  perDay: readonly number[],
  supply: Supply,
  wish: ForecastWish,
  coming: { receipts: Receipt[]; nowMs: number },
): Forecast {
  const leadTime = leadTimeOf(supply);
  const nothing = { demand: null, leadTimeDemand: [], daysUntilEmpty: null, outlook: null, suggestion: null };
  const known = {
    historyDays: perDay.length,
    leadTime,
    onHand: supply.on_hand,
    reorderPoint: supply.reorder_point,
  };
  if (perDay.length < HISTORY_DAYS_MIN) return { ...known, ...nothing };
  const demand = demandOf(perDay);
  const { on_hand: onHand } = supply;
  const daysUntilEmpty = onHand === null || demand.meanPerDay <= 0 ? null : Math.max(0, onHand) / demand.meanPerDay;
  const { receipts, nowMs } = coming;
  const outlook = onHand === null ? null : outlookOf(perDay, { onHand: Math.max(0, onHand), receipts }, nowMs);
  if (!leadTime) return { ...known, ...nothing, demand, daysUntilEmpty, outlook };
  const lasts: LeadTime = { meanDays: leadTime.days, sdDays: leadTime.sdDays };
  return {
    ...known,
    demand,
    daysUntilEmpty,
    outlook,
    leadTimeDemand: PROBABILITIES.map((p) => ({ p, quantity: leadTimeQuantile(perDay, lasts, p).quantile })),
    suggestion: suggestionOf(perDay, supply, lasts, wish),
  };
}

function demandOf(perDay: readonly number[]): NonNullable<BinForecast['demand']> {
  const { adi, cv2, demandClass } = classify(perDay);
  const { meanPerDay, sdPerDay } = orderPoint(perDay, { meanDays: 1, sdDays: 0 }, 0.5, 1);
  return {
    demandClass,
    averageIntervalDays: Number.isFinite(adi) ? adi : null,
    squaredVariation: cv2,
    meanPerDay,
    sdPerDay,
    byMethod: [
      { method: 'mean', meanPerDay },
      { method: 'exponential smoothing', meanPerDay: smoothBest(perDay, { min: 0.05, max: 0.5 }).level },
      { method: 'Croston', meanPerDay: croston(perDay, { alpha: 0.1, start: 'mean' }) },
      { method: 'SBA', meanPerDay: croston(perDay, { alpha: 0.1, start: 'mean', bias: 'sba' }) },
      { method: 'TSB', meanPerDay: tsb(perDay, { alphaSize: 0.1, alphaProbability: 0.1, start: 'mean' }) },
      { method: 'ADIDA', meanPerDay: adida(perDay) },
      { method: 'IMAPA', meanPerDay: imapa(perDay) },
    ],
  };
}

function leadTimeOf(supply: Supply): BinForecast['leadTime'] {
  if (supply.lead_time_days === null) return null;
  const { mean_days: days, sd_days: sdDays, deliveries } = supply;
  if (days === null || deliveries === null) {
    return { days: supply.lead_time_days, sdDays: 0, deliveries: 0, source: 'agreed' };
  }
  return { days, sdDays: sdDays ?? 0, deliveries, source: 'learned' };
}

function suggestionOf(
  perDay: readonly number[],
  supply: Supply,
  leadTime: LeadTime,
  { target, cycleDays }: ForecastWish,
): BinForecast['suggestion'] {
  const point = orderPoint(perDay, leadTime, target, cycleDays);
  const { reorderPoint, orderUpTo, meanPerDay } = point;
  const because = explainOrderPoint(point, {
    historyDays: perDay.length,
    unit: supply.unit,
    leadTime,
    target,
    cycleDays,
  });
  return { reorderPoint, orderUpTo, economicQuantity: economicQuantityOf(supply, meanPerDay), target, because };
}

function economicQuantityOf(supply: Supply, meanPerDay: number): number | null {
  const pack = supply.pack_quantity ?? 1;
  const tiers = (supply.price_breaks ?? []).map(({ fromUnits, unitPriceCents }) => ({
    from: fromUnits <= 1 ? 0 : fromUnits * pack,
    unitPrice: unitPriceCents / 100 / pack,
  }));
  if (meanPerDay <= 0 || tiers.length === 0 || tiers.some((tier) => tier.unitPrice <= 0)) return null;
  const costs = { fixedCost: ORDER_COST, demandRate: meanPerDay * 365, holdingRate: HOLDING_RATE_PER_YEAR };
  return Math.ceil(economicOrderWithPriceTiers(costs, tiers).quantity);
}

async function supplyOf(
  tx: Tx,
  tenantId: string,
  { siteId, binId }: { siteId: string; binId: string },
  supplierId: string | undefined,
): Promise<Supply | undefined> {
  const { rows } = await sql<Supply>`
    select l.on_hand, i.unit, (p.parameters->>'reorderPoint')::bigint as reorder_point, offer.*
    from bin b
    join item i on i.tenant_id = b.tenant_id and i.item_id = b.item_id
    left join stock_level l on l.tenant_id = b.tenant_id and l.site_id = b.site_id and l.bin_id = b.bin_id
    left join item_location il on il.tenant_id = b.tenant_id and il.site_id = b.site_id and il.bin_id = b.bin_id
    left join policy p on p.tenant_id = b.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    left join lateral (
      select si.supplier_id, si.lead_time_days, lt.deliveries, lt.mean_days, lt.sd_days, si.pack_quantity, si.price_breaks
      from supplier_item si
      left join learned_lead_time lt using (tenant_id, supplier_id, item_id)
      where si.tenant_id = b.tenant_id and si.item_id = b.item_id
        and case when ${supplierId ?? null}::text is null then si.available else si.supplier_id = ${supplierId ?? null} end
      order by si.preference, si.supplier_id limit 1) offer on true
    where b.tenant_id = ${tenantId} and b.site_id = ${siteId} and b.bin_id = ${binId}
      and (${supplierId ?? null}::text is null or offer.supplier_id is not null)`.execute(tx);
  return rows[0];
}
