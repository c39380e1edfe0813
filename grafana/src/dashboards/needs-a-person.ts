import { MappingType, RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { promQl } from '../queries/promql.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';
import { siteVariable, tenantVariable } from '../variables.ts';
import { dashboardLink, SHELF_LINK, shelfwireDashboard } from './dashboard.ts';

const DAY_MS = 86_400_000;
/** As long before its date as the reorder-service begins to tell of a lot. */
const EXPIRING_WITHIN_MS = 30 * DAY_MS;
/** An alert may be about the whole tenant. */
const ALERTS_IN_SCOPE = "tenant_id = '$tenant' and (site_id is null or site_id in ($site)) and resolved_at_ms is null";
const LOTS_IN_SCOPE = `${inScope()} and used_up_at_ms is null and remaining_quantity > 0`;

export function needsAPerson(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-person',
    title: 'Needs a person',
    description: 'Everything that waits for somebody: alerts, counts, readings that belong nowhere, goods that expire.',
    from: 'now-7d',
    refresh: '1m',
    variables: [tenantVariable(), siteVariable()],
  })
    .withRow(new RowBuilder('Now'))
    .withPanel(openAlertCount())
    .withPanel(approvalCount())
    .withPanel(countingTasks())
    .withPanel(parkedCount())
    .withPanel(
      lotCount('Expired lots', 'Lots past their date that still have something left. Take them off the shelf.', 0),
    )
    .withPanel(lotCount('Expiring lots', 'Lots whose date comes within 30 days. Use them first, or send them back.', 1))
    .withRow(new RowBuilder('Alerts'))
    .withPanel(openAlerts())
    .withPanel(alertsOverTime())
    .withRow(new RowBuilder('Readings that could not be accounted'))
    .withPanel(parkedReadings())
    .withPanel(parkedOverTime())
    .withRow(new RowBuilder('Lots and counts'))
    .withPanel(lots())
    .withPanel(openCounts());
}

function openAlertCount() {
  return stat({
    title: 'Open alerts',
    description: 'Alerts that last and that nobody has acknowledged yet. What each is about: below.',
    unit: 'short',
    width: 4,
    thresholds: warnAbove(1, 10),
    queries: [
      new SqlQuery(`select count(*) as alerts from alert where ${ALERTS_IN_SCOPE} and acknowledged_at_ms is null`),
    ],
  });
}

function approvalCount() {
  return stat({
    title: 'Orders to approve',
    description:
      'Orders that go out only when somebody approves them. A click shows which, and how long they have waited.',
    unit: 'short',
    width: 4,
    thresholds: warnAbove(1, 20),
    link: dashboardLink('shelfwire-orders', 'Show the orders'),
    queries: [
      new SqlQuery(`select count(*) as orders from purchase_order where ${inScope()} and status = 'PENDING_APPROVAL'`),
    ],
  });
}

function countingTasks() {
  return stat({
    title: 'Bins to count',
    description:
      'Bins whose sensor is in doubt, or whose level surprised. Nothing is ordered for a doubtful one before.',
    unit: 'short',
    width: 4,
    thresholds: warnAbove(1, 10),
    queries: [new SqlQuery(`select count(*) as tasks from counting_task where ${inScope()} and closed_at_ms is null`)],
  });
}

function parkedCount() {
  return stat({
    title: 'Parked readings',
    description:
      'Readings of sensors that belong to no bin. Assign the sensor in the console; they are accounted then.',
    unit: 'short',
    width: 4,
    thresholds: warnAbove(1, 1_000),
    queries: [new SqlQuery(`select count(*) as readings from parked_reading where ${inScope()}`)],
  });
}

/** @param from 0: those past their date; 1: those that will be soon */
function lotCount(title: string, description: string, from: 0 | 1) {
  const expires =
    from === 0
      ? `expires_at_ms <= ${NOW_MS}`
      : `expires_at_ms > ${NOW_MS} and expires_at_ms <= ${NOW_MS} + ${EXPIRING_WITHIN_MS}`;
  return stat({
    title,
    description,
    unit: 'short',
    width: 4,
    thresholds: from === 0 ? warnAbove(1, 1) : warnAbove(1, 20),
    queries: [new SqlQuery(`select count(*) as lots from stock_lot where ${LOTS_IN_SCOPE} and ${expires}`)],
  });
}

