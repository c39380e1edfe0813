import { NOW_MS } from '../queries/sql.ts';
import { type AlertRule, sql } from './alert-rule.ts';

/** What people in the storeroom must know: shelves and their sensors. */
export const SHELF_RULES: readonly AlertRule[] = [
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
];
