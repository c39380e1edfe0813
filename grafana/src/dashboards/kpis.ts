import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove, warnBelow } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { AT_IN_RANGE, HELD, RANGE_DAYS } from '../queries/held-levels.ts';
import { inScope, SqlQuery } from '../queries/sql.ts';
import { itemVariable, siteVariable, tenantVariable } from '../variables.ts';
import { SHELF_LINK, shelfwireDashboard } from './dashboard.ts';
import { deadStockValue, deadAndExcess, excessStockValue } from './stock-value-panels.ts';

export function kpis(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-kpis',
    title: 'KPIs',
    description:
      'How well the shelves are kept: availability, days of supply, turns, order cycle, accuracy, sensor uptime.',
    from: 'now-30d',
    refresh: '15m',
    variables: [tenantVariable(), siteVariable(), itemVariable()],
  })
    .withRow(new RowBuilder('In the chosen time'))
    .withPanel(availability())
    .withPanel(unitFillRate())
    .withPanel(stockoutDays())
    .withPanel(orderCycle())
    .withPanel(perfectOrders())
    .withPanel(accuracy())
    .withPanel(turns())
    .withPanel(deadStockValue())
    .withPanel(excessStockValue())
    .withPanel(sensorUptime())
    .withPanel(sensorsInOrder())
    .withRow(new RowBuilder('Items'))
    .withPanel(items())
    .withPanel(stockouts())
    .withPanel(deadAndExcess())
    .withRow(new RowBuilder('Over time'))
    .withPanel(movementsByKind())
    .withPanel(goodReadings());
}

function availability() {
  return stat({
    title: 'Availability',
    description: 'Share of the time, over all bins, in which something was on hand.',
    unit: 'percentunit',
    width: 4,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.95),
    queries: [
      new SqlQuery(`
        with ${HELD}
        select coalesce(sum(ms) filter (where on_hand > 0), 0)::float / nullif(sum(ms), 0) as availability from held`),
    ],
  });
}

function unitFillRate() {
  return stat({
    title: 'Unit fill rate',
    description:
      'Share of the wanted units that were there. What nobody could take from an empty bin is estimated: its own mean ' +
      'consumption while it was not empty.',
    unit: 'percentunit',
    width: 4,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.95),
    queries: [
      new SqlQuery(`
        with ${HELD},
        used as (
          select site_id, bin_id, -sum(change) as taken from stock_movement
          where ${inScope()} and item_id in ($item) and kind = 'CONSUMPTION' and ${AT_IN_RANGE} group by site_id, bin_id),
        bins as (
          select site_id, bin_id, sum(ms) filter (where on_hand > 0) as filled_ms,
            coalesce(sum(ms) filter (where on_hand <= 0), 0) as empty_ms
          from held group by site_id, bin_id)
        select (sum(taken) / nullif(sum(taken + taken * empty_ms / nullif(filled_ms, 0)), 0))::float as share
        from bins join used using (site_id, bin_id)`),
    ],
  });
}

function stockoutDays() {
  return stat({
    title: 'Stockout days',
    description: 'Days without stock, added up over all bins. Which ones: see below.',
    unit: 'd',
    width: 4,
    decimals: 1,
    thresholds: warnAbove(0.1, 1),
    queries: [
      new SqlQuery(`
        with ${HELD}
        select coalesce(sum(ms) filter (where on_hand <= 0), 0)::float / 86400000 as days from held`),
    ],
  });
}

function turns() {
  return stat({
    title: 'Turns a year',
    description:
      'Consumption of the chosen time, taken for a year, divided by the mean stock of that time. Units of different kinds ' +
      'are added up: compare a site with itself, or choose one item.',
    unit: 'short',
    width: 4,
    decimals: 1,
    queries: [
      new SqlQuery(`
        with ${HELD},
        used as (
          select -sum(change) as taken from stock_movement
          where ${inScope()} and item_id in ($item) and kind = 'CONSUMPTION' and ${AT_IN_RANGE}),
        stock as (select sum(on_hand * ms) / ($__to - $__from) as mean from held)
        select (taken / ${RANGE_DAYS} * 365 / nullif(mean, 0))::float as turns from used, stock`),
    ],
  });
}

function orderCycle() {
  return stat({
    title: 'Order cycle time',
    description: 'Median time from an order’s making to its closing; cancelled and rejected ones do not count.',
    unit: 'ms',
    width: 4,
    queries: [
      new SqlQuery(`
        select percentile_cont(0.5) within group (order by closed_at_ms - created_at_ms) as ms from purchase_order
        where ${inScope()} and closed_at_ms between $__from and $__to and status not in ('CANCELLED', 'REJECTED')`),
    ],
  });
}

function perfectOrders() {
  return stat({
    title: 'Perfect orders',
    description:
      'Share of the closed orders that came by their date, with everything ordered, and of which no receipt was noted as ' +
      'damaged or wrong. Whether the papers were right is not known here.',
    unit: 'percentunit',
    width: 4,
    decimals: 1,
    thresholds: warnBelow(0.95, 0.85),
    queries: [
      new SqlQuery(`
        select avg((o.closed_at_ms <= coalesce(o.due_at_ms, o.closed_at_ms) and not exists (
          select from purchase_order_line n
          where n.order_id = o.order_id and n.received_quantity < n.ordered_quantity) and not exists (
          select from order_receipt r join order_receipt_line n using (receipt_id)
          where r.order_id = o.order_id and r.status = 'CONFIRMED' and n.condition <> 'good'))::int)::float as share
        from purchase_order o where ${inScope('o')} and o.closed_at_ms between $__from and $__to and o.status not in ('CANCELLED', 'REJECTED')`),
    ],
  });
}