function openAlerts() {
  return table({
    title: 'Open alerts, most severe first',
    description: 'What lasts now, since when, and who has taken it on. They end by themselves when the cause is gone.',
    unit: 'short',
    width: 16,
    columns: {
      severity: {
        mappings: [
          {
            type: MappingType.ValueToText,
            options: {
              critical: { text: 'critical', color: 'red', index: 0 },
              warning: { text: 'warning', color: 'yellow', index: 1 },
              info: { text: 'info', color: 'blue', index: 2 },
            },
          },
        ],
      },
      since: { unit: 'dateTimeFromNow' },
      age: { unit: 'ms', thresholds: warnAbove(DAY_MS, 3 * DAY_MS) },
      bin: { link: SHELF_LINK },
    },
    queries: [
      new SqlQuery(`
        select severity, title, coalesce(site_id, 'every site') as site, bin_id as bin, raised_at_ms as since,
          ${NOW_MS} - raised_at_ms as age, occurrences as times, acknowledged_by as "taken on by", detail
        from alert where ${ALERTS_IN_SCOPE}
        order by array_position(array['critical', 'warning', 'info'], severity), raised_at_ms limit 200`),
    ],
  });
}

function alertsOverTime() {
  return timeSeries({
    title: 'Alerts raised and resolved',
    description: 'Per interval, over all tenants. Many raised and resolved at once: something flaps.',
    unit: 'short',
    width: 8,
    height: 9,
    style: 'bars',
    queries: [promQl('sum by (change) (increase(shelfwire_reorder_alerts_total[$__rate_interval]))', '{{change}}')],
  });
}

function parkedReadings() {
  return table({
    title: 'Parked readings by device',
    description:
      'Which devices speak and belong nowhere, why, and since when. Usually one that was mounted and not assigned.',
    unit: 'short',
    width: 16,
    columns: { first: { unit: 'dateTimeAsIso' }, last: { unit: 'dateTimeFromNow' } },
    queries: [
      new SqlQuery(`
        select site_id as site, coalesce(device_id, '–') as device, reason, count(*) as readings,
          min(parked_at_ms) as first, max(parked_at_ms) as last
        from parked_reading where ${inScope()} group by site_id, device_id, reason order by readings desc limit 200`),
    ],
  });
}

function parkedOverTime() {
  return timeSeries({
    title: 'Parked readings over time',
    description: 'How many wait, over all tenants. It should fall to zero once every sensor belongs to a bin.',
    unit: 'short',
    width: 8,
    height: 9,
    thresholds: warnAbove(1, 1_000),
    queries: [promQl('max(shelfwire_reorder_parked_readings)', 'waiting')],
  });
}

function lots() {
  return table({
    title: 'Lots by their date',
    description:
      'Expired ones and those that will be within 30 days, first the oldest. What is left of each is a reckoning: first in, first out.',
    unit: 'short',
    width: 14,
    columns: {
      expires: { unit: 'dateTimeFromNow' },
      'days left': {
        unit: 'd',
        decimals: 0,
        thresholds: [
          { value: null, color: 'red' },
          { value: 0, color: 'yellow' },
          { value: 14, color: 'green' },
        ],
      },
      bin: { link: SHELF_LINK },
    },
    queries: [
      new SqlQuery(`
        select l.site_id as site, l.bin_id as bin, i.name as item, l.lot_number as lot, l.remaining_quantity as "left", i.unit,
          l.expires_at_ms as expires, (l.expires_at_ms - ${NOW_MS})::float / ${DAY_MS} as "days left"
        from stock_lot l join item i using (tenant_id, item_id)
        where ${inScope('l')} and l.used_up_at_ms is null and l.remaining_quantity > 0
          and l.expires_at_ms <= ${NOW_MS} + ${EXPIRING_WITHIN_MS}
        order by l.expires_at_ms limit 200`),
    ],
  });
}

function openCounts() {
  return table({
    title: 'Bins to count, longest wait first',
    description: 'Why each is to be counted. A count wins over the sensor and teaches it.',
    unit: 'short',
    width: 10,
    columns: { waiting: { unit: 'ms', thresholds: warnAbove(DAY_MS, 3 * DAY_MS) }, bin: { link: SHELF_LINK } },
    queries: [
      new SqlQuery(`
        select site_id as site, bin_id as bin, ${NOW_MS} - opened_at_ms as waiting, reason
        from counting_task where ${inScope()} and closed_at_ms is null order by opened_at_ms limit 200`),
    ],
  });
}
