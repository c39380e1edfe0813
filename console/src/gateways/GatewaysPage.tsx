import { ActionIcon, Badge, Button, Group, Menu, Skeleton, Text, Title } from '@mantine/core';
import { IconDotsVertical, IconRouter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useSiteName } from '../api/site-names';
import type { Gateway } from '../api/types';
import { Facts, type Fact } from '../shell/Facts';
import { EmptyState, FailureState } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { useNow } from '../time/use-now';
import { healthOf } from './gateway-health';
import { IssueDialog, RemoveDialog } from './GatewayDialogs';
import classes from './gateways.module.css';
import { NewDevice } from './NewDevice';
import { gatewaysQuery } from './queries';

/** The gateways: how each is, what it runs on, and its login at the centre. */
export function GatewaysPage() {
  const gateways = useQuery(gatewaysQuery());
  const [issuing, setIssuing] = useState<{ siteId: string; gatewayId: string } | 'new' | null>(null);
  const [removing, setRemoving] = useState<Gateway | null>(null);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Gateways
        </Title>
        <Button onClick={() => setIssuing('new')}>New gateway…</Button>
      </Group>
      {gateways.isPending ? (
        <Skeleton role="status" height={160} radius="md" aria-label="Loading the gateways" />
      ) : null}
      {gateways.error && !gateways.data ? (
        <FailureState error={gateways.error} onRetry={() => void gateways.refetch()} />
      ) : null}
      <div className={classes['cards']} role="list" aria-label="Gateways">
        {(gateways.data ?? []).map((gateway) => (
          <GatewayCard
            key={`${gateway.siteId}/${gateway.gatewayId}`}
            gateway={gateway}
            onIssue={() => setIssuing(gateway)}
            onRemove={() => setRemoving(gateway)}
          />
        ))}
      </div>
      {gateways.data?.length === 0 ? (
        <EmptyState icon={<IconRouter />} title="No gateways yet">
          <Text c="dimmed">
            Choose “New gateway…” for its login at the broker, and put that into the gateway’s settings. It shows up as
            soon as it reports.
          </Text>
        </EmptyState>
      ) : null}
      {gateways.data ? <NewDevice /> : null}
      {issuing ? <IssueDialog of={issuing} onClose={() => setIssuing(null)} /> : null}
      {removing ? <RemoveDialog gateway={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  );
}

function GatewayCard({ gateway, onIssue, onRemove }: { gateway: Gateway; onIssue: () => void; onRemove: () => void }) {
  const siteName = useSiteName();
  const health = healthOf(gateway, useNow());
  return (
    <div
      className={classes['card']}
      role="listitem"
      aria-label={`Gateway ${gateway.gatewayId} at ${siteName(gateway.siteId)}`}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={650}>{gateway.gatewayId}</Text>
          <Text size="sm" c="dimmed">
            {siteName(gateway.siteId)}
          </Text>
        </div>
        <Group gap={4} wrap="nowrap">
          <Badge color={health.color} variant="light" tt="none" title={health.meaning}>
            {health.label}
          </Badge>
          <Menu position="bottom-end" withinPortal withInitialFocusPlaceholder={false}>
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Actions for gateway ${gateway.gatewayId}`}
              >
                <IconDotsVertical size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onIssue}>New login…</Menu.Item>
              <Menu.Item color="red" onClick={onRemove}>
                Remove…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <div className={classes['cardFacts']}>
        <Facts facts={factsOf(gateway)} />
      </div>
    </div>
  );
}

function factsOf(gateway: Gateway): Fact[] {
  const { status } = gateway;
  const counters = status?.counters;
  const seen = typeof status?.lastSeenAtMs === 'number' ? <Age atMs={status.lastSeenAtMs} /> : 'never';
  const waiting = (
    <>
      {status?.queuedReadings ?? '–'}
      {status?.oldestQueuedAtMs ? (
        <>
          {' '}
          (oldest <Age atMs={status.oldestQueuedAtMs} />)
        </>
      ) : null}
    </>
  );
  return [
    ['Last seen', seen],
    ['Readings waiting there', waiting],
    ['Device list', describeConfig(gateway)],
    [
      'Quarantined · dropped',
      counters ? `${counters.framesQuarantined} · ${counters.readingsDropped}` : '–',
      (counters?.readingsDropped ?? 0) > 0,
    ],
    [
      'Version',
      `${status?.version ?? '–'}${status?.startedAtMs ? ` · up since ${describeTime(status.startedAtMs)}` : ''}`,
    ],
    ['Login', describeLogin(gateway)],
  ];
}

function describeLogin({ passwordSetAtMs, known }: Gateway): string {
  if (passwordSetAtMs !== null) return `set ${describeTime(passwordSetAtMs)}`;
  return known ? 'none: cannot sign in at the broker' : 'not from this list';
}

function describeConfig({ status }: Gateway): string {
  if (status === null || status.appliedConfigVersion === null) return '–';
  const source =
    status.appliedConfigSource === 'centre'
      ? ' from the centre'
      : status.appliedConfigSource === 'file'
        ? ' from its file'
        : '';
  const since = status.appliedConfigAtMs === null ? '' : `, ${describeTime(status.appliedConfigAtMs)}`;
  return `version ${status.appliedConfigVersion}${source}${since}`;
}