function accuracy() {
  return stat({
    title: 'Inventory accuracy',
    description:
      'One less what counts had to correct, relative to what was moved. 1 if nobody had to correct anything.',
    unit: 'percentunit',
    width: 4,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.95),
    queries: [
      new SqlQuery(`
        select greatest(0, 1 - coalesce(sum(abs(change)) filter (where kind in ('ADJUSTMENT', 'UNEXPLAINED')), 0)::float
          / nullif(sum(abs(change)), 0)) as accuracy
        from stock_movement where ${inScope()} and item_id in ($item) and ${AT_IN_RANGE}
          and (kind <> 'ADJUSTMENT' or evidence->>'cause' is distinct from 'first')`),
    ],
  });
}

function sensorsInOrder() {
  return stat({
    title: 'Sensors in order',
    description: 'Share of the sensors of bins whose last reading was good.',
    unit: 'percentunit',
    width: 4,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.9),
    queries: [
      new SqlQuery(`
        select avg((coalesce(s.quality, 'never heard') = 'good')::int) as share from bin b
        left join sensor_state s using (tenant_id, site_id, bin_id)
        where ${inScope('b')} and b.item_id in ($item)`),
    ],
  });
}

/** Hours with a value ÷ hours of the chosen time, over all devices that were heard of in it. */
function sensorUptime() {
  const uptime = (field: string, refId: string, name: string): InfluxQlQuery =>
    new InfluxQlQuery({
      measurement: 'reading_hourly',
      fields: { hours: `count("${field}_count")` },
      groupByTags: ['siteId', 'deviceId', 'sensorId'],
      outer: 'mean("hours") * 3600000 / ($__to - $__from)',
    })
      .refId(refId)
      .alias(name);
  return stat({
    title: 'Sensor uptime',
    description:
      'Share of the hours of the chosen time in which a sensor gave at least one value, mean over all scales and all level ' +
      'sensors that were heard of. The hour that runs is not counted yet.',
    unit: 'percentunit',
    width: 8,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.9),
    queries: [uptime('netGrams', 'A', 'scales'), uptime('fillRatio', 'B', 'levels')],
  });
}

function items() {
  return table({
    title: 'Days of supply and turns',
    description:
      'Days of supply: what is there, divided by the mean consumption a day in the chosen time. Turns: consumption a year, ' +
      'divided by what is there now. No consumption at all: dead stock, or a sensor nobody looks at.',
    unit: 'short',
    width: 14,
    columns: {
      'days of supply': { unit: 'd', decimals: 1, thresholds: warnBelow(7, 2) },
      turns: { decimals: 1 },
      'a day': { decimals: 1 },
    },
    queries: [
      new SqlQuery(`
        with used as (
          select item_id, -sum(change) as taken from stock_movement
          where ${inScope()} and kind = 'CONSUMPTION' and ${AT_IN_RANGE} group by item_id),
        there as (
          select item_id, sum(on_hand) as on_hand from stock_level where ${inScope()} group by item_id)
        select i.sku, i.name as item, there.on_hand as "on hand", i.unit, coalesce(used.taken, 0) / ${RANGE_DAYS} as "a day",
          there.on_hand / nullif(used.taken / ${RANGE_DAYS}, 0) as "days of supply",
          used.taken / ${RANGE_DAYS} * 365 / nullif(there.on_hand, 0) as turns
        from item i join there using (item_id) left join used using (item_id)
        where i.tenant_id = '$tenant' and i.item_id in ($item)
        order by "days of supply" nulls last, i.sku limit 1000`),
    ],
  });
}

function stockouts() {
  return table({
    title: 'Time without stock',
    description: 'Bins that were empty in the chosen time, and for how long.',
    unit: 'short',
    width: 10,
    columns: { empty: { unit: 'ms' }, bin: { link: SHELF_LINK } },
    queries: [
      new SqlQuery(`
        with ${HELD}
        select site_id as site, bin_id as bin, item_id as item, sum(ms) as empty from held
        where on_hand <= 0 group by site_id, bin_id, item_id order by empty desc limit 200`),
    ],
  });
}

function movementsByKind() {
  return timeSeries({
    title: 'Movements by kind',
    description:
      'Stock units per interval by kind; consumption is negative. Much that is unexplained: somebody takes or brings past the scale.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new SqlQuery(`
        select to_timestamp(floor(at_ms / $__interval_ms) * $__interval_ms / 1000.0) as time, kind as metric,
          sum(change) as change
        from stock_movement where ${inScope()} and item_id in ($item) and ${AT_IN_RANGE}
        group by 1, 2 order by 1`).asTimeSeries(),
    ],
  });
}

function goodReadings() {
  return timeSeries({
    title: 'Quality of all readings',
    description: 'Stored readings per interval over all sensors of the chosen sites.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { readings: 'count("sequence")' },
        groupByTime: '$__interval',
        groupByTags: ['quality'],
        fill: '0',
      }).alias('$tag_quality'),
    ],
  });
}
