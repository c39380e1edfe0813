import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { LeadTime } from './science/order-point.ts';

/** A bin with the policy that decides about it, and what its first supplier offers. */
export interface PlannedBin<Parameters> {
  site_id: string;
  bin_id: string;
  item_id: string;
  unit: string;
  policy_id: string;
  version: number;
  scope: string;
  type: string;
  parameters: Parameters;
  /** null: nobody supplies it. */
  lead_time_days: number | null;
  learned_mean_days: number | null;
  learned_sd_days: number | null;
  /** Of one stock unit. */
  unit_price: number | null;
}

export async function plannedBins<Parameters>(
  tx: Tx,
  tenantId: string,
  types: readonly string[],
): Promise<PlannedBin<Parameters>[]> {
  const { rows } = await sql<PlannedBin<Parameters>>`
    select il.site_id, il.bin_id, il.item_id, i.unit, p.policy_id, p.version, p.scope, p.type, p.parameters,
           offer.lead_time_days, lt.mean_days as learned_mean_days, lt.sd_days as learned_sd_days, offer.unit_price
    from item_location il
    join item i on i.tenant_id = il.tenant_id and i.item_id = il.item_id
    join policy p on p.tenant_id = il.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    left join lateral (
      select si.supplier_id, si.lead_time_days,
             (si.price_breaks->0->>'unitPriceCents')::double precision / 100 / si.pack_quantity as unit_price
      from supplier_item si
      where si.tenant_id = il.tenant_id and si.item_id = il.item_id and si.available
      order by si.preference, si.supplier_id limit 1) offer on true
    left join learned_lead_time lt on lt.tenant_id = il.tenant_id and lt.supplier_id = offer.supplier_id
      and lt.item_id = il.item_id
    where il.tenant_id = ${tenantId} and p.type = any(${[...types]}::text[])`.execute(tx);
  return rows;
}

/** What deliveries have taught, else what was agreed. */
export function leadTimeOf(bin: PlannedBin<unknown>, agreedDays: number): LeadTime {
  return { meanDays: bin.learned_mean_days ?? agreedDays, sdDays: bin.learned_sd_days ?? 0 };
}
