import type { ReadingQuality } from '@shelfwire/contract';
import { sql } from 'kysely';

import type { SensorKind } from '../database/schema.ts';
import type { Tx } from '../database/with-tenant.ts';
import { openLinesOf, type OpenLine } from '../orders/open-lines.ts';
import { coverOf } from '../orders/cover.ts';
import { OpenDemand, splitDemand } from '../stock/demand.ts';
import { poolsOf } from '../stock/pools.ts';
import { limitsOf, statusOf, type StockLimits } from '../stock/status.ts';
import { doubtOf, type Doubt, type SensorView } from './doubt.ts';
import type { DecisionInput } from './decide.ts';
import type { Packaging } from './order-quantity.ts';
import { policySchema, type Policy } from './policy.ts';

export interface Offer extends Packaging {
  supplierId: string;
  supplierName: string;
  partNumber: string;
  leadTimeDays: number;
  priceBreaks: readonly { fromUnits: number; unitPriceCents: number }[];
}

/** Everything that a decision about one bin rests on, as the database says it now. */
export interface Situation {
  binId: string;
  /** Of its pool, the bin that is in doubt and to be counted. */
  doubtedBinId: string;
  itemId: string;
  itemName: string;
  unit: string;
  input: DecisionInput;
  /** The supplier that would be asked. */
  offer: Offer | undefined;
  policyRef: { policyId: string; version: number } | undefined;
  episodeId: string | undefined;
  limits: StockLimits;
  level: { onHand: number; status: string; observedAtMs: number } | undefined;
  decided: { decision: string | null; because: string | null; evaluateAtMs: number | null; lowSinceMs: number | null };
  openLines: readonly OpenLine[];
}

interface Row {
  bin_id: string;
  item_id: string;
  item_name: string;
  unit: string;
  capacity: number | null;
  time_zone: string;
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
  offers: Offer[] | null;
  episode_id: string | null;
  snoozed_until_ms: number | null;
  rejected_by: string[] | null;
}

const UNREADABLE_POLICY: Doubt = { kind: 'doubt', because: 'its policy cannot be read', count: false };
const DAY_MS = 86_400_000;
/** Of sensors that speak at regular times, so that their silence means something. */
const STALE_AFTER_MS = 15 * 60_000;

export async function loadSituations(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  binIds: readonly string[],
  nowMs: number,
): Promise<Situation[]> {
  if (binIds.length === 0) return [];
  // Before the level: a delivery that is booked between the two is then counted twice for a moment, and not ordered
  // again because it is counted nowhere. It touches the bin, which is decided about anew.
  const pools = await poolsOf(tx, site, binIds);
  const ofPool = (line: OpenLine): OpenLine => ({ ...line, binId: pools.primaryOf(line.binId) });
  const lines = Map.groupBy((await openLinesOf(tx, site, pools.binIds)).map(ofPool), (line) => line.binId);
  const demand = await OpenDemand.of(tx, site, pools.binIds, nowMs);
  const { rows } = await situationRows(site, pools.binIds).execute(tx);
  const byPool = Map.groupBy(rows, (row) => pools.primaryOf(row.bin_id));
  return rows
    .filter((row) => pools.primaryOf(row.bin_id) === row.bin_id)
    .map((row) => {
      const bins = (byPool.get(row.bin_id) ?? []).filter((each) => each.item_id === row.item_id);
      const openDemand = bins.reduce((sum, each) => sum + demand.at(each.bin_id, row.item_id), 0);
      return toSituation(row, { bins, openDemand, lines: lines.get(row.bin_id) ?? [] }, nowMs);
    });
}

/** What is known of the bins that one situation is about: the primary bin with its policy, and what overflows from it. */
interface Pool {
  bins: readonly Row[];
  openDemand: number;
  lines: readonly OpenLine[];
}

