import { Button, Group, NumberInput, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';

import { binQuery } from '../api/queries';
import { useSiteName } from '../api/site-names';
import type { BinForecast } from '../api/types';
import binClasses from '../bin/BinPage.module.css';
import { HistoryChart } from '../chart/HistoryChart';
import { BackLink } from '../shell/BackLink';
import { useSession } from '../session/session';
import { Facts } from '../shell/Facts';
import { FailureState } from '../shell/states';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import { describeReceipt, describeRunOut, factsOf } from './forecast-words';
import classes from './insights.module.css';
import { forecastQuery } from './queries';
import { WISH_DEFAULT } from './choices';

const route = getRouteApi('/signed-in/insights/$siteId/$binId');
const TYPING_PAUSE_MS = 400;

/** What will probably be used from a bin, when it runs empty, and which reorder point that suggests. */
export function ForecastPage() {
  const address = route.useParams();
  const isSupplier = useSession()?.user.role === 'supplier';
  const [wish, setWish] = useState(WISH_DEFAULT);
  const [settled] = useDebouncedValue(wish, TYPING_PAUSE_MS);
  const bin = useQuery(binQuery(address));
  const forecast = useQuery(forecastQuery(address, settled));
  const siteName = useSiteName();
  const unit = bin.data?.item.unit ?? '';
  return (
    <>
      <BackLink to="/stock/$siteId/$binId" params={address}>
        {bin.data?.item.name ?? 'The bin'}
      </BackLink>
      {forecast.isPending || bin.isPending ? (
        <Skeleton role="status" height={320} radius="md" aria-label="Working out the forecast" />
      ) : null}
      {forecast.error && !forecast.data ? (
        <FailureState error={forecast.error} onRetry={() => void forecast.refetch()} />
      ) : null}
      {forecast.data && bin.data ? (
        <Stack gap="md" maw="76rem">
          <Paper className={binClasses['card'] ?? ''}>
            <Title order={1} size="h3">
              Forecast: {bin.data.item.name}
            </Title>
            <Text c="dimmed" size="sm">
              {bin.data.binName} · {siteName(bin.data.siteId)} · worked out {describeTime(forecast.data.atMs)}
            </Text>
            <p className={classes['headline']}>{describeRunOut(forecast.data)}</p>
            <Outlook forecast={forecast.data} unit={unit} />
          </Paper>
          <div className={classes['columns']}>
            <Section title="What it rests on">
              <Facts facts={factsOf(forecast.data, unit)} />
              <Receipts forecast={forecast.data} unit={unit} />
            </Section>
            {isSupplier ? null : (
              <Suggestion forecast={forecast.data} unit={unit} wish={wish} onWish={setWish} address={address} />
            )}
          </div>
        </Stack>
      ) : null}
    </>
  );
}

function Outlook({ forecast, unit }: { forecast: BinForecast; unit: string }) {
  const { outlook, reorderPoint } = forecast;
  const [first, last] = [outlook?.days[0], outlook?.days.at(-1)];
  if (!outlook || !first || !last) return null;
  return (
    <>
      <HistoryChart
        points={outlook.days.map(({ atMs, expected }) => [atMs, Math.round(expected * 10) / 10])}
        band={outlook.days}
        fromMs={first.atMs}
        toMs={last.atMs}
        unit={unit}
        label="What will probably be on hand if nothing more is ordered"
        shape="line"
        marks={reorderPoint === null ? [] : [{ value: reorderPoint, label: `orders at ≤ ${reorderPoint}` }]}
      />
      <Text size="xs" c="dimmed">
        Line: at the mean demand. Band: with {Math.round(outlook.probability * 100)} % probability. Open orders count
        from when they are promised or due.
      </Text>
    </>
  );
}

function Receipts({ forecast, unit }: { forecast: BinForecast; unit: string }) {
  const receipts = forecast.outlook?.receipts ?? [];
  if (receipts.length === 0) return null;
  return (
    <>
      <Text size="sm" fw={600} mt="md">
        To come
      </Text>
      {receipts.map((receipt) => (
        <Text key={receipt.orderId} size="sm">
          <Link to="/orders/$orderId" params={{ orderId: receipt.orderId }} className={binClasses['order']}>
            {receipt.orderNumber}
          </Link>
          : {describeReceipt(receipt, unit)}
        </Text>
      ))}
    </>
  );
}

function Suggestion({
  forecast,
  unit,
  wish,
  onWish,
  address,
}: {
  forecast: BinForecast;
  unit: string;
  wish: typeof WISH_DEFAULT;
  onWish: (wish: typeof WISH_DEFAULT) => void;
  address: { siteId: string; binId: string };
}) {
  const { suggestion } = forecast;
  return (
    <Section title="What it suggests">
      <Group grow gap="sm" mb="sm">
        <NumberInput
          label="Service level"
          suffix=" %"
          min={50}
          max={99.99}
          decimalScale={2}
          inputMode="decimal"
          value={wish.target * 100}
          onChange={(next) => {
            if (typeof next === 'number' && next >= 50 && next <= 99.99)
              onWish({ ...wish, target: Math.round(next * 100) / 10_000 });
          }}
        />
        <NumberInput
          label="One order is for"
          suffix=" days"
          min={1}
          max={365}
          allowDecimal={false}
          inputMode="numeric"
          value={wish.cycleDays}
          onChange={(next) => {
            if (typeof next === 'number' && next >= 1 && next <= 365) onWish({ ...wish, cycleDays: next });
          }}
        />
      </Group>
      {suggestion === null ? (
        <Text size="sm" c="dimmed">
          Nothing yet: it needs history and a supplier.
        </Text>
      ) : (
        <>
          <Facts
            facts={[
              ['Reorder point', `${suggestion.reorderPoint} ${unit}`],
              ['Fill up to', `${suggestion.orderUpTo} ${unit}`],
              [
                'Now in effect',
                forecast.reorderPoint === null ? 'no reorder point' : `${forecast.reorderPoint} ${unit}`,
              ],
              ...(suggestion.economicQuantity === null
                ? []
                : ([['Cheapest order', `${suggestion.economicQuantity} ${unit}`]] as [string, string][])),
            ]}
          />
          <Text size="sm" c="dimmed" mt="sm">
            Because: {suggestion.because}.
          </Text>
        </>
      )}
      <Button mt="md" variant="light" component={Link} to={`/policies/${address.siteId}/${address.binId}`}>
        To the policy
      </Button>
    </Section>
  );
}
