import { warnAbove } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When an order came to wait for a person, or when it was made, if that was never noted. */
const WAITS_SINCE_MS = `coalesce((select max(e.at_ms) from order_event e
  where e.tenant_id = o.tenant_id and e.order_id = o.order_id and e.status = 'PENDING_APPROVAL'), o.created_at_ms)`;

export function longestWait() {
  return stat({
    title: 'Longest wait for approval',
    description:
      'How long the oldest order that a person must approve has been waiting. Its shelf gets no fuller meanwhile.',
    unit: 'ms',
    width: 6,
    height: 7,
    thresholds: warnAbove(4 * HOUR_MS, DAY_MS),
    queries: [
      new SqlQuery(`
        select coalesce(max(${NOW_MS} - ${WAITS_SINCE_MS}), 0)::float as waiting from purchase_order o
        where ${inScope('o')} and o.status = 'PENDING_APPROVAL'`),
    ],
  });
}

export function waitingForApproval() {
  return table({
    title: 'Orders waiting for approval',
    description: 'Longest wait first, with what it is about. Approve or reject them in the console.',
    unit: 'short',
    width: 18,
    height: 7,
    columns: {
      waiting: { unit: 'ms', thresholds: warnAbove(4 * HOUR_MS, DAY_MS) },
      amount: { decimals: 2 },
    },
    queries: [
      new SqlQuery(`
        select o.order_number as "order", o.site_id as site, s.name as supplier, ${NOW_MS} - ${WAITS_SINCE_MS} as waiting,
          o.amount_cents / 100.0 as amount, coalesce(o.attention, o.sentence) as why
        from purchase_order o join supplier s using (tenant_id, supplier_id)
        where ${inScope('o')} and o.status = 'PENDING_APPROVAL' order by waiting desc limit 200`),
    ],
  });
}

/** The same reckoning as in reorder-service/src/replenishment/budget.ts. */
export function budgets() {
  return table({
    title: 'Budgets',
    description:
      'What was ordered in this calendar month of each site, without what was called off, against what may be ordered without ' +
      'asking. An order beyond it, or without a price, waits for approval. Budgets of other sites than the chosen ones are left out.',
    unit: 'short',
    width: 12,
    height: 7,
    columns: {
      spent: { decimals: 2 },
      limit: { decimals: 2 },
      used: { unit: 'percentunit', decimals: 0, thresholds: warnAbove(0.8, 1) },
    },
    queries: [
      new SqlQuery(`
        with line as (
          select l.site_id, i.item_class,
            l.ordered_quantity / l.stock_units_per_order_unit * l.exact_unit_price_cents as cents
          from purchase_order_line l
          join purchase_order o using (order_id)
          join item i on i.tenant_id = l.tenant_id and i.item_id = l.item_id
          join site t on t.tenant_id = l.tenant_id and t.site_id = l.site_id
          where l.tenant_id = '$tenant' and o.status not in ('CANCELLED', 'REJECTED')
            and o.created_at_ms >= ${NOW_MS} - ${32 * DAY_MS}
            and date_trunc('month', to_timestamp(o.created_at_ms / 1000.0) at time zone t.time_zone)
              = date_trunc('month', now() at time zone t.time_zone))
        select b.budget_id as budget, coalesce(b.site_id, 'every site') as site,
          coalesce(b.item_class, 'every class') as class, coalesce(sum(line.cents), 0)::float / 100 as spent,
          b.monthly_cents / 100.0 as "limit", coalesce(sum(line.cents), 0)::float / nullif(b.monthly_cents, 0) as used
        from budget b
        left join line on (b.site_id is null or b.site_id = line.site_id)
          and (b.item_class is null or b.item_class = line.item_class)
        where b.tenant_id = '$tenant' and (b.site_id is null or b.site_id in ($site))
        group by b.budget_id, b.site_id, b.item_class, b.monthly_cents order by used desc nulls last limit 200`),
    ],
  });
}

/** The same reckoning as in reorder-service/src/replenishment/truck.ts: full as soon as one of the minimums is reached. */
export function trucks() {
  return table({
    title: 'Trucks that are being filled',
    description:
      'Orders that gather the needs of a site until the truck is full, leaves, or a bin can wait no longer. Full: how near the ' +
      'nearest of the supplier’s minimums is; without a minimum it leaves by the clock alone.',
    unit: 'short',
    width: 12,
    height: 7,
    columns: {
      leaves: { unit: 'dateTimeFromNow' },
      full: { unit: 'percentunit', decimals: 0 },
      value: { decimals: 2 },
      weight: { unit: 'massg' },
    },
    queries: [
      new SqlQuery(`
        with load as (
          select o.order_id, count(*) as lines, sum(l.ordered_quantity / l.stock_units_per_order_unit)::float as units,
            sum(l.ordered_quantity * coalesce(i.piece_grams, 0))::float as grams
          from purchase_order o join purchase_order_line l using (order_id)
          left join item i on i.tenant_id = l.tenant_id and i.item_id = l.item_id
          where ${inScope('o')} and o.status = 'DRAFT' and o.gather_until_ms is not null group by o.order_id)
        select s.name as supplier, o.site_id as site, load.lines, load.units, o.amount_cents / 100.0 as value,
          load.grams as weight, greatest(
            o.amount_cents / nullif((s.truck->>'minValue')::float * 100, 0),
            load.grams / nullif((s.truck->>'minWeightKg')::float * 1000, 0),
            load.units / nullif((s.truck->>'minUnits')::float, 0)) as "full", o.gather_until_ms as leaves
        from load join purchase_order o using (order_id) join supplier s using (tenant_id, supplier_id)
        order by o.gather_until_ms limit 200`),
    ],
  });
}
