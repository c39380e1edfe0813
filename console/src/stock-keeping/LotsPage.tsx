import { Badge, Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconCalendarCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import type { Lot } from '../api/types';
import { ListCard } from '../shell/ListCard';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { describeDaysLeft, lastUsableDay } from '../time/days-left';
import { useNow } from '../time/use-now';
import { expiringLotsQuery } from './queries';

const route = getRouteApi('/signed-in/lots');

/** What is expired or will be soon, over the whole site; the first to expire first. */
export function LotsPage() {
  const { days = 30 } = route.useSearch();
  const navigate = route.useNavigate();
  const lots = useInfiniteQuery(expiringLotsQuery(days));
  const items = lots.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Lots that expire
        </Title>
        <SegmentedControl
          aria-label="Expiring within how many days"
          value={String(days)}
          onChange={(next) => void navigate({ search: next === '30' ? {} : { days: Number(next) }, replace: true })}
          data={[
            { value: '7', label: '7 days' },
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
            { value: '365', label: 'a year' },
          ]}
        />
      </Group>
      {lots.error && items.length === 0 ? (
        <FailureState error={lots.error} onRetry={() => void lots.refetch()} />
      ) : null}
      {lots.isPending ? <ListSkeleton label="Loading the lots" /> : null}
      <Stack gap="sm" role="list" aria-label="Lots, the first to expire first">
        {items.map((lot) => (
          <LotCard key={lot.lotId} lot={lot} />
        ))}
      </Stack>
      {lots.hasNextPage ? (
        <Group justify="center" mt="md">
          <Button variant="light" loading={lots.isFetchingNextPage} onClick={() => void lots.fetchNextPage()}>
            Show those that expire later
          </Button>
        </Group>
      ) : null}
      {lots.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconCalendarCheck />} title="Nothing expires so soon">
          <Text c="dimmed">
            Lots are known when goods are received with a lot and a date, or recorded at their bin.
          </Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function LotCard({ lot }: { lot: Lot }) {
  const nowMs = useNow();
  const expired = lot.state === 'expired';
  return (
    <ListCard
      title={lot.itemName}
      link={{ to: '/stock/$siteId/$binId', params: { siteId: lot.siteId, binId: lot.binId } }}
      tone={expired ? 'red' : 'yellow'}
      meta={`Lot ${lot.lotNumber} · ${lot.binName}`}
      badges={
        <Badge color={expired ? 'red' : 'yellow'} variant="light" tt="none" fw={650}>
          {expired ? 'Expired' : 'Expires'}{' '}
          {lot.expiresAtMs === null ? '' : describeDaysLeft(lot.expiresAtMs - 1, nowMs)}
        </Badge>
      }
    >
      <Text size="sm">
        <strong>
          {lot.remainingQuantity} {lot.unit}
        </strong>{' '}
        left of {lot.receivedQuantity}
        {lot.expiresAtMs === null ? '' : `, use by ${lastUsableDay(lot.expiresAtMs)}`}
        {expired ? '. Take it out and count the bin, or send it back.' : ''}
      </Text>
    </ListCard>
  );
}
