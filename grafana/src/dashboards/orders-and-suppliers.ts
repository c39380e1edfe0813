import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove, warnBelow } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';
import { siteVariable, tenantVariable } from '../variables.ts';
import { shelfwireDashboard } from './dashboard.ts';
import { budgets, longestWait, trucks, waitingForApproval } from './order-limits-panels.ts';

/** Closed because it came, not because it was called off. */
const FULFILLED = "o.closed_at_ms is not null and o.status not in ('CANCELLED', 'REJECTED')";
const CREATED_IN_RANGE = 'created_at_ms between $__from and $__to';

export function ordersAndSuppliers(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-orders',
    title: 'Orders and suppliers',
    description: 'What is on its way, what is late, what waits for a person, and how each supplier does.',
    from: 'now-30d',
    refresh: '1m',
    variables: [tenantVariable(), siteVariable()],
  })
    .withRow(new RowBuilder('Now'))
    .withPanel(
      orderCount('Waiting for approval', 'Orders that a person must approve.', "status = 'PENDING_APPROVAL'", [1, 20]),
    )
    .withPanel(orderCount('On hold', 'Orders somebody or a rule has stopped.', "status = 'ON_HOLD'", [1, 10]))
    .withPanel(
      orderCount(
        'Not acknowledged',
        'Sent more than a day ago without an answer of the supplier. Call them.',
        `status = 'SENT' and sent_at_ms < ${NOW_MS} - 86400000`,
        [1, 5],
      ),
    )
    .withPanel(orderCount('Overdue', 'Past the delivery date and not received.', `due_at_ms < ${NOW_MS}`, [1, 5]))
    .withPanel(
      orderCount(
        'Needs a look',
        'Orders with a note for a person: a changed quantity, a rejection, a repeated failure.',
        'attention is not null',
        [1, 10],
      ),
    )
    .withPanel(acknowledgeTime())
    .withRow(new RowBuilder('Approvals, budgets and trucks'))
    .withPanel(longestWait())
    .withPanel(waitingForApproval())
    .withPanel(budgets())
    .withPanel(trucks())
    .withRow(new RowBuilder('Open orders'))
    .withPanel(openOrders())
    .withRow(new RowBuilder('Suppliers'))
    .withPanel(suppliers())
    .withPanel(ordersByStatus())
    .withPanel(failedMessages())
    .withPanel(quantities());
}

function orderCount(title: string, description: string, condition: string, limits: [number, number]) {
  return stat({
    title,
    description,
    unit: 'short',
    width: 4,
    thresholds: warnAbove(limits[0], limits[1]),
    queries: [
      new SqlQuery(
        `select count(*) as orders from purchase_order where ${inScope()} and closed_at_ms is null and ${condition}`,
      ),
    ],
  });
}

function acknowledgeTime() {
  return stat({
    title: 'Time to acknowledge',
    description: 'Median time from sent to acknowledged, of the orders made in the chosen time.',
    unit: 'ms',
    width: 4,
    queries: [
      new SqlQuery(`
        select percentile_cont(0.5) within group (order by acknowledged_at_ms - sent_at_ms) as ms from purchase_order
        where ${inScope()} and acknowledged_at_ms is not null and ${CREATED_IN_RANGE}`),
    ],
  });
}

function openOrders() {
  return table({
    title: 'Open orders',
    description: 'Latest delivery first. The sentence says why the order exists; its full proof is in the console.',
    unit: 'short',
    width: 24,
    columns: {
      created: { unit: 'dateTimeAsIso' },
      sent: { unit: 'dateTimeAsIso' },
      due: { unit: 'dateTimeFromNow' },
      'overdue by': { unit: 'ms', thresholds: warnAbove(1, 3 * 86_400_000) },
      amount: { decimals: 2 },
    },
    queries: [
      new SqlQuery(`
        select o.order_number as "order", o.site_id as site, s.name as supplier, o.status, o.created_at_ms as created,
          o.sent_at_ms as sent, o.due_at_ms as due, greatest(${NOW_MS} - o.due_at_ms, 0) as "overdue by",
          o.amount_cents / 100.0 as amount, o.attention, o.sentence
        from purchase_order o join supplier s using (tenant_id, supplier_id)
        where ${inScope('o')} and o.closed_at_ms is null
        order by o.due_at_ms nulls last, o.created_at_ms limit 500`),
    ],
  });
}

