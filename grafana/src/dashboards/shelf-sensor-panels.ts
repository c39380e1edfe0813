import { timeSeries } from '../panels/time-series.ts';
import { InfluxQlQuery } from '../queries/influxql.ts';

/** What the devices of the chosen bin say; telemetry knows devices, not bins. */
const ITS_DEVICES = '"deviceId" =~ /^${device:regex}$/';

export function weight() {
  return timeSeries({
    title: 'Weight',
    description: 'Net weight as the gateway sent it, by quality. Only good readings move stock.',
    unit: 'massg',
    width: 12,
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { weight: 'mean("netGrams")' },
        where: [ITS_DEVICES],
        groupByTime: '$__interval',
        groupByTags: ['deviceId', 'sensorId', 'quality'],
        fill: 'none',
      }).alias('$tag_deviceId $tag_sensorId $tag_quality'),
    ],
  });
}

export function weightByTheHour() {
  return timeSeries({
    title: 'Weight, by the hour',
    description:
      'Lowest, mean and highest net weight of each hour. It lasts when single readings are gone, after 90 days.',
    unit: 'massg',
    width: 12,
    interval: '1h',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading_hourly',
        fields: {
          lowest: 'min("netGrams_min")',
          mean: 'sum("netGrams_sum") / sum("netGrams_count")',
          highest: 'max("netGrams_max")',
        },
        where: [ITS_DEVICES],
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId $col'),
    ],
  });
}

export function levelByTheHour() {
  return timeSeries({
    title: 'Fill ratio, by the hour',
    description:
      'Mean fill ratio of each hour, of level sensors. It lasts when single readings are gone, after 90 days.',
    unit: 'percentunit',
    width: 12,
    interval: '1h',
    min: 0,
    max: 1,
    queries: [
      new InfluxQlQuery({
        measurement: 'reading_hourly',
        fields: { mean: 'sum("fillRatio_sum") / sum("fillRatio_count")' },
        where: [ITS_DEVICES],
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId'),
    ],
  });
}

export function levels() {
  return timeSeries({
    title: 'Level and tags',
    description: 'Fill ratio of level sensors, and pieces of devices that count by themselves.',
    unit: 'short',
    width: 6,
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { 'fill ratio': 'mean("fillRatio")', pieces: 'last("pieces")' },
        where: [ITS_DEVICES],
        groupByTime: '$__interval',
        groupByTags: ['deviceId'],
        fill: 'none',
      }).alias('$tag_deviceId $col'),
    ],
  });
}

export function readingQuality() {
  return timeSeries({
    title: 'Readings by quality',
    description:
      'Stored readings per interval. Much other than good: look at the scale, its cable and its calibration.',
    unit: 'short',
    width: 6,
    style: 'bars',
    queries: [
      new InfluxQlQuery({
        measurement: 'reading',
        fields: { readings: 'count("sequence")' },
        where: [ITS_DEVICES],
        groupByTime: '$__interval',
        groupByTags: ['quality'],
        fill: '0',
      }).alias('$tag_quality'),
    ],
  });
}
