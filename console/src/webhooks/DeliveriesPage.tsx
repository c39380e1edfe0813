import { Badge, Button, Code, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMailCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import type { EventDelivery } from '../api/types';
import { BackLink } from '../shell/BackLink';
import { ListCard } from '../shell/ListCard';
import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureNote, FailureState, ListSkeleton } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { deliveriesQuery, replayMutation } from './queries';
import { STATE_LOOKS } from './webhook-words';
import classes from './webhooks.module.css';

const route = getRouteApi('/signed-in/webhooks/$subscriptionId');

/** What one system was told, what still waits, and what was given up and can be sent again. */
export function DeliveriesPage() {
  const { subscriptionId } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const deliveries = useInfiniteQuery(deliveriesQuery(subscriptionId, state));
  const replay = useMutation(replayMutation(subscriptionId, useQueryClient()));
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  const again = (eventIds: 'all' | string[]): void =>
    replay.mutate(eventIds, {
      onSuccess: ({ replayed }) =>
        notifications.show({
          message: `${replayed} ${replayed === 1 ? 'event is' : 'events are'} sent again.`,
          color: 'teal',
        }),
    });
  return (
    <>
      <BackLink to="/webhooks">Webhooks</BackLink>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={1} size="h3">
          Events for {subscriptionId}
        </Title>
        <SegmentedControl
          aria-label="Which events"
          value={state ?? 'all'}
          onChange={(next) => {
            const chosen = next === 'waiting' || next === 'delivered' || next === 'dead' ? { state: next } : {};
            void navigate({ search: chosen, replace: true });
          }}
          data={[
            { value: 'all', label: 'All' },
            { value: 'waiting', label: 'Waiting' },
            { value: 'dead', label: 'Given up' },
            { value: 'delivered', label: 'Delivered' },
          ]}
        />
      </Group>
      {items.some((each) => each.state === 'dead') ? (
        <Button mb="sm" variant="light" loading={replay.isPending} onClick={() => again('all')}>
          Send all again that were given up
        </Button>
      ) : null}
      <FailureNote error={replay.error} />
      {deliveries.isPending ? <ListSkeleton label="Loading the events" /> : null}
      {deliveries.error && items.length === 0 ? (
        <FailureState error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : null}
      <Stack gap="sm" role="list" aria-label="Events, newest first">
        {items.map((delivery) => (
          <DeliveryCard key={delivery.eventId} delivery={delivery} onAgain={() => again([delivery.eventId])} />
        ))}
      </Stack>
      <ReadMore list={deliveries} label="Show older events" />
      {deliveries.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconMailCheck />} title={state === 'dead' ? 'Nothing was given up' : 'No such events'}>
          <Text c="dimmed">Events appear here as soon as something happens that this system is told of.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function DeliveryCard({ delivery, onAgain }: { delivery: EventDelivery; onAgain: () => void }) {
  const { event, attempts, nextAttemptAtMs, lastError } = delivery;
  const { label, color } = STATE_LOOKS[delivery.state];
  return (
    <ListCard
      title={event.type}
      meta={
        <>
          {event.subject} · <Age atMs={delivery.createdAtMs} />
          {attempts > 1 ? ` · ${attempts} attempts` : ''}
        </>
      }
      badges={
        <Badge color={color} variant="light" tt="none" fw={650}>
          {label}
        </Badge>
      }
      {...(delivery.state === 'dead' ? { tone: 'red' as const } : {})}
      actions={
        delivery.state === 'dead' ? (
          <Button size="sm" variant="default" aria-label={`Send again: ${event.type}`} onClick={onAgain}>
            Send again
          </Button>
        ) : null
      }
    >
      {lastError === null ? null : <Text size="sm">{lastError}</Text>}
      {delivery.state === 'waiting' && nextAttemptAtMs !== null && attempts > 0 ? (
        <Text size="sm" c="dimmed">
          Tried again {describeTime(nextAttemptAtMs)}
        </Text>
      ) : null}
      <details className={classes['details']}>
        <summary>What it says</summary>
        <Code block className={classes['event'] ?? ''}>
          {JSON.stringify(event, null, 2)}
        </Code>
      </details>
    </ListCard>
  );
}
