/**
 * Every metric that any part exports: name → type, help, label names. Labels are bounded: never a device id, an EPC or
 * a message text. Services register from here, dashboards and alert rules name only what stands here; tests compare.
 */
export const METRICS = {
  shelfwire_gateway_frames_received_total: counter('Frames received from devices', ['transport']),
  shelfwire_gateway_frames_quarantined_total: counter('Frames set aside because no reading could be made of them', [
    'reason',
  ]),
  shelfwire_gateway_frames_refused_total: counter('Frames or connections refused', ['reason']),
  shelfwire_gateway_samples_total: counter('Samples that the frames of devices held', []),
  shelfwire_gateway_samples_without_reading_total: counter('Samples that made no reading, since they say nothing new', [
    'reason',
  ]),
  shelfwire_gateway_readings_appended_total: counter('Readings made durable on the gateway', ['kind']),
  shelfwire_gateway_readings_dropped_total: counter('Readings given up by a named policy', ['reason']),
  shelfwire_gateway_readings_confirmed_total: counter('Readings that a required consumer has confirmed', ['consumer']),
  shelfwire_gateway_readings_stuck_total: counter(
    'Readings that a consumer kept leaving unconfirmed while it confirmed newer ones; they are kept and sent on',
    ['consumer'],
  ),
  shelfwire_gateway_outbox_queued_readings: gauge(
    'Readings on disk that not every required consumer has confirmed',
    [],
  ),
  shelfwire_gateway_outbox_size_bytes: gauge('Bytes of the outbox on disk', []),
  shelfwire_gateway_outbox_sync_seconds: histogram('Time of one group commit to disk', []),
  shelfwire_gateway_uplink_connected: gauge('1 while connected to the central broker', []),
  shelfwire_gateway_config_refused_total: counter('Device lists with mistakes, the last good one stays in force', []),
  shelfwire_gateway_devices_connected: gauge('Devices connected to the site broker', []),
  shelfwire_ingest_batches_total: counter('Batches received', ['outcome']),
  shelfwire_ingest_readings_stored_total: counter('Readings the store has accepted', []),
  shelfwire_ingest_readings_quarantined_total: counter('Readings set aside as unusable', ['reason']),
  shelfwire_ingest_quarantine_entries: gauge('Entries in the quarantine', []),
  shelfwire_ingest_quarantine_fill_ratio: gauge(
    'How full the quarantine is, 0 to 1; at 1 its oldest entries are given up',
    [],
  ),
  shelfwire_ingest_maintenance_failures_total: counter('Runs of downsampling and retention that failed', []),
  shelfwire_ingest_quarantine_dropped_total: counter('Entries given up because the quarantine was full', []),
  shelfwire_ingest_broker_connected: gauge('1 while this connection to the broker stands', ['connection']),
  shelfwire_ingest_events_stored_total: counter('Stock and order events the store has accepted', ['channel']),
  shelfwire_ingest_store_write_seconds: histogram('Time of one write into the store', ['outcome']),
  shelfwire_ingest_lag_seconds: gauge('Age of the newest reading of the last batch when stored', []),
  shelfwire_reorder_readings_applied_total: counter('Readings accounted in the ledger', ['outcome']),
  shelfwire_reorder_batches_total: counter('Batches received', ['outcome']),
  shelfwire_reorder_movements_total: counter('Stock movements written', ['kind']),
  shelfwire_reorder_lots: gauge('Lots in stock that are expired, or will be within 30 days', ['state']),
  shelfwire_reorder_invariants_broken: gauge('Books that do not balance, at the last check', ['invariant']),
  shelfwire_reorder_moves_incomplete: gauge(
    'Announced moves of which a side was not seen in time, at the last check',
    [],
  ),
  shelfwire_reorder_parked_readings: gauge('Readings that could not be accounted and wait for a person', []),
  shelfwire_reorder_decisions_total: counter('Replenishment decisions', ['decision']),
  shelfwire_reorder_orders_total: counter('Orders by the status they reached', ['status']),
  shelfwire_reorder_outbox_pending: gauge('Messages to suppliers or the broker that wait to be sent', []),
  shelfwire_reorder_supplier_requests_total: counter('Requests to suppliers', ['outcome']),
  shelfwire_reorder_low_to_sent_seconds: histogram('Time from the low reading received to the order sent', []),
  shelfwire_reorder_alerts_total: counter('Alerts by what became of them', ['change']),
  shelfwire_reorder_alert_messages_total: counter('Messages about alerts, to people and systems', ['outcome']),
  shelfwire_reorder_webhook_deliveries_total: counter('Attempts to tell an event to a customer’s system', ['outcome']),
  shelfwire_reorder_webhook_waiting_events: gauge(
    'Events for customers’ systems: waiting to be told, or given up and kept for a replay',
    ['state'],
  ),
  shelfwire_reorder_webhooks_failing: gauge(
    'Customers’ systems that take no events: they do not answer, or were switched off since they answered 410',
    [],
  ),
  shelfwire_sim_messages_total: counter('Messages of simulated devices', ['outcome']),
  shelfwire_sim_devices_connected: gauge('Simulated devices connected to their broker', []),
  shelfwire_sim_messages_pending: gauge('Messages of simulated devices without PUBACK yet', []),
  shelfwire_sim_supplier_requests_total: counter('Orders that came to the simulated supplier', ['outcome']),
  shelfwire_sim_supplier_steps_total: counter('Steps the simulated supplier has done', ['step']),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labelNames: readonly string[];
}

function counter<const Labels extends readonly string[]>(help: string, labelNames: Labels) {
  return { type: 'counter', help, labelNames } as const;
}

function gauge<const Labels extends readonly string[]>(help: string, labelNames: Labels) {
  return { type: 'gauge', help, labelNames } as const;
}

function histogram<const Labels extends readonly string[]>(help: string, labelNames: Labels) {
  return { type: 'histogram', help, labelNames } as const;
}
