import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';
import { SHELF_LINK } from './dashboard.ts';

const DEAD_AFTER_MS = 90 * 86_400_000;

/**
 * Stock of each bin with its value. Price: the preferred supplier's, at the smallest quantity, for one stock unit; without a
 * price the value is unknown. Dead: something is there, the bin is older than 90 days, and nobody took anything in
 * them. Excess: what is above the policy's order-up-to level. Consignment stock is the supplier's and counts nowhere here.
 */
const VALUED = `
  price as (
    select distinct on (item_id) item_id, (price_breaks->0->>'unitPriceCents')::float / pack_quantity as cents
    from supplier_item where tenant_id = '$tenant' and jsonb_array_length(price_breaks) > 0
    order by item_id, preference, supplier_id),
  valued as (
    select l.site_id, l.bin_id, l.item_id, l.on_hand, price.cents,
      l.on_hand > 0
        and exists (select from stock_movement m where m.tenant_id = l.tenant_id and m.site_id = l.site_id
          and m.bin_id = l.bin_id and m.at_ms < ${NOW_MS} - ${DEAD_AFTER_MS})
        and not exists (select from stock_movement m where m.tenant_id = l.tenant_id and m.site_id = l.site_id
          and m.bin_id = l.bin_id and m.kind = 'CONSUMPTION' and m.at_ms >= ${NOW_MS} - ${DEAD_AFTER_MS}) as dead,
      greatest(l.on_hand - (p.parameters->>'orderUpTo')::float, 0) as excess
    from stock_level l
    left join price using (item_id)
    left join item_location d using (tenant_id, site_id, bin_id)
    left join policy p on p.tenant_id = d.tenant_id and p.policy_id = d.policy_id and p.version = d.policy_version
    where ${inScope('l')} and l.item_id in ($item) 
      and not exists (select from bin b where b.tenant_id = l.tenant_id and b.site_id = l.site_id
        and b.bin_id = l.bin_id and b.consignment))`;

export function deadStockValue() {
  return stat({
    title: 'Dead stock value',
    description:
      'Worth of what lies in bins from which nobody has taken anything in 90 days, in the suppliers’ currency. Which: see below.',
    unit: 'short',
    width: 4,
    decimals: 0,
    queries: [
      new SqlQuery(
        `with ${VALUED} select coalesce(sum(on_hand * cents) filter (where dead), 0) / 100 as value from valued`,
      ),
    ],
  });
}

export function excessStockValue() {
  return stat({
    title: 'Excess stock value',
    description: 'Worth of what lies above the order-up-to level, in bins that are used. Which: see below.',
    unit: 'short',
    width: 4,
    decimals: 0,
    queries: [
      new SqlQuery(
        `with ${VALUED} select coalesce(sum(excess * cents) filter (where not dead), 0) / 100 as value from valued`,
      ),
    ],
  });
}

export function deadAndExcess() {
  return table({
    title: 'Dead and excess stock',
    description: 'Where the money lies, most first. Lower the policy, move the stock, or send it back.',
    unit: 'short',
    width: 24,
    columns: { value: { decimals: 2 }, bin: { link: SHELF_LINK } },
    queries: [
      new SqlQuery(`
        with ${VALUED}
        select v.site_id as site, v.bin_id as bin, i.name as item, v.on_hand as "on hand",
          case when v.dead then v.on_hand else v.excess end as "too much", i.unit,
          case when v.dead then 'dead' else 'excess' end as why,
          case when v.dead then v.on_hand else v.excess end * v.cents / 100 as value
        from valued v join item i on i.tenant_id = '$tenant' and i.item_id = v.item_id
        where v.dead or v.excess > 0
        order by value desc nulls last, v.bin_id limit 200`),
    ],
  });
}
