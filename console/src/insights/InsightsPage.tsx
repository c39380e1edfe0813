import { ActionIcon, Group, Popover, SegmentedControl, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';

import { namesQuery } from '../approval-rules/queries';
import { HistoryChart } from '../chart/HistoryChart';
import { FailureState } from '../shell/states';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import classes from './insights.module.css';
import { cardsOf, TREND_LINES, type KpiCard } from './kpi-cards';
import { kpisQuery, supplierKpisQuery, trendQuery, type KpiFilter } from './queries';
import { RANGE_DAYS } from './choices';
import { SupplierTable } from './SupplierTable';

const route = getRouteApi('/signed-in/insights');
const STEPS: Readonly<Record<number, number>> = { 7: 7, 30: 10, 90: 13, 365: 12 };

/** How well the shelves were kept, in a time and at a site; each figure tells what it means. */
export function InsightsPage() {
  const { site, days = 30 } = route.useSearch();
  const navigate = route.useNavigate();
  const names = useQuery(namesQuery());
  const filter: KpiFilter = { siteId: site, days };
  const set = (next: { site?: string | undefined; days: number }): void => {
    void navigate({ search: { ...(next.site ? { site: next.site } : {}), days: next.days }, replace: true });
  };
  const sites = names.data?.sites ?? [];
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h3">
          Insights
        </Title>
        <Group gap="sm">
          {sites.length > 1 ? (
            <Select
              aria-label="Site"
              placeholder="all sites"
              clearable
              w={180}
              value={site ?? null}
              onChange={(next) => set({ site: next ?? undefined, days })}
              data={sites.map(({ siteId, name }) => ({ value: siteId, label: name }))}
            />
          ) : null}
          <SegmentedControl
            aria-label="Time range"
            value={String(days)}
            onChange={(next) => set({ site, days: Number(next) })}
            data={RANGE_DAYS.map((each) => ({ value: String(each), label: each === 365 ? '1 year' : `${each} d` }))}
          />
        </Group>
      </Group>
      <Figures filter={filter} />
      <Trend filter={filter} />
      <Suppliers filter={filter} />
    </Stack>
  );
}

function Figures({ filter }: { filter: KpiFilter }) {
  const kpis = useQuery(kpisQuery(filter));
  if (kpis.error && !kpis.data) return <FailureState error={kpis.error} onRetry={() => void kpis.refetch()} />;
  if (!kpis.data) return <Skeleton role="status" height={220} radius="md" aria-label="Working out the figures" />;
  return (
    <div>
      <div className={classes['cards']} role="list" aria-label="Figures" data-busy={kpis.isPlaceholderData}>
        {cardsOf(kpis.data).map((card) => (
          <Card key={card.name} card={card} />
        ))}
      </div>
      <Text size="xs" c="dimmed" mt={6}>
        {describeTime(kpis.data.fromMs)} to {describeTime(kpis.data.toMs)}. Amounts in the suppliers’ currency.
      </Text>
    </div>
  );
}

function Card({ card }: { card: KpiCard }) {
  return (
    <div className={classes['card']} role="listitem">
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <Text size="sm" c="dimmed">
          {card.name}
        </Text>
        <Popover width={280} position="bottom-end" withArrow shadow="md">
          <Popover.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`What ${card.name} means`}>
              <IconInfoCircle size={18} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <Text size="sm">{card.definition}</Text>
          </Popover.Dropdown>
        </Popover>
      </Group>
      <span className={classes['value']}>{card.value}</span>
      <Text size="xs" c="dimmed">
        {card.note ?? ' '}
      </Text>
    </div>
  );
}

function Trend({ filter }: { filter: KpiFilter }) {
  const [chosen, setChosen] = useState('fill');
  const trend = useQuery(trendQuery(filter, STEPS[filter.days] ?? 10));
  const line = TREND_LINES.find(({ value }) => value === chosen) ?? TREND_LINES[0];
  const steps = trend.data ?? [];
  const [first, last] = [steps[0], steps.at(-1)];
  const drawn = line ? steps.filter((step) => line.of(step) !== null).length : 0;
  return (
    <Section title="Over time">
      <Select
        aria-label="Which figure"
        mb="sm"
        maw={220}
        allowDeselect={false}
        value={chosen}
        onChange={(next) => setChosen(next ?? 'fill')}
        data={TREND_LINES.map(({ value, label }) => ({ value, label }))}
      />
      {trend.error && !trend.data ? <FailureState error={trend.error} onRetry={() => void trend.refetch()} /> : null}
      {trend.isPending ? <Skeleton role="status" height={220} radius="md" aria-label="Working out the trend" /> : null}
      {line && drawn === 1 ? (
        <Text size="sm" c="dimmed">
          A line needs more than one part of the time with something to judge; there is only one yet.
        </Text>
      ) : null}
      {line && drawn === 0 && trend.data ? (
        <Text size="sm" c="dimmed">
          Nothing to judge in this time yet.
        </Text>
      ) : null}
      {line && first && last && drawn > 1 ? (
        <HistoryChart
          points={steps.map((step) => [Math.round((step.fromMs + step.toMs) / 2), line.of(step)])}
          fromMs={first.fromMs}
          toMs={last.toMs}
          unit={line.unit}
          label={`${line.label} in ${steps.length} parts of ${filter.days} days`}
          shape="line"
        />
      ) : null}
    </Section>
  );
}

function Suppliers({ filter }: { filter: KpiFilter }) {
  const suppliers = useQuery(supplierKpisQuery(filter));
  return (
    <Section title="Suppliers">
      {suppliers.isPending ? (
        <Skeleton role="status" height={120} radius="md" aria-label="Loading the suppliers" />
      ) : null}
      {suppliers.error && !suppliers.data ? (
        <FailureState error={suppliers.error} onRetry={() => void suppliers.refetch()} />
      ) : null}
      {suppliers.data ? <SupplierTable suppliers={suppliers.data} /> : null}
    </Section>
  );
}
