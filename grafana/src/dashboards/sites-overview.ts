import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { STOCK_STATUS_MAPPINGS } from '../panels/status-colors.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';
import { siteVariable, tenantVariable } from '../variables.ts';
import { dashboardLink, SHELF_LINK, shelfwireDashboard } from './dashboard.ts';

export function sitesOverview(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-sites',
    title: 'Sites overview',
    description: 'Every site at a glance: what is low, what is doubtful, what is on its way.',
    from: 'now-24h',
    refresh: '30s',
    variables: [tenantVariable(), siteVariable()],
  })
    .withRow(new RowBuilder('Now'))
    .withPanel(binCount('Bins', 'Bins with a sensor at the chosen sites.', 'true'))
    .withPanel(
      binCount(
        'Out of stock',
        'Bins whose level is zero. Each should have an open order.',
        "l.status = 'OUT_OF_STOCK'",
        [1, 1],
      ),
    )
    .withPanel(
      binCount(
        'Low',
        'Bins at or below the reorder point or the safety stock.',
        "l.status in ('BELOW_REORDER', 'BELOW_SAFETY')",
        [1, 10],
      ),
    )
    .withPanel(
      binCount(
        'In doubt',
        'Bins whose sensor is stale, unstable, uncalibrated or implausible. Nothing is ordered for them until the ' +
          'sensor recovers or a person counts.',
        "l.status = 'UNKNOWN' or coalesce(s.quality, 'good') <> 'good'",
        [1, 10],
      ),
    )
    .withPanel(openOrders())
    .withPanel(overdueOrders())
    .withRow(new RowBuilder('Sites'))
    .withPanel(sitesTable())
    .withPanel(attentionTable())
    .withRow(new RowBuilder('Telemetry'))
    .withPanel(readingsPerSite())
    .withPanel(consumptionPerSite());
}

function binCount(title: string, description: string, condition: string, limits?: [number, number]) {
  return stat({
    title,
    description,
    unit: 'short',
    width: 4,
    ...(limits ? { thresholds: warnAbove(limits[0], limits[1]) } : {}),
    queries: [
      new SqlQuery(`
        select count(*) as bins from bin b
        left join stock_level l using (tenant_id, site_id, bin_id)
        left join sensor_state s using (tenant_id, site_id, bin_id)
        where ${inScope('b')} and (${condition})`),
    ],
  });
}

function openOrders() {
  return stat({
    title: 'Open orders',
    link: dashboardLink('shelfwire-orders', 'Show the orders'),
    description: 'Orders that are not closed yet, drafts included.',
    unit: 'short',
    width: 4,
    queries: [
      new SqlQuery(`select count(*) as orders from purchase_order where ${inScope()} and closed_at_ms is null`),
    ],
  });
}

function overdueOrders() {
  return stat({
    title: 'Overdue orders',
    link: dashboardLink('shelfwire-orders', 'Show the orders'),
    description: 'Open orders whose delivery is past its date. Call the supplier.',
    unit: 'short',
    width: 4,
    thresholds: warnAbove(1, 5),
    queries: [
      new SqlQuery(`
        select count(*) as orders from purchase_order
        where ${inScope()} and closed_at_ms is null and due_at_ms < ${NOW_MS}`),
    ],
  });
}

function sitesTable() {
  return table({
    title: 'Sites',
    description: 'One line a site. A last reading that is long ago means: look at the gateway before the shelves.',
    unit: 'short',
    width: 12,
    columns: { 'last reading': { unit: 'dateTimeFromNow' }, 'out of stock': { thresholds: warnAbove(1, 1) } },
    queries: [
      new SqlQuery(`
        select t.name as name, t.site_id as site, count(b.bin_id) as bins,
          count(*) filter (where l.status = 'OUT_OF_STOCK') as "out of stock",
          count(*) filter (where l.status in ('BELOW_REORDER', 'BELOW_SAFETY')) as low,
          count(*) filter (where coalesce(s.quality, 'good') <> 'good') as "in doubt",
          max(s.last_reading_at_ms) as "last reading"
        from site t
        left join bin b using (tenant_id, site_id)
        left join stock_level l using (tenant_id, site_id, bin_id)
        left join sensor_state s using (tenant_id, site_id, bin_id)
        where ${inScope('t')}
        group by t.name, t.site_id order by "out of stock" desc, low desc, t.name`),
    ],
  });
}

function attentionTable() {
  return table({
    title: 'Bins that need attention',
    description: 'Not OK, worst first, with what was decided about each and why. Follow the bin to its history.',
    unit: 'short',
    width: 12,
    columns: { status: { mappings: STOCK_STATUS_MAPPINGS }, bin: { link: SHELF_LINK } },
    queries: [
      new SqlQuery(`
        select b.site_id as site, b.bin_id as bin, i.name as item, l.on_hand as "on hand", i.unit, l.status,
          d.decision, d.because
        from bin b
        join item i using (tenant_id, item_id)
        join stock_level l using (tenant_id, site_id, bin_id)
        left join item_location d using (tenant_id, site_id, bin_id)
        where ${inScope('b')} and l.status not in ('OK', 'OVERSTOCK')
        order by array_position(array['OUT_OF_STOCK', 'BELOW_SAFETY', 'BELOW_REORDER', 'UNKNOWN', 'DEAD'], l.status),
          b.site_id, b.bin_id
        limit 200`),
    ],
  });
}

function readingsPerSite() {
  return timeSeries({
    title: 'Readings per site',
    link: dashboardLink('shelfwire-pipeline', 'Show the pipeline'),
    description: 'Readings stored in each interval. A site that stops sends nothing: look at *Pipeline*.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { readings: 'count("sequence")' },
        groupByTime: '$__interval',
        groupByTags: ['siteId'],
        fill: '0',
      }).alias('$tag_siteId'),
    ],
  });
}

function consumptionPerSite() {
  return timeSeries({
    title: 'Consumption per site',
    description:
      'Stock units taken in each interval, from the ledger’s movements. Different units are added up: compare a site with itself.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new SqlQuery(`
        select to_timestamp(floor(at_ms / $__interval_ms) * $__interval_ms / 1000.0) as time, site_id as metric,
          -sum(change) as taken
        from stock_movement
        where ${inScope()} and kind = 'CONSUMPTION' and at_ms between $__from and $__to
        group by 1, 2 order by 1`).asTimeSeries(),
    ],
  });
}