function suppliers() {
  return table({
    title: 'Suppliers',
    description:
      'Orders made in the chosen time. On time: all lines received by the due date. Complete: received what was ordered. ' +
      'Lead time: from sent to the last receipt, median.',
    unit: 'short',
    width: 14,
    columns: {
      'on time': { unit: 'percentunit', decimals: 0, thresholds: warnBelow(0.95, 0.8) },
      complete: { unit: 'percentunit', decimals: 0, thresholds: warnBelow(0.98, 0.9) },
      'lead time': { unit: 'ms' },
      acknowledged: { unit: 'ms' },
    },
    queries: [
      new SqlQuery(`
        with line as (
          select order_id, sum(ordered_quantity) as ordered, sum(received_quantity) as received
          from purchase_order_line where ${inScope()} group by order_id)
        select s.name as supplier, count(*) as orders, count(*) filter (where o.closed_at_ms is null) as open,
          avg((o.closed_at_ms <= o.due_at_ms)::int) filter (where ${FULFILLED} and o.due_at_ms is not null)
            as "on time",
          avg((line.received >= line.ordered)::int) filter (where ${FULFILLED}) as complete,
          percentile_cont(0.5) within group (order by o.acknowledged_at_ms - o.sent_at_ms) as acknowledged,
          percentile_cont(0.5) within group (order by o.closed_at_ms - o.sent_at_ms) filter (where ${FULFILLED}) as "lead time"
        from purchase_order o
        join supplier s using (tenant_id, supplier_id)
        join line using (order_id)
        where ${inScope('o')} and o.${CREATED_IN_RANGE}
        group by s.name order by orders desc`),
    ],
  });
}

function ordersByStatus() {
  return timeSeries({
    title: 'Orders reaching a status',
    description: 'Order lines per interval, by the status they reached.',
    unit: 'short',
    width: 10,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'order',
        fields: { lines: 'count("orderId")' },
        groupByTime: '$__interval',
        groupByTags: ['status'],
        fill: '0',
      }).alias('$tag_status'),
    ],
  });
}

function quantities() {
  return timeSeries({
    title: 'Ordered and received',
    description: 'Stock units per interval: ordered when sent, received when received.',
    unit: 'short',
    width: 10,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'order',
        fields: { ordered: 'sum("orderedQuantity")' },
        where: [`"status" = 'SENT'`],
        groupByTime: '$__interval',
        fill: '0',
      })
        .refId('A')
        .alias('ordered'),
      new InfluxQlQuery({
        measurement: 'order',
        fields: { received: 'sum("receivedQuantity")' },
        where: [`"status" = 'RECEIVED'`],
        groupByTime: '$__interval',
        fill: '0',
      })
        .refId('B')
        .alias('received'),
    ],
  });
}

function failedMessages() {
  return table({
    title: 'Messages that did not get through',
    description: 'Orders to suppliers that failed at least once and still wait, or were given up and need a person.',
    unit: 'short',
    width: 14,
    columns: { 'next try': { unit: 'dateTimeFromNow' }, 'given up': { unit: 'dateTimeAsIso' } },
    queries: [
      new SqlQuery(`
        select site_id as site, recipient, attempts, next_attempt_at_ms as "next try", given_up_at_ms as "given up",
          last_error as error
        from message_outbox
        where ${inScope()} and channel = 'supplier' and sent_at_ms is null and attempts > 0
        order by given_up_at_ms nulls last, created_at_ms limit 100`),
    ],
  });
}
