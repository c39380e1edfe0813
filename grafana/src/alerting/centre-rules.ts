import type { AlertRule } from './alert-rule.ts';

/** What is wrong at the centre: services, databases, what was set aside or given up, the books. */
export const CENTRE_RULES: readonly AlertRule[] = [
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
      'They are lost. `thinned`: the outbox was full; enlarge it or bring the uplink back. `age`: a consumer has confirmed nothing for months. ' +
      'Presses of buttons are never given up.',
    severity: 'critical',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Given up' },
    fires: 'gt',
    threshold: 0,
    // Gateways that Prometheus cannot reach tell by *Readings dropped*, over the broker. What moved is in the urgent outbox.
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 3_600,
      reduce: 'last',
      text: 'sum by (instance, reason) (increase(shelfwire_gateway_readings_dropped_total{reason!="moved"}[1h]))',
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
];
