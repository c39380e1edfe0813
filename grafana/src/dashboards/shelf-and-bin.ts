import { AnnotationQueryBuilder, RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { POSTGRESQL } from '../data-sources.ts';
import { stat, textStat } from '../panels/stat.ts';
import { STOCK_STATUS_MAPPINGS } from '../panels/status-colors.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { inScope, SqlQuery } from '../queries/sql.ts';
import { binDeviceVariable, binVariable, itemVariable, siteVariable, tenantVariable } from '../variables.ts';
import { shelfwireDashboard } from './dashboard.ts';
import { levelByTheHour, levels, readingQuality, weight, weightByTheHour } from './shelf-sensor-panels.ts';

const THIS_BIN = `"binId" = '$bin'`;

export function shelfAndBin(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-shelf',
    title: 'Shelf and bin',
    description: 'One bin: how much is there, how sure that is, what moved it and which orders hang on it.',
    from: 'now-7d',
    refresh: '30s',
    variables: [tenantVariable(), siteVariable(), itemVariable(), binVariable(), binDeviceVariable()],
  })
    .annotation(movementAnnotations())
    .annotation(orderAnnotations())
    .withRow(new RowBuilder('Now'))
    .withPanel(
      textStat({
        title: 'Status',
        description: 'By the policy of the bin. UNKNOWN: the sensor is in doubt, and nothing is ordered.',
        unit: 'string',
        width: 5,
        mappings: STOCK_STATUS_MAPPINGS,
        queries: [ofThisBin('select status from stock_level')],
      }),
    )
    .withPanel(
      stat({
        title: 'On hand',
        description: 'In the item’s stock unit.',
        unit: 'short',
        width: 4,
        queries: [ofThisBin('select on_hand from stock_level')],
      }),
    )
    .withPanel(
      stat({
        title: 'Uncertainty',
        description: '± in stock units: scale division and spread of the piece weight. Above half a piece, count.',
        unit: 'short',
        width: 3,
        decimals: 1,
        queries: [ofThisBin('select uncertainty from stock_level')],
      }),
    )
    .withPanel(
      stat({
        title: 'On order',
        description: 'Still to come on open order lines, goods at the dock among it.',
        unit: 'short',
        width: 4,
        queries: [
          ofThisBin(
            `select coalesce(sum(greatest(ordered_quantity - received_quantity - cancelled_quantity - proposed_quantity, 0)
               + awaiting_put_away_quantity), 0) as on_order
             from purchase_order_line`,
            'open',
          ),
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Reorder point',
        description: 'An order is made when the position is at or below it.',
        unit: 'short',
        width: 4,
        queries: [
          ofThisBin(
            `select (p.parameters->>'reorderPoint')::numeric as reorder_point from item_location d
             join policy p on p.tenant_id = d.tenant_id and p.policy_id = d.policy_id and p.version = d.policy_version`,
            'true',
            'd',
          ),
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Last reading',
        description: 'When the sensor last spoke. Quantities are never newer than that.',
        unit: 'dateTimeFromNow',
        width: 4,
        queries: [ofThisBin('select last_reading_at_ms from sensor_state')],
      }),
    )
    .withRow(new RowBuilder('Quantity'))
    .withPanel(quantity())
    .withPanel(position())
    .withRow(new RowBuilder('Sensor'))
    .withPanel(weight())
    .withPanel(levels())
    .withPanel(readingQuality())
    .withRow(new RowBuilder('Two years'))
    .withPanel(weightByTheHour())
    .withPanel(levelByTheHour())
    .withRow(new RowBuilder('What happened'))
    .withPanel(movements())
    .withPanel(orders());
}

function ofThisBin(select: string, condition = 'true', alias?: string): SqlQuery {
  const column = alias === undefined ? 'bin_id' : `${alias}.bin_id`;
  return new SqlQuery(`${select} where ${inScope(alias)} and ${column} = '$bin' and ${condition}`);
}

function movementAnnotations(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Movements')
    .datasource(POSTGRESQL)
    .enable(true)
    .iconColor('blue')
    .target(
      ofThisBin(
        `select to_timestamp(at_ms / 1000.0) as time, kind || ' ' || change || ', then ' || on_hand_after as text, kind as tags
         from stock_movement`,
        'at_ms between $__from and $__to',
      ),
    );
}

function orderAnnotations(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Orders')
    .datasource(POSTGRESQL)
    .enable(true)
    .iconColor('purple')
    .target(
      new SqlQuery(`
        select distinct to_timestamp(e.at_ms / 1000.0) as time, o.order_number || ' ' || e.status as text, e.status as tags
        from order_event e
        join purchase_order o using (order_id)
        join purchase_order_line n using (order_id)
        where ${inScope('o')} and n.bin_id = '$bin' and e.at_ms between $__from and $__to`),
    );
}

function quantity() {
  const last = (expression: string): InfluxQlQuery =>
    new InfluxQlQuery({
      measurement: 'stock',
      fields: { quantity: expression },
      where: [THIS_BIN],
      groupByTime: '$__interval',
      fill: 'previous',
    });
  return timeSeries({
    title: 'On hand over time',
    description: 'The ledger’s level after each change, between its uncertainty. Movements and orders are marked.',
    unit: 'short',
    width: 12,
    style: 'steps',
    min: 0,
    queries: [
      last('last("onHand")').refId('A').alias('on hand'),
      last('last("onHand") + last("uncertainty")').refId('B').alias('at most'),
      last('last("onHand") - last("uncertainty")').refId('C').alias('at least'),
    ],
  });
}

function position() {
  return timeSeries({
    title: 'Inventory position',
    description: 'On hand + on order − reserved − backordered. After an order it stands above the reorder point.',
    unit: 'short',
    width: 12,
    style: 'steps',
    queries: [
      new InfluxQlQuery({
        measurement: 'stock',
        fields: { position: 'last("inventoryPosition")', 'on order': 'last("onOrder")' },
        where: [THIS_BIN],
        groupByTime: '$__interval',
        fill: 'previous',
      }).alias('$col'),
    ],
  });
}

function movements() {
  return table({
    title: 'Movements',
    description: 'The ledger’s lines of this bin, newest first. It is append-only.',
    unit: 'short',
    width: 12,
    columns: { at: { unit: 'dateTimeAsIso' } },
    queries: [
      ofThisBin(
        'select at_ms as at, kind, change, on_hand_after as "on hand after" from stock_movement',
        'at_ms between $__from and $__to order by at_ms desc, movement_id desc limit 500',
      ),
    ],
  });
}

function orders() {
  return table({
    title: 'Orders',
    description: 'Orders with a line for this bin, newest first, each with its reason.',
    unit: 'short',
    width: 12,
    columns: { created: { unit: 'dateTimeAsIso' }, due: { unit: 'dateTimeAsIso' } },
    queries: [
      new SqlQuery(`
        select o.order_number as "order", o.status, n.ordered_quantity as ordered, n.confirmed_quantity as confirmed,
          n.received_quantity as received, o.created_at_ms as created, o.due_at_ms as due, o.sentence
        from purchase_order o
        join purchase_order_line n using (order_id)
        where ${inScope('o')} and n.bin_id = '$bin'
        order by o.created_at_ms desc limit 100`),
    ],
  });
}
