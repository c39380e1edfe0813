import { MappingType, RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove, warnBelow } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { timeSeries } from '../panels/time-series.ts';
import { table } from '../panels/table.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { promQl } from '../queries/promql.ts';
import { siteVariable, tenantVariable } from '../variables.ts';
import { shelfwireDashboard } from './dashboard.ts';

export function pipeline(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-pipeline',
    title: 'Pipeline',
    description:
      'The way of a reading from the gateway to the ledger: received = stored + queued + quarantined + dropped, at every stage.',
    from: 'now-6h',
    refresh: '30s',
    variables: [tenantVariable(), siteVariable()],
  })
    .withRow(new RowBuilder('Services'))
    .withPanel(services())
    .withRow(new RowBuilder('Gateways'))
    .withPanel(queueDepth())
    .withPanel(
      gatewayRate('Frames and readings', 'What devices sent and what was made durable of it, per second.', [
        'framesReceived',
        'readingsAppended',
        'readingsConfirmed',
      ]),
    )
    .withPanel(
      gatewayRate(
        'Refused, quarantined, dropped',
        'Anything above zero needs a look: an unknown device, a changed payload, a full disk.',
        ['framesRefused', 'framesQuarantined', 'readingsDropped'],
      ),
    )
    .withPanel(gatewayTable())
    .withRow(new RowBuilder('Ingest'))
    .withPanel(ingestLag())
    .withPanel(ingestRates())
    .withPanel(storeWrites())
    .withPanel(quarantine())
    .withPanel(quarantineFill())
    .withPanel(givenUp())
    .withPanel(maintenanceFailures())
    .withRow(new RowBuilder('Ledger, orders and their messages'))
    .withPanel(ledgerRates())
    .withPanel(outboxPending())
    .withPanel(lowToSent())
    .withPanel(webhookEvents());
}

function services() {
  return stat({
    title: 'Services',
    description: 'Whether each service answers. One that does not: its log, then docs/runbook.md.',
    unit: 'short',
    width: 24,
    height: 3,
    thresholds: warnBelow(1, 1),
    mappings: [
      {
        type: MappingType.ValueToText,
        options: { '0': { text: 'down', color: 'red', index: 0 }, '1': { text: 'up', color: 'green', index: 1 } },
      },
    ],
    queries: [promQl('up{job="shelfwire"}', '{{instance}}')],
  });
}

function queueDepth() {
  return timeSeries({
    title: 'Queue on the gateways',
    description:
      'Readings on a gateway’s disk that not every consumer has confirmed. It grows while the uplink or a database is away, and shrinks after.',
    unit: 'short',
    width: 12,
    thresholds: warnAbove(10_000, 1_000_000),
    queries: [
      new InfluxQlQuery({
        measurement: 'gateway',
        fields: { queued: 'max("queuedReadings")' },
        groupByTime: '$__interval',
        groupByTags: ['siteId', 'gatewayId'],
        fill: 'none',
      }).alias('$tag_siteId $tag_gatewayId'),
    ],
  });
}

function gatewayRate(title: string, description: string, counters: readonly string[]) {
  return timeSeries({
    title,
    description,
    unit: 'reqps',
    width: 6,
    queries: [
      new InfluxQlQuery({
        measurement: 'gateway',
        // Counters start at zero with each process: a fall is a restart, not a negative rate.
        fields: Object.fromEntries(counters.map((name) => [name, `non_negative_derivative(max("${name}"), 1s)`])),
        groupByTime: '$__interval',
        groupByTags: ['gatewayId'],
        fill: 'none',
      }).alias('$tag_gatewayId $col'),
    ],
  });
}

function gatewayTable() {
  return table({
    title: 'Gateways',
    description: 'What each gateway last said about itself in the chosen time.',
    unit: 'short',
    width: 24,
    height: 7,
    columns: {
      'oldest queued': { unit: 'dateTimeFromNow' },
      queued: { thresholds: warnAbove(10_000, 1_000_000) },
    },
    queries: [
      new InfluxQlQuery({
        measurement: 'gateway',
        fields: {
          online: 'last("online")',
          version: 'last("version")',
          configuration: 'last("appliedConfigVersion")',
          queued: 'last("queuedReadings")',
          'oldest queued': 'last("oldestQueuedAtMs")',
        },
        groupByTags: ['siteId', 'gatewayId'],
      }).asTable(),
    ],
  });
}

function ingestLag() {
  return timeSeries({
    title: 'Lag',
    description: 'Age of the newest reading of the last batch when it was stored.',
    unit: 's',
    width: 6,
    thresholds: warnAbove(30, 300),
    queries: [promQl('max by (instance) (shelfwire_ingest_lag_seconds)', '{{instance}}')],
  });
}

