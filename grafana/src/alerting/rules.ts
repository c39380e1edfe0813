import { INFLUXDB, POSTGRESQL, PROMETHEUS } from '../data-sources.ts';
import { influxQlText } from '../queries/influxql.ts';
import { NOW_MS, SqlQuery } from '../queries/sql.ts';

export interface AlertRule {
  uid: string;
  title: string;
  /** One sentence for whoever is woken, with the rule's labels. */
  summary: string;
  /** What to do. */
  todo: string;
  severity: 'critical' | 'warning';
  /** The condition must hold so long. */
  forDuration: string;
  /** Where to look: a panel by its title. Grafana wants its number, which provisioning looks up. */
  panel: { dashboardUid: string; title: string };
  query: AlertQuery;
  /** `gt`: fires above the limit; `lt`: below it. */
  fires: 'gt' | 'lt';
  threshold: number;
  /**
   * What an answer without any row or series means. Of a question "which are bad?" it is good news; of things that must
   * always speak it is an alarm. A source that cannot be asked at all is another matter: see `execErrState` in
   * provisioning.ts.
   */
  noDataState: 'OK' | 'Alerting';
}

/** `reduce`: how a series becomes one number; SQL answers are numbers already, one for each row. */
export type AlertQuery =
  | { source: 'sql'; text: string }
  | { source: 'influxql'; text: string; reduce: 'last' | 'min' | 'max'; rangeSeconds: number }
  | { source: 'promql'; text: string; reduce: 'last' | 'min' | 'max'; rangeSeconds: number };

export const ALERT_SOURCES = { sql: POSTGRESQL, influxql: INFLUXDB, promql: PROMETHEUS } as const;

function sql(text: string): AlertQuery {
  return { source: 'sql', text: new SqlQuery(text).build().rawSql };
}

