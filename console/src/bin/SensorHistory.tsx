import { Group, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import { seriesQuery } from '../api/queries';
import type { BinDetail, TelemetrySeries } from '../api/types';
import { HistoryChart } from '../chart/HistoryChart';
import { Section } from '../shell/Section';

const HOUR_MS = 3_600_000;
const RANGES = {
  hour: { label: '1 h', durationMs: HOUR_MS, stepMs: 15_000 },
  day: { label: '24 h', durationMs: 24 * HOUR_MS, stepMs: 300_000 },
  week: { label: '7 days', durationMs: 7 * 24 * HOUR_MS, stepMs: 1_800_000 },
} as const;
type RangeName = keyof typeof RANGES;

const FIELD_WORDS: Readonly<Partial<Record<TelemetrySeries['field'], { title: string; unit: string }>>> = {
  netGrams: { title: 'Weight', unit: 'g' },
  fillRatio: { title: 'Fill', unit: '(1 = full)' },
  pieces: { title: 'Count', unit: 'pcs' },
};

/** What the sensor itself said. */
export function SensorHistory({ bin, sensor }: { bin: BinDetail; sensor: BinDetail['sensors'][number] }) {
  return sensor.field === null ? null : <SensorSeries bin={bin} sensor={{ ...sensor, field: sensor.field }} />;
}

function SensorSeries({
  bin,
  sensor,
}: {
  bin: BinDetail;
  sensor: { deviceId: string; sensorId: string | null; field: TelemetrySeries['field'] };
}) {
  const [range, setRange] = useState<RangeName>('hour');
  const { deviceId, sensorId, field } = sensor;
  const series = useQuery(seriesQuery({ siteId: bin.siteId, deviceId, sensorId, field }, RANGES[range]));
  const { title, unit } = FIELD_WORDS[field] ?? { title: field, unit: '' };
  const measured = series.data?.points.some(([, value]) => value !== null) ?? false;
  return (
    <Section title={`${title} from ${sensorId === null ? deviceId : `${deviceId}, ${sensorId}`}`}>
      <Group justify="flex-end" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label="How far back"
          value={range}
          onChange={(next) => setRange(next as RangeName)}
          data={Object.entries(RANGES).map(([value, { label }]) => ({ value, label }))}
        />
      </Group>
      {series.isPending ? <Skeleton height={220} /> : null}
      {series.error ? (
        <Text size="sm" c="dimmed">
          {describeFailure(series.error)}
        </Text>
      ) : null}
      {series.data && !measured ? (
        <Text size="sm" c="dimmed">
          No readings in this time.
        </Text>
      ) : null}
      {series.data && measured ? (
        <HistoryChart
          points={series.data.points}
          fromMs={series.data.fromMs}
          toMs={series.data.toMs}
          unit={unit}
          label={`${title} from ${deviceId} over the last ${RANGES[range].label}`}
          shape="line"
        />
      ) : null}
    </Section>
  );
}
