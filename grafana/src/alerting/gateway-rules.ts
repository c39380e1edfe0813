import { influxQlText } from '../queries/influxql.ts';
import type { AlertRule } from './alert-rule.ts';

/** What is wrong at a site: its gateway, and readings that it could not get rid of. */
export const GATEWAY_RULES: readonly AlertRule[] = [
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
];