function situationRows(site: { tenantId: string; siteId: string }, binIds: readonly string[]) {
  return sql<Row>`
    select il.bin_id, il.item_id, i.name as item_name, i.unit, b.capacity, site.time_zone,
           il.policy_id, il.policy_version, p.type as policy_type, p.parameters,
           il.low_since_ms, il.evaluate_at_ms, il.decision, il.because,
           l.on_hand, l.status, l.observed_at_ms, l.disagreeing_since_ms, b.disagree_after_ms, s.quality, s.quality_since_ms, s.last_reading_at_ms,
           (select max(ct.closed_at_ms) from counting_task ct where ct.tenant_id = il.tenant_id
              and ct.site_id = il.site_id and ct.bin_id = il.bin_id) as counted_at_ms,
           bs.kind as sensor_kind, bs.stale_after_ms, offer.offers, e.episode_id, e.snoozed_until_ms, e.rejected_by
    from item_location il
    join site using (tenant_id, site_id)
    join bin b using (tenant_id, site_id, bin_id)
    left join stock_level l using (tenant_id, site_id, bin_id)
    left join sensor_state s using (tenant_id, site_id, bin_id)
    join item i on i.tenant_id = il.tenant_id and i.item_id = il.item_id
    left join lateral (
      select (array_agg(bs.kind order by bs.rank))[1] as kind,
             max(coalesce(bs.stale_after_ms, case when bs.kind in ('weight', 'level', 'count') then ${STALE_AFTER_MS}::bigint end))
               as stale_after_ms
      from bin_sensor bs
      where bs.tenant_id = il.tenant_id and bs.site_id = il.site_id and bs.bin_id = il.bin_id) bs on true
    left join lateral (
      select jsonb_agg(jsonb_build_object(
               'supplierId', si.supplier_id, 'supplierName', su.name, 'partNumber', si.part_number,
               'orderUnit', si.order_unit, 'packQuantity', si.pack_quantity, 'orderMultiple', si.order_multiple,
               'minOrderQuantity', si.min_order_quantity, 'maxOrderQuantity', si.max_order_quantity,
               'leadTimeDays', si.lead_time_days, 'priceBreaks', si.price_breaks)
             order by si.preference, si.supplier_id) as offers
      from supplier_item si join supplier su using (tenant_id, supplier_id)
      where si.tenant_id = il.tenant_id and si.item_id = il.item_id) offer on true
    left join lateral (
      select ep.episode_id, ep.snoozed_until_ms,
             (select array_agg(distinct o.supplier_id)
              from purchase_order_line ol join purchase_order o using (order_id)
              where ol.episode_id = ep.episode_id
                and (o.status = 'REJECTED' or ol.acknowledgement_code in ('IR', 'ID'))) as rejected_by
      from episode ep
      where ep.tenant_id = il.tenant_id and ep.site_id = il.site_id and ep.bin_id = il.bin_id
        and ep.item_id = il.item_id and ep.closed_at_ms is null) e on true
    left join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    where il.tenant_id = ${site.tenantId} and il.site_id = ${site.siteId} and il.bin_id = any(${[...binIds]}::text[])
    order by il.bin_id`;
}

function toSituation(row: Row, pool: Pool, nowMs: number): Situation {
  const openLines = pool.lines.filter((line) => line.itemId === row.item_id);
  const { policy, unreadable } = policyOf(row);
  const offers = row.offers ?? [];
  const cover = coverOf(openLines, (line) => leadTimeMsOf(line, offers, row.rejected_by ?? []), nowMs);
  const excluded = [...new Set([...(row.rejected_by ?? []), ...cover.impaired.map((line) => line.supplierId)])];
  const offer = offers.find((each) => !excluded.includes(each.supplierId));
  const level = levelOf(row, pool.bins);
  const { doubt, binId: doubtedBinId } = doubtOfPool(row, pool.bins, nowMs);
  return {
    binId: row.bin_id,
    doubtedBinId,
    itemId: row.item_id,
    itemName: row.item_name,
    unit: row.unit,
    input: {
      nowMs,
      unit: row.unit,
      position: {
        onHand: level?.onHand ?? 0,
        onOrder: cover.quantity,
        ...splitDemand(pool.openDemand, level?.onHand ?? 0),
      },
      policy,
      packaging: offer,
      doubt: unreadable ? UNREADABLE_POLICY : doubt,
      lowSinceMs: row.low_since_ms ?? undefined,
      timeZone: row.time_zone,
      plannedReviewAtMs: row.policy_type === 'PERIODIC' ? (row.evaluate_at_ms ?? undefined) : undefined,
      episode:
        row.episode_id === null
          ? undefined
          : {
              soundOrderNumbers: orderNumbers(cover.sound),
              impairedOrderNumbers: orderNumbers(cover.impaired),
              tooLate: cover.tooLate.map(({ because }) => because),
              snoozedUntilMs: row.snoozed_until_ms ?? undefined,
              excluded: excluded.map((id) => offers.find((each) => each.supplierId === id)?.supplierName ?? id),
            },
    },
    offer,
    policyRef:
      row.policy_id === null || row.policy_version === null
        ? undefined
        : { policyId: row.policy_id, version: row.policy_version },
    episodeId: row.episode_id ?? undefined,
    limits: limitsOf(row.parameters, capacityOf(pool.bins), offer?.packQuantity),
    level,
    decided: {
      decision: row.decision,
      because: row.because,
      evaluateAtMs: row.evaluate_at_ms,
      lowSinceMs: row.low_since_ms,
    },
    openLines,
  };
}

