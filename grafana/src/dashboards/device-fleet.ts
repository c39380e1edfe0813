import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { warnAbove, warnBelow } from '../panels/panel.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';
import { inScope, NOW_MS, SqlQuery } from '../queries/sql.ts';
import { siteVariable, tenantVariable } from '../variables.ts';
import { SHELF_LINK, shelfwireDashboard } from './dashboard.ts';

export function deviceFleet(): DashboardBuilder {
  return shelfwireDashboard({
    uid: 'shelfwire-devices',
    title: 'Device fleet',
    description: 'Scales, readers and level sensors: which are silent, weak, shaking, or want a calibration.',
    from: 'now-7d',
    refresh: '1m',
    variables: [tenantVariable(), siteVariable()],
  })
    .withRow(new RowBuilder('Now'))
    .withPanel(sensorCount('Sensors', 'Sensors that belong to a bin.', 'true'))
    .withPanel(
      sensorCount('Silent', 'Sensors that fell silent. Battery, cable, access point?', "s.quality = 'stale'", true),
    )
    .withPanel(
      sensorCount('Never heard', 'Sensors in the catalogue that have never sent a reading.', 's.bin_id is null', true),
    )
    .withPanel(
      sensorCount(
        'Uncalibrated',
        'Sensors that send counts without a calibration. Calibrate them at the gateway.',
        "s.quality = 'uncalibrated'",
        true,
      ),
    )
    .withPanel(weakBatteries())
    .withRow(new RowBuilder('Devices'))
    .withPanel(doubtfulSensors())
    .withPanel(calibrations())
    .withRow(new RowBuilder('Batteries and signal'))
    .withPanel(
      health(
        'Battery',
        'Lowest charge per device. Below 20 %: change it at the next visit.',
        'percentunit',
        'min("batteryRatio")',
      ),
    )
    .withPanel(health('Signal', 'Mean signal per device. Below −100 dBm readings get lost.', 'dBm', 'mean("linkDbm")'))
    .withPanel(
      health(
        'Temperature',
        'Mean temperature per device. Load cells drift with it.',
        'celsius',
        'mean("temperatureC")',
      ),
    )
    .withRow(new RowBuilder('Two years'))
    .withPanel(
      healthByTheHour(
        'Battery, by the hour',
        'Lowest charge of each hour: how long does a battery last?',
        'percentunit',
        'batteryRatio_min',
      ),
    )
    .withPanel(
      healthByTheHour(
        'Signal, by the hour',
        'Weakest signal of each hour: did somebody move the access point?',
        'dBm',
        'linkDbm_min',
      ),
    )
    .withRow(new RowBuilder('Doubt'))
    .withPanel(doubtfulReadings())
    .withPanel(clockQuality());
}

function sensorCount(title: string, description: string, condition: string, alarming = false) {
  return stat({
    title,
    description,
    unit: 'short',
    width: 5,
    ...(alarming ? { thresholds: warnAbove(1, 10) } : {}),
    queries: [
      new SqlQuery(`
        select count(*) as sensors from bin_sensor n
        left join sensor_state s using (tenant_id, site_id, bin_id)
        where ${inScope('n')} and (${condition})`),
    ],
  });
}

function weakBatteries() {
  return stat({
    title: 'Lowest battery',
    description: 'The weakest battery heard of in the chosen time.',
    unit: 'percentunit',
    width: 4,
    thresholds: warnBelow(0.3, 0.15),
    queries: [new InfluxQlQuery({ measurement: 'device_health', fields: { battery: 'min("batteryRatio")' } })],
  });
}

function doubtfulSensors() {
  return table({
    title: 'Sensors in doubt',
    description: 'Sensors whose last quality was not good, longest first. Their bins are held: nothing is ordered.',
    unit: 'short',
    width: 14,
    columns: {
      'last reading': { unit: 'dateTimeFromNow' },
      'in doubt for': { unit: 'ms' },
      bin: { link: SHELF_LINK },
    },
    queries: [
      new SqlQuery(`
        select n.site_id as site, n.device_id as device, n.sensor_id as sensor, n.kind, n.bin_id as bin,
          coalesce(s.quality, 'never heard') as quality, s.last_reading_at_ms as "last reading",
          ${NOW_MS} - s.quality_since_ms as "in doubt for"
        from bin_sensor n
        left join sensor_state s using (tenant_id, site_id, bin_id)
        where ${inScope('n')} and coalesce(s.quality, 'never heard') <> 'good'
        order by s.quality_since_ms nulls first limit 500`),
    ],
  });
}

function calibrations() {
  return table({
    title: 'Calibration due',
    description:
      'The calibration each scale uses and when it was first seen in the chosen time. Choose a year: what is not ' +
      'younger than that is due. A scale that tells grams by itself has none.',
    unit: 'short',
    width: 10,
    columns: { Time: { unit: 'dateTimeFromNow' } },
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { version: 'first("calibrationVersion")' },
        where: [`"kind" = 'weight'`],
        groupByTags: ['siteId', 'deviceId', 'sensorId'],
      }).asTable(),
    ],
  });
}

function health(title: string, description: string, unit: string, expression: string) {
  return timeSeries({
    title,
    description,
    unit,
    width: 8,
    queries: [
      new InfluxQlQuery({
        measurement: 'device_health',
        fields: { value: expression },
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId'),
    ],
  });
}

function healthByTheHour(title: string, description: string, unit: string, field: string) {
  return timeSeries({
    title,
    description,
    unit,
    width: 12,
    interval: '1h',
    queries: [
      new InfluxQlQuery({
        measurement: 'device_health_hourly',
        fields: { lowest: `min("${field}")` },
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId'),
    ],
  });
}

function doubtfulReadings() {
  return timeSeries({
    title: 'Doubtful readings',
    description:
      'Readings per interval that are not good, by quality. Many at once: a machine shakes, or a site lost power.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { readings: 'count("sequence")' },
        where: [`"quality" != 'good'`],
        groupByTime: '$__interval',
        groupByTags: ['quality'],
        fill: '0',
      }).alias('$tag_quality'),
    ],
  });
}

function clockQuality() {
  return timeSeries({
    title: 'Readings whose device clock was corrected',
    description:
      'Readings per interval of devices whose clock is off by a steady amount. Set their time or their time server.',
    unit: 'short',
    width: 12,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { readings: 'count("sequence")' },
        where: [`"clockQuality" = 'corrected'`],
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId'),
    ],
  });
}