function ingestRates() {
  return timeSeries({
    title: 'Stored and batches',
    description: 'Readings the store accepted, and batches by outcome, per second.',
    unit: 'reqps',
    width: 6,
    queries: [
      promQl('sum(rate(shelfwire_ingest_readings_stored_total[$__rate_interval]))', 'readings stored'),
      promQl('sum by (outcome) (rate(shelfwire_ingest_batches_total[$__rate_interval]))', 'batches {{outcome}}', 'B'),
    ],
  });
}

function storeWrites() {
  return timeSeries({
    title: 'Time of a write',
    description: '99 % of the writes into the database are faster than that, by outcome.',
    unit: 's',
    width: 6,
    queries: [
      promQl(
        'histogram_quantile(0.99, sum by (le, outcome) (rate(shelfwire_ingest_store_write_seconds_bucket[$__rate_interval])))',
        '{{outcome}}',
      ),
    ],
  });
}

function quarantine() {
  return timeSeries({
    title: 'Quarantine',
    description: 'Entries set aside as unusable, by reason, and how many wait for a person.',
    unit: 'short',
    width: 6,
    queries: [
      promQl('sum(shelfwire_ingest_quarantine_entries)', 'waiting'),
      promQl(
        'sum by (reason) (increase(shelfwire_ingest_readings_quarantined_total[$__rate_interval]))',
        'new: {{reason}}',
        'B',
      ),
    ],
  });
}

function quarantineFill() {
  return timeSeries({
    title: 'Quarantine, how full',
    description:
      'By bytes or by entries, whichever is nearer to its bound. At 100 % the oldest entries are lost: replay or discard before.',
    unit: 'percentunit',
    width: 8,
    min: 0,
    max: 1,
    thresholds: warnAbove(0.5, 0.8),
    queries: [promQl('max by (instance) (shelfwire_ingest_quarantine_fill_ratio)', '{{instance}}')],
  });
}

function givenUp() {
  return timeSeries({
    title: 'Given up',
    description:
      'What is lost for good, per interval: unconfirmed telemetry of gateways that Prometheus reaches, by reason, and the ' +
      'oldest entries of a full quarantine. Always zero, else somebody is told.',
    unit: 'short',
    width: 8,
    style: 'bars',
    thresholds: warnAbove(1, 1),
    queries: [
      promQl(
        'sum by (reason) (increase(shelfwire_gateway_readings_dropped_total[$__rate_interval]))',
        'gateways: {{reason}}',
      ),
      promQl('sum(increase(shelfwire_ingest_quarantine_dropped_total[$__rate_interval]))', 'quarantine', 'B'),
    ],
  });
}

function maintenanceFailures() {
  return timeSeries({
    title: 'Failed maintenance',
    description:
      'Runs of downsampling and retention that failed, per interval. Each is tried again; many in a row: the log of ingest.',
    unit: 'short',
    width: 8,
    style: 'bars',
    thresholds: warnAbove(1, 5),
    queries: [
      promQl(
        'sum by (instance) (increase(shelfwire_ingest_maintenance_failures_total[$__rate_interval]))',
        '{{instance}}',
      ),
    ],
  });
}

function ledgerRates() {
  return timeSeries({
    title: 'Ledger',
    description: 'Readings accounted, by outcome, and movements written, per second.',
    unit: 'reqps',
    width: 8,
    queries: [
      promQl('sum by (outcome) (rate(shelfwire_reorder_readings_applied_total[$__rate_interval]))', '{{outcome}}'),
      promQl('sum(rate(shelfwire_reorder_movements_total[$__rate_interval]))', 'movements', 'B'),
    ],
  });
}

function outboxPending() {
  return timeSeries({
    title: 'Messages waiting',
    description: 'Orders to suppliers and events to the broker that were not sent yet. It should return to zero.',
    unit: 'short',
    width: 8,
    thresholds: warnAbove(10, 100),
    queries: [
      promQl('max(shelfwire_reorder_outbox_pending)', 'waiting'),
      promQl(
        'sum by (outcome) (increase(shelfwire_reorder_supplier_requests_total[$__rate_interval]))',
        'requests: {{outcome}}',
        'B',
      ),
    ],
  });
}

function lowToSent() {
  return timeSeries({
    title: 'Low shelf to order sent',
    description:
      '99 % of the orders left within that time after the low reading was received. Budget: 2 s beyond the filter.',
    unit: 's',
    width: 8,
    queries: [
      promQl(
        'histogram_quantile(0.99, sum by (le) (rate(shelfwire_reorder_low_to_sent_seconds_bucket[$__rate_interval])))',
        'p99',
      ),
    ],
  });
}

function webhookEvents() {
  return timeSeries({
    title: 'Events to customers’ systems',
    description:
      'Waiting for a system that is away, or given up and kept for a replay; and how many systems take none.',
    unit: 'short',
    width: 8,
    thresholds: warnAbove(1_000, 50_000),
    queries: [
      promQl('max by (state) (shelfwire_reorder_webhook_waiting_events)', '{{state}}'),
      promQl('max(shelfwire_reorder_webhooks_failing)', 'systems that take none', 'B'),
    ],
  });
}
