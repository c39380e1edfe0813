import type { Tx } from '../database/with-tenant.ts';
import { openLinesOf, type OpenLine } from '../orders/open-lines.ts';
import { coverOf } from '../orders/cover.ts';
import { splitDemand, takenAndNotSaid } from '../stock/demand.ts';
import { unusableOf } from '../stock/expiring-lots.ts';
import { poolsOf, type Pools } from '../stock/pools.ts';
import { limitsOf, statusBeside, statusOf, type StockLimits } from '../stock/status.ts';
import { doubtOf, type Doubt, type SensorView } from './doubt.ts';
import type { DecisionInput } from './decision-input.ts';
import { policySchema, type Policy } from './policy.ts';
import { situationRows, type OfferRow, type SituationRow } from './situation-rows.ts';
import { leadTimeOf } from './supply.ts';
import type { Truck } from './truck.ts';
import { arrivalOf, type Calendars } from './working-days.ts';

/** Everything that a decision about one bin rests on, as the database says it now. */
export interface Situation {
  binId: string;
  binName: string;
  /** Of its pool, the bin that is in doubt and to be counted. */
  doubtedBinId: string;
  itemId: string;
  itemName: string;
  unit: string;
  input: DecisionInput;
  /** When an order to this supplier, placed at this time, should be here; as agreed, by the calendars. */
  arrivalFrom: (supplierId: string, orderedAtMs: number) => number;
  /** Where needs from this supplier gather; undefined: each is sent by itself. */
  truckOf: (supplierId: string) => Truck | undefined;
  policyRef: { policyId: string; version: number } | undefined;
  episodeId: string | undefined;
  limits: StockLimits;
  level: { onHand: number; status: string; observedAtMs: number } | undefined;
  /** Where one of several is believed. */
  sensors: readonly Record<string, unknown>[] | undefined;
  decided: { decision: string | null; because: string | null; evaluateAtMs: number | null; lowSinceMs: number | null };
  openLines: readonly OpenLine[];
}

const UNREADABLE_POLICY: Doubt = { kind: 'doubt', because: 'its policy cannot be read', count: false };

export async function loadSituations(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  binIds: readonly string[],
  nowMs: number,
  known?: Pools,
): Promise<Situation[]> {
  if (binIds.length === 0) return [];
  // Before the level: a delivery that is booked between the two is then counted twice for a moment, and not ordered
  // again because it is counted nowhere. It touches the bin, which is decided about anew.
  const pools = known ?? (await poolsOf(tx, site, binIds));
  const ofPool = (line: OpenLine): OpenLine => ({ ...line, binId: pools.primaryOf(line.binId) });
  const lines = Map.groupBy((await openLinesOf(tx, site, pools.binIds)).map(ofPool), (line) => line.binId);
  const rows = await situationRows(tx, site, pools.binIds, nowMs);
  const byPool = Map.groupBy(rows, (row) => pools.primaryOf(row.bin_id));
  return rows
    .filter((row) => pools.primaryOf(row.bin_id) === row.bin_id)
    .map((row) => {
      const bins = (byPool.get(row.bin_id) ?? []).filter((each) => each.item_id === row.item_id);
      return toSituation(row, { bins, lines: lines.get(row.bin_id) ?? [] }, nowMs);
    });
}

/** What is known of the bins that one situation is about: the primary bin with its policy, and what overflows from it. */
interface Pool {
  bins: readonly SituationRow[];
  lines: readonly OpenLine[];
}

function toSituation(row: SituationRow, pool: Pool, nowMs: number): Situation {
  const openLines = pool.lines.filter((line) => line.itemId === row.item_id);
  const { policy, unreadable } = policyOf(row);
  const { offers } = row;
  const cover = coverOf(openLines, (line) => leadTimeMsOf(line, row, nowMs), nowMs);
  const excluded = [...new Set([...(row.rejected_by ?? []), ...cover.impaired.map((line) => line.supplierId)])];
  const asked = offers.filter((each) => !excluded.includes(each.supplierId));
  const capacity = capacityOf(pool.bins);
  const level = levelOf(row, pool.bins);
  const lots = pool.bins.flatMap((bin) => bin.lots);
  const reserved = pool.bins.reduce((sum, bin) => sum + bin.open_demand, 0);
  const handouts = pool.bins.flatMap((bin) => bin.handouts ?? []).sort((a, b) => a.atMs - b.atMs);
  const openDemand = Math.max(0, reserved - takenAndNotSaid(handouts, nowMs));
  const unusable = Math.min(level?.onHand ?? 0, unusableOf(lots, row.item_id, policy?.usableDaysLeft, nowMs));
  const { doubt, binId: doubtedBinId } = doubtOfPool(row, pool.bins, nowMs);
  return {
    binId: row.bin_id,
    binName: row.bin_name,
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
        ...splitDemand(openDemand, (level?.onHand ?? 0) - unusable),
        ...(unusable > 0 ? { unusable } : {}),
      },
      policy,
      offers: asked,
      capacity,
      lastOrderedAtMs: row.last_ordered_at_ms ?? undefined,
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
    arrivalFrom: (supplierId, orderedAtMs) => arrivalFrom(row, supplierId, orderedAtMs),
    truckOf: (supplierId) => offers.find((each) => each.supplierId === supplierId)?.truck ?? undefined,
    policyRef:
      row.policy_id === null || row.policy_version === null
        ? undefined
        : { policyId: row.policy_id, version: row.policy_version },
    episodeId: row.episode_id ?? undefined,
    limits: limitsOf(row.parameters, capacity, asked[0]?.packQuantity),
    level,
    sensors: row.sensors ?? undefined,
    decided: {
      decision: row.decision,
      because: row.because,
      evaluateAtMs: row.evaluate_at_ms,
      lowSinceMs: row.low_since_ms,
    },
    openLines,
  };
}

