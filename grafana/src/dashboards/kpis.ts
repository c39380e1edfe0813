import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnBelow } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { inScope, SqlQuery } from '../queries/sql.ts';
import { itemVariable, siteVariable, tenantVariable } from '../variables.ts';
import { SHELF_LINK, shelfwireDashboard } from './dashboard.ts';

const AT_IN_RANGE = 'at_ms between $__from and $__to';
const RANGE_DAYS = '(($__to - $__from) / 86400000.0)';

/**
 * How long each level held within the chosen time. The level before the first movement is what that movement left less
 * its change; a bin without movements holds its level all the time.
 */
const HELD = `
  move as (
    select tenant_id, site_id, bin_id, item_id, at_ms, on_hand_after, on_hand_after - change as before,
      row_number() over bin_time as place,
      lead(at_ms, 1, $__to::bigint) over bin_time as until_ms
    from stock_movement
    where ${inScope()} and item_id in ($item) and ${AT_IN_RANGE}
    window bin_time as (partition by tenant_id, site_id, bin_id order by at_ms, movement_id)),
  held as (
    select site_id, bin_id, item_id, before as on_hand, at_ms - $__from as ms from move where place = 1
    union all
    select site_id, bin_id, item_id, on_hand_after, until_ms - at_ms from move
    union all
    select l.site_id, l.bin_id, l.item_id, l.on_hand, $__to - $__from from stock_level l
    where ${inScope('l')} and l.item_id in ($item)
      and not exists (select from move m where m.site_id = l.site_id and m.bin_id = l.bin_id))`;

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
    .withPanel(orderCycle())
    .withPanel(perfectOrders())
    .withPanel(accuracy())
    .withPanel(sensorUptime())
    .withRow(new RowBuilder('Items'))
    .withPanel(items())
    .withPanel(stockouts())
    .withRow(new RowBuilder('Over time'))
    .withPanel(movementsByKind())
    .withPanel(goodReadings());
}

function availability() {
  return stat({
    title: 'Availability',
    description: 'Share of the time, over all bins, in which something was on hand.',
    unit: 'percentunit',
    width: 5,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.95),
    queries: [
      new SqlQuery(`
        with ${HELD}
        select coalesce(sum(ms) filter (where on_hand > 0), 0)::float / nullif(sum(ms), 0) as availability from held`),
    ],
  });
}

function orderCycle() {
  return stat({
    title: 'Order cycle time',
    description: 'Median time from an order’s making to its closing.',
    unit: 'ms',
    width: 5,
    queries: [
      new SqlQuery(`
        select percentile_cont(0.5) within group (order by closed_at_ms - created_at_ms) as ms from purchase_order
        where ${inScope()} and closed_at_ms between $__from and $__to`),
    ],
  });
}

function perfectOrders() {
  return stat({
    title: 'On time and complete',
    description:
      'Share of the closed orders that came by their date with everything ordered. Damage and papers are not known to the shelf.',
    unit: 'percentunit',
    width: 5,
    decimals: 1,
    thresholds: warnBelow(0.95, 0.85),
    queries: [
      new SqlQuery(`
        select avg((o.closed_at_ms <= coalesce(o.due_at_ms, o.closed_at_ms) and not exists (
          select from purchase_order_line n
          where n.order_id = o.order_id and n.received_quantity < n.ordered_quantity))::int) as share
        from purchase_order o where ${inScope('o')} and o.closed_at_ms between $__from and $__to`),
    ],
  });
}

function accuracy() {
  return stat({
    title: 'Inventory accuracy',
    description:
      'One less what counts had to correct, relative to what was moved. 1 if nobody had to correct anything.',
    unit: 'percentunit',
    width: 5,
    decimals: 1,
    thresholds: warnBelow(0.98, 0.95),
    queries: [
      new SqlQuery(`
        select greatest(0, 1 - coalesce(sum(abs(change)) filter (where kind in ('ADJUSTMENT', 'UNEXPLAINED')), 0)::float
          / nullif(sum(abs(change)), 0)) as accuracy
        from stock_movement where ${inScope()} and item_id in ($item) and ${AT_IN_RANGE}`),
    ],
  });
}

function sensorUptime() {
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
    title: 'Movements',
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
    title: 'Readings by quality',
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
