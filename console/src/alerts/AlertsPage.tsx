import { Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBellCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';

import type { Alert } from '../api/types';
import { useMay } from '../session/may';
import { useSession } from '../session/session';
import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureNote, FailureState, ListSkeleton } from '../shell/states';
import { AlertCard } from './AlertCard';
import { acknowledgeMutation, alertsQuery } from './queries';
import { sortAlerts } from './sort-alerts';

const route = getRouteApi('/signed-in/alerts');

/** What somebody should know of, and who has taken it on. */
export function AlertsPage() {
  const open = route.useSearch().show !== 'resolved';
  const navigate = route.useNavigate();
  const isAdmin = useSession()?.user.role === 'admin';
  const alerts = useInfiniteQuery(alertsQuery({ open }));
  const items = alerts.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Alerts
        </Title>
        <Group gap="sm">
          {isAdmin ? (
            <Button variant="default" component={Link} to="/alert-channels">
              Who is told…
            </Button>
          ) : null}
          <SegmentedControl
            aria-label="Which alerts"
            value={open ? 'open' : 'resolved'}
            onChange={(next) =>
              void navigate({ search: next === 'resolved' ? { show: 'resolved' } : {}, replace: true })
            }
            data={[
              { value: 'open', label: 'Open' },
              { value: 'resolved', label: 'Over' },
            ]}
          />
        </Group>
      </Group>
      {alerts.error && items.length === 0 ? (
        <FailureState error={alerts.error} onRetry={() => void alerts.refetch()} />
      ) : null}
      {alerts.isPending ? <ListSkeleton label="Loading the alerts" /> : null}
      {open ? <OpenAlerts alerts={items} /> : <AlertList label="Alerts that are over" alerts={items} />}
      <ReadMore list={alerts} label="Show older alerts" />
      {alerts.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconBellCheck />} title={open ? 'Nothing is wrong' : 'Nothing was wrong yet'}>
          <Text c="dimmed">
            A bin below its safety stock, a sensor in doubt or an order in trouble appears here by itself.
          </Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function OpenAlerts({ alerts }: { alerts: readonly Alert[] }) {
  const { waiting, takenOn } = sortAlerts(alerts);
  return (
    <Stack gap="lg">
      {waiting.length > 0 ? <AlertList label="Waiting for somebody" shown alerts={waiting} /> : null}
      {takenOn.length > 0 ? <AlertList label="Somebody looks after it" shown alerts={takenOn} /> : null}
    </Stack>
  );
}

function AlertList({ label, shown = false, alerts }: { label: string; shown?: boolean; alerts: readonly Alert[] }) {
  const mayTakeOn = useMay('keepStock');
  const acknowledge = useMutation(acknowledgeMutation(useQueryClient()));
  const takeOn = (alert: Alert): void =>
    acknowledge.mutate(alert.alertId, {
      onSuccess: () => {
        notifications.show({ message: 'It is yours now: it escalates no further.', color: 'teal' });
      },
    });
  if (alerts.length === 0) return null;
  return (
    <section aria-label={label}>
      {shown ? (
        <Title order={2} size="h5" mb="xs">
          {label} ({alerts.length})
        </Title>
      ) : null}
      <Stack gap="sm" role="list" aria-label={label}>
        <FailureNote error={acknowledge.error} />
        {alerts.map((alert) => (
          <AlertCard
            key={alert.alertId}
            alert={alert}
            busy={acknowledge.isPending && acknowledge.variables === alert.alertId}
            onAcknowledge={
              mayTakeOn && alert.acknowledgedAtMs === null && alert.resolvedAtMs === null
                ? () => takeOn(alert)
                : undefined
            }
          />
        ))}
      </Stack>
    </section>
  );
}