export const ALERT_RULES: readonly AlertRule[] = [
  {
    uid: 'shelfwire-stock-out',
    title: 'Stock out',
    summary: '{{ $labels.item }} is out of stock in {{ $labels.bin }} at {{ $labels.site }}',
    todo: 'Look whether an order is on its way; if not, see the decision’s reason in the console.',
    severity: 'critical',
    forDuration: '5m',
    panel: { dashboardUid: 'shelfwire-shelf', title: 'On hand over time' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: sql(`
      select l.tenant_id as tenant, l.site_id as site, l.bin_id as bin, i.name as item, 1 as value
      from stock_level l join item i using (tenant_id, item_id) where l.status = 'OUT_OF_STOCK'`),
  },
  {
    uid: 'shelfwire-sensor-stale',
    title: 'Sensor stale',
    summary: 'The sensor of {{ $labels.bin }} at {{ $labels.site }} is in doubt ({{ $labels.quality }})',
    todo: 'Count the bin, then look at the sensor’s power, cable and signal. Nothing is ordered meanwhile.',
    severity: 'warning',
    forDuration: '15m',
    panel: { dashboardUid: 'shelfwire-devices', title: 'Sensors in doubt' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: sql(`
      select tenant_id as tenant, site_id as site, bin_id as bin, quality, 1 as value
      from sensor_state where quality <> 'good'`),
  },
  {
    uid: 'shelfwire-sensor-silent',
    title: 'Sensor silent',
    summary: 'Nothing has been heard of {{ $labels.bin }} at {{ $labels.site }} for an hour or longer',
    todo:
      'If its gateway is offline too, begin there. Otherwise the sensor: power, cable, signal; then the gateway’s own log. ' +
      'What the shelf holds is as old as the last reading.',
    severity: 'warning',
    forDuration: '5m',
    panel: { dashboardUid: 'shelfwire-devices', title: 'Sensors in doubt' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    // Seen from the centre, and so also while the gateway is away or says nothing of it. A scale, a level or a count comes
    // at least every few minutes (the gateway's heartbeat); tags and buttons may rest for weeks.
    query: sql(`
      select s.tenant_id as tenant, s.site_id as site, s.bin_id as bin,
        (${NOW_MS} - s.last_reading_at_ms) / 60000 as "silent minutes"
      from sensor_state s
      where s.last_reading_at_ms < ${NOW_MS} - 3600000
        and exists (select from bin_sensor n where n.tenant_id = s.tenant_id and n.site_id = s.site_id
          and n.bin_id = s.bin_id and n.kind in ('weight', 'level', 'count'))`),
  },
  {
    uid: 'shelfwire-gateway-offline',
    title: 'Gateway offline',
    summary: 'Gateway {{ $labels.gatewayId }} at {{ $labels.siteId }} has said nothing for five minutes',
    todo: 'Look at its power and uplink. It keeps every reading on its disk until it is back.',
    severity: 'critical',
    forDuration: '2m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Gateways' },
    fires: 'lt',
    threshold: 1,
    // No gateway at all has spoken for a day: all of them, or the way here.
    noDataState: 'Alerting',
    query: {
      source: 'influxql',
      rangeSeconds: 86_400,
      reduce: 'last',
      // Only a gateway that is online tells its queue; a last will does not. An empty interval counts as 0.
      text: influxQlText({
        measurement: 'gateway',
        scope: 'everything',
        fields: { statuses: 'count("queuedReadings")' },
        groupByTime: '5m',
        groupByTags: ['tenantId', 'siteId', 'gatewayId'],
        fill: '0',
      }),
    },
  },
  {
    uid: 'shelfwire-queue-growing',
    title: 'Queue growing',
    summary: 'Gateway {{ $labels.gatewayId }} at {{ $labels.siteId }} keeps {{ $values.B }} unconfirmed readings',
    todo: 'See in *Pipeline* which consumer does not confirm: ingest (database) or reorder (database).',
    severity: 'warning',
    forDuration: '10m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Queue on the gateways' },
    fires: 'gt',
    threshold: 50_000,
    noDataState: 'OK',
    query: {
      source: 'influxql',
      rangeSeconds: 1_800,
      reduce: 'last',
      text: influxQlText({
        measurement: 'gateway',
        scope: 'everything',
        fields: { queued: 'max("queuedReadings")' },
        groupByTime: '1m',
        groupByTags: ['tenantId', 'siteId', 'gatewayId'],
        fill: 'none',
      }),
    },
  },
  {
    uid: 'shelfwire-readings-dropped',
    title: 'Readings dropped',
    summary: 'A gateway gave up readings ({{ $labels.gatewayId }} at {{ $labels.siteId }}): its disk was full',
    todo: 'Free or enlarge the gateway’s disk, or bring its uplink back. Those readings are lost.',
    severity: 'critical',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Refused, quarantined, dropped' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: {
      source: 'influxql',
      rangeSeconds: 3_600,
      reduce: 'max',
      text: influxQlText({
        measurement: 'gateway',
        scope: 'everything',
        fields: { dropped: 'non_negative_difference(max("readingsDropped"))' },
        groupByTime: '5m',
        groupByTags: ['tenantId', 'siteId', 'gatewayId'],
        fill: 'none',
      }),
    },
  },
  {
    uid: 'shelfwire-database-rejecting',
    title: 'Database rejecting',
    summary: 'The telemetry database does not take what ingest writes',
    todo: 'Look at the ingest log for the reason: token, disk, memory. Readings wait on the gateways meanwhile.',
    severity: 'critical',
    forDuration: '5m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Time of a write' },
    fires: 'gt',
    threshold: 0,
    // A counter that has never counted is not there: hence the 0. Nothing at all then means that nobody measures.
    noDataState: 'Alerting',
    query: {
      source: 'promql',
      rangeSeconds: 600,
      reduce: 'last',
      text: 'sum(rate(shelfwire_ingest_batches_total{outcome="unconfirmed"}[5m])) or vector(0)',
    },
  },
  {
    uid: 'shelfwire-service-down',
    title: 'Service down',
    summary: '{{ $labels.instance }} does not answer',
    todo:
      'Look whether its process runs and what its log said last. Meanwhile readings wait on the gateways; nothing is ' +
      'ordered while the reorder-service is away.',
    severity: 'critical',
    forDuration: '2m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Services' },
    fires: 'lt',
    threshold: 1,
    // Nobody asks the services any more: then nothing else here would notice them either.
    noDataState: 'Alerting',
    query: { source: 'promql', rangeSeconds: 600, reduce: 'last', text: 'up{job="shelfwire"}' },
  },
  {
    uid: 'shelfwire-quarantine',
    title: 'Readings quarantined',
    summary: 'Ingest set {{ $values.B }} readings aside in the last hour',
    todo: 'List the quarantine, mend the cause, replay. They are kept.',
    severity: 'warning',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Quarantine' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'Alerting',
    query: {
      source: 'promql',
      rangeSeconds: 3_600,
      reduce: 'last',
      text: 'sum(increase(shelfwire_ingest_readings_quarantined_total[1h])) or vector(0)',
    },
  },
  {
    uid: 'shelfwire-quarantine-filling',
    title: 'Quarantine filling',
    summary: 'The quarantine of {{ $labels.instance }} is more than four fifths full',
    todo:
      'Mend what fills it, replay, discard what you understand; or raise SHELFWIRE_QUARANTINE_BYTES_MAX or _ENTRIES_MAX. ' +
      'When it is full, its oldest entries are lost.',
    severity: 'warning',
    forDuration: '1m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Quarantine, how full' },
    fires: 'gt',
    threshold: 0.8,
    // Without the service: *Service down*.
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 600,
      reduce: 'last',
      text: 'max by (instance) (shelfwire_ingest_quarantine_fill_ratio)',
    },
  },
  {
    uid: 'shelfwire-quarantine-dropped',
    title: 'Quarantined entries lost',
    summary: 'The quarantine was full and gave up {{ $values.B }} of its oldest entries in the last hour',
    todo: 'They are lost. Stop what fills it, then raise its bounds; the log says how many went and when.',
    severity: 'critical',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Given up' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 3_600,
      reduce: 'last',
      text: 'sum by (instance) (increase(shelfwire_ingest_quarantine_dropped_total[1h]))',
    },
  },
  {
    uid: 'shelfwire-outbox-dropped',
    title: 'Telemetry given up',
    summary: 'A gateway gave up readings that nobody had confirmed ({{ $labels.instance }}, {{ $labels.reason }})',
    todo:
      'They are lost. `full`: enlarge the outbox or bring the uplink back. `age`: a consumer has confirmed nothing for months. ' +
      'Presses of buttons are never given up.',
    severity: 'critical',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Given up' },
    fires: 'gt',
    threshold: 0,
    // Gateways that Prometheus cannot reach tell by *Readings dropped*, over the broker.
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 3_600,
      reduce: 'last',
      text: 'sum by (instance, reason) (increase(shelfwire_gateway_readings_dropped_total[1h]))',
    },
  },
  {
    uid: 'shelfwire-books-broken',
    title: 'Books do not balance',
    summary: '{{ $labels.invariant }} does not hold in {{ $values.B }} places',
    todo: 'The reorder-service’s log names each; nothing is ordered wrongly on purpose, so stop and look.',
    severity: 'critical',
    // Two checks, a quarter of an hour apart.
    forDuration: '20m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Services' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 600,
      reduce: 'last',
      text: 'max by (invariant) (shelfwire_reorder_invariants_broken)',
    },
  },
  {
    uid: 'shelfwire-webhook-failing',
    title: 'Webhook failing',
    summary: '{{ $values.B }} customers’ systems take no events',
    todo: 'The alert in the console names the system and its last answer; what was given up is replayed from there.',
    severity: 'warning',
    forDuration: '15m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Events to customers’ systems' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 600,
      reduce: 'last',
      text: 'max(shelfwire_reorder_webhooks_failing)',
    },
  },
  {
    uid: 'shelfwire-order-overdue',
    title: 'Order overdue',
    summary: 'Order {{ $labels.order }} of {{ $labels.supplier }} for {{ $labels.site }} is overdue',
    todo: 'Call the supplier; order elsewhere if the shelf runs empty before.',
    severity: 'warning',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-orders', title: 'Open orders' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: sql(`
      select o.tenant_id as tenant, o.site_id as site, o.order_number as "order", s.name as supplier,
        (${NOW_MS} - o.due_at_ms) / 3600000 as "overdue hours"
      from purchase_order o join supplier s using (tenant_id, supplier_id)
      where o.closed_at_ms is null and o.due_at_ms < ${NOW_MS}`),
  },
  {
    uid: 'shelfwire-supplier-unreachable',
    title: 'Supplier unreachable',
    summary:
      'What {{ $labels.recipient }} should get from {{ $labels.site }} cannot be delivered ({{ $labels.error }})',
    todo:
      'See *Messages that did not get through* for the reason: address, token, or their system. It is tried again by itself; after the last ' +
      'attempt the order is on hold and a person sends it again.',
    severity: 'warning',
    forDuration: '5m',
    panel: { dashboardUid: 'shelfwire-orders', title: 'Messages that did not get through' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    // Given up is over, except for an order that waits on hold for a person to send it again.
    query: sql(`
      select tenant_id as tenant, coalesce(site_id, 'every site') as site, recipient,
        coalesce(max(left(last_error, 80)), 'no answer') as error,
        max(${NOW_MS} - created_at_ms) / 60000 as "waiting minutes"
      from message_outbox
      where channel = 'supplier' and sent_at_ms is null and attempts > 0 and created_at_ms < ${NOW_MS} - 1800000
        and (given_up_at_ms is null or exists (select from purchase_order o
          where o.order_id = message_outbox.order_id and o.status = 'ON_HOLD'))
      group by tenant_id, site_id, recipient`),
  },
];