/** The longer of what was agreed for the line and what the supplier that would be asked instead needs. */
function leadTimeMsOf(line: OpenLine, offers: readonly Offer[], rejectedBy: readonly string[]): number | undefined {
  const agreed = offers.find((offer) => offer.supplierId === line.supplierId);
  if (!agreed) return undefined;
  const instead = offers.find(
    (offer) => offer.supplierId !== line.supplierId && !rejectedBy.includes(offer.supplierId),
  );
  return Math.max(agreed.leadTimeDays, instead?.leadTimeDays ?? 0) * DAY_MS;
}

function orderNumbers(lines: readonly OpenLine[]): string[] {
  return [...new Set(lines.map((line) => line.orderNumber))];
}

/** The stock of the whole pool, as old as its oldest part; unknown while one part is. */
function levelOf(row: Row, bins: readonly Row[]): Situation['level'] {
  let [onHand, observedAtMs] = [0, Number.POSITIVE_INFINITY];
  for (const bin of bins) {
    if (bin.on_hand === null || bin.observed_at_ms === null) return undefined;
    onHand += bin.on_hand;
    observedAtMs = Math.min(observedAtMs, bin.observed_at_ms);
  }
  return { onHand, status: row.status ?? 'UNKNOWN', observedAtMs };
}

/** In doubt is a pool of which one bin is. */
function doubtOfPool(row: Row, bins: readonly Row[], nowMs: number): { doubt: Doubt; binId: string } {
  let found: { doubt: Doubt; binId: string } = { doubt: { kind: 'none' }, binId: row.bin_id };
  for (const bin of bins) {
    const doubt = doubtOf(sensorOf(bin), bin.on_hand !== null, nowMs);
    if (doubt.kind === 'none' || (doubt.kind === 'soon' && found.doubt.kind !== 'none')) continue;
    const because = bin === row ? doubt.because : `${bin.bin_id}: ${doubt.because}`;
    found = { doubt: { ...doubt, because }, binId: bin.bin_id };
    if (doubt.kind === 'doubt') break;
  }
  return found;
}

function sensorOf(row: Row): SensorView {
  return {
    hasSensor: row.sensor_kind !== null,
    quality: row.quality,
    qualitySinceMs: row.quality_since_ms,
    lastReadingAtMs: row.last_reading_at_ms,
    countedAtMs: row.counted_at_ms,
    staleAfterMs: row.stale_after_ms,
    disagreeingSinceMs: row.disagreeing_since_ms,
    disagreeAfterMs: row.disagree_after_ms,
  };
}

function capacityOf(bins: readonly Row[]): number | null {
  return bins.reduce<number | null>(
    (sum, bin) => (sum === null || bin.capacity === null ? null : sum + bin.capacity),
    0,
  );
}

/** A policy that cannot be read holds its own bin, and no other (failure mode 12). */
function policyOf(row: Row): { policy: Policy | undefined; unreadable: boolean } {
  if (row.policy_type === null) return { policy: undefined, unreadable: false };
  const parsed = policySchema.safeParse({ ...row.parameters, type: row.policy_type });
  return { policy: parsed.data, unreadable: !parsed.success };
}

/** The status that the level has while this decision holds. */
export function statusUnder(situation: Situation, held: boolean): string {
  if (held || !situation.level) return 'UNKNOWN';
  return statusOf(situation.level.onHand, situation.limits);
}
