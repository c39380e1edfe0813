import { Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { reservationsQuery } from './queries';
import { ReservationCard } from './ReservationCard';

const route = getRouteApi('/signed-in/reservations');

/** Stock that is spoken for. */
export function ReservationsPage() {
  const open = route.useSearch().show !== 'all';
  const navigate = route.useNavigate();
  const reservations = useInfiniteQuery(reservationsQuery({ open }));
  const items = reservations.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Reservations
        </Title>
        <SegmentedControl
          aria-label="Which reservations"
          value={open ? 'open' : 'all'}
          onChange={(next) => void navigate({ search: next === 'all' ? { show: 'all' } : {}, replace: true })}
          data={[
            { value: 'open', label: 'Open' },
            { value: 'all', label: 'All' },
          ]}
        />
      </Group>
      {reservations.error && items.length === 0 ? (
        <FailureState error={reservations.error} onRetry={() => void reservations.refetch()} />
      ) : null}
      {reservations.isPending ? <ListSkeleton label="Loading the reservations" /> : null}
      <Stack gap="sm" role="list" aria-label="Reservations, newest first">
        {items.map((reservation) => (
          <ReservationCard key={reservation.reservationId} reservation={reservation} />
        ))}
      </Stack>
      <ReadMore list={reservations} label="Show older reservations" />
      {reservations.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconBookmark />} title={open ? 'Nothing is reserved' : 'Nothing was reserved yet'}>
          <Text c="dimmed">Open a bin and choose “Reserve…” there; an ERP can reserve by the API.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}