/** The longer of what the line may take and what the supplier that would be asked instead needs, by the calendars. */
function leadTimeMsOf(line: OpenLine, row: SituationRow, nowMs: number): number | undefined {
  const [offers, rejectedBy] = [row.offers, row.rejected_by ?? []];
  const agreed = offers.find((offer) => offer.supplierId === line.supplierId);
  if (!agreed) return undefined;
  const instead = offers.find(
    (offer) => offer.supplierId !== line.supplierId && !rejectedBy.includes(offer.supplierId),
  );
  // What the supplier has kept so far says more than what was agreed.
  const needs = (offer: OfferRow): number => arrivalOf(nowMs, leadTimeOf(offer), calendarsOf(row, offer)) - nowMs;
  return Math.max(needs(agreed), instead ? needs(instead) : 0);
}

function arrivalFrom(row: SituationRow, supplierId: string, orderedAtMs: number): number {
  const offer = row.offers.find((each) => each.supplierId === supplierId);
  return arrivalOf(orderedAtMs, offer?.leadTimeDays ?? 0, calendarsOf(row, offer));
}

function calendarsOf(row: SituationRow, offer: OfferRow | undefined): Calendars {
  return { supplier: offer?.calendar ?? null, site: row.site_calendar, siteTimeZone: row.time_zone };
}

function orderNumbers(lines: readonly OpenLine[]): string[] {
  return [...new Set(lines.map((line) => line.orderNumber))];
}

/** The stock of the whole pool, as old as its oldest part; unknown while one part is. */
function levelOf(row: SituationRow, bins: readonly SituationRow[]): Situation['level'] {
  let [onHand, observedAtMs] = [0, Number.POSITIVE_INFINITY];
  for (const bin of bins) {
    if (bin.on_hand === null || bin.observed_at_ms === null) return undefined;
    onHand += bin.on_hand;
    observedAtMs = Math.min(observedAtMs, bin.observed_at_ms);
  }
  return { onHand, status: row.status ?? 'UNKNOWN', observedAtMs };
}

/** In doubt is a pool of which one bin is. */
function doubtOfPool(row: SituationRow, bins: readonly SituationRow[], nowMs: number): { doubt: Doubt; binId: string } {
  let found: { doubt: Doubt; binId: string } = { doubt: { kind: 'none' }, binId: row.bin_id };
  for (const bin of bins) {
    const doubt = doubtOf(sensorOf(bin), bin.on_hand !== null, nowMs);
    if (doubt.kind === 'none' || (doubt.kind === 'soon' && found.doubt.kind !== 'none')) continue;
    const because = bin === row ? doubt.because : `${bin.bin_name}: ${doubt.because}`;
    found = { doubt: { ...doubt, because }, binId: bin.bin_id };
    if (doubt.kind === 'doubt') break;
  }
  return found;
}

function sensorOf(row: SituationRow): SensorView {
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

function capacityOf(bins: readonly SituationRow[]): number | null {
  return bins.reduce<number | null>(
    (sum, bin) => (sum === null || bin.capacity === null ? null : sum + bin.capacity),
    0,
  );
}

/** A policy that cannot be read holds its own bin, and no other (failure mode 12). */
function policyOf(row: SituationRow): { policy: Policy | undefined; unreadable: boolean } {
  if (row.policy_type === null) return { policy: undefined, unreadable: false };
  const parsed = policySchema.safeParse({ ...row.parameters, type: row.policy_type });
  return { policy: parsed.data, unreadable: !parsed.success };
}

/** The status that the level has while this decision holds. */
export function statusUnder(situation: Situation, held: boolean): string {
  if (held || !situation.level) return 'UNKNOWN';
  return statusBeside(situation.level.status, statusOf(situation.level.onHand, situation.limits));
}
