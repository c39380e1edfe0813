import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Group,
  Menu,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Select,
  Title,
} from '@mantine/core';
import { IconDotsVertical, IconRouter } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import type { Gateway } from '../api/types';
import { namesQuery } from '../approval-rules/queries';
import { Dialog } from '../shell/Dialog';
import { Secret } from '../shell/Secret';
import { EmptyState, FailureState } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { useNow } from '../time/use-now';
import { healthOf } from './gateway-health';
import classes from './gateways.module.css';
import { gatewaysQuery, issueLoginMutation, removeGatewayMutation } from './queries';

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
      {gateways.isPending ? <Skeleton height={160} radius="md" aria-label="Loading the gateways" /> : null}
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
          <Text c="dimmed">A gateway gets its login here, and shows up as soon as it reports.</Text>
        </EmptyState>
      ) : null}
      {issuing ? <IssueDialog of={issuing} onClose={() => setIssuing(null)} /> : null}
      {removing ? <RemoveDialog gateway={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  );
}

function GatewayCard({ gateway, onIssue, onRemove }: { gateway: Gateway; onIssue: () => void; onRemove: () => void }) {
  const health = healthOf(gateway, useNow());
  return (
    <article
      className={classes['card']}
      role="listitem"
      aria-label={`Gateway ${gateway.gatewayId} at ${gateway.siteId}`}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={650}>{gateway.gatewayId}</Text>
          <Text size="sm" c="dimmed">
            {gateway.siteId}
          </Text>
        </div>
        <Group gap={4} wrap="nowrap">
          <Badge color={health.color} variant="light" tt="none" title={health.meaning}>
            {health.label}
          </Badge>
          <Menu position="bottom-end" withinPortal>
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
      <Facts gateway={gateway} />
    </article>
  );
}

function Facts({ gateway }: { gateway: Gateway }) {
  const { status } = gateway;
  return (
    <dl className={classes['facts']}>
      <dt>Last seen</dt>
      <dd>{status === null || status.lastSeenAtMs === null ? 'never' : <Age atMs={status.lastSeenAtMs} />}</dd>
      <dt>Readings waiting there</dt>
      <dd>
        {status?.queuedReadings ?? '–'}
        {status?.oldestQueuedAtMs ? (
          <>
            {' '}
            (oldest <Age atMs={status.oldestQueuedAtMs} />)
          </>
        ) : null}
      </dd>
      <dt>Device list</dt>
      <dd>{describeConfig(gateway)}</dd>
      <dt>Quarantined · dropped</dt>
      <dd data-alarm={(status?.counters?.readingsDropped ?? 0) > 0}>
        {status?.counters ? `${status.counters.framesQuarantined} · ${status.counters.readingsDropped}` : '–'}
      </dd>
      <dt>Version</dt>
      <dd>
        {status?.version ?? '–'}
        {status?.startedAtMs ? ` · up since ${describeTime(status.startedAtMs)}` : ''}
      </dd>
      <dt>Login</dt>
      <dd>
        {gateway.passwordSetAtMs === null
          ? gateway.known
            ? 'none: cannot sign in at the broker'
            : 'not from this list'
          : `set ${describeTime(gateway.passwordSetAtMs)}`}
      </dd>
    </dl>
  );
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

function IssueDialog({ of, onClose }: { of: { siteId: string; gatewayId: string } | 'new'; onClose: () => void }) {
  const names = useQuery(namesQuery());
  const [siteId, setSiteId] = useState(of === 'new' ? null : of.siteId);
  const [gatewayId, setGatewayId] = useState(of === 'new' ? '' : of.gatewayId);
  const issue = useMutation(issueLoginMutation(useQueryClient()));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (siteId !== null) issue.mutate({ siteId, gatewayId: gatewayId.trim() });
  };
  return (
    <Dialog onClose={onClose} title={of === 'new' ? 'New gateway' : `New login for ${of.gatewayId}`}>
      {issue.data ? (
        <Stack gap="md">
          <Alert color="yellow" variant="light" role="note">
            This is the only time the password is shown. The one before ends when the broker has read the new list.
          </Alert>
          <Secret label="User name" value={issue.data.username} />
          <Secret label="Password" value={issue.data.password} />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            {issue.error ? (
              <Alert color="red" variant="light" role="alert">
                {describeFailure(issue.error)}
              </Alert>
            ) : null}
            {of === 'new' ? (
              <>
                <Select
                  label="Site"
                  required
                  value={siteId}
                  onChange={setSiteId}
                  data={(names.data?.sites ?? []).map((site) => ({ value: site.siteId, label: site.name }))}
                />
                <TextInput
                  label="Gateway id"
                  description="As in its gateway.yaml"
                  required
                  pattern="[A-Za-z0-9._:\-]+"
                  maxLength={64}
                  value={gatewayId}
                  onChange={(event) => setGatewayId(event.currentTarget.value)}
                />
              </>
            ) : (
              <Text size="sm">It signs in with the new password from then on; the one it has now ends.</Text>
            )}
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={onClose}>
                Back
              </Button>
              <Button type="submit" loading={issue.isPending} disabled={siteId === null || gatewayId.trim() === ''}>
                Make a login
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function RemoveDialog({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
  const remove = useMutation(removeGatewayMutation(useQueryClient()));
  return (
    <Dialog onClose={onClose} title={`Remove gateway ${gateway.gatewayId}`}>
      <Stack gap="md">
        {remove.error ? (
          <Alert color="red" variant="light" role="alert">
            {describeFailure(remove.error)}
          </Alert>
        ) : null}
        <Text size="sm">
          It cannot sign in any more, and what it said is forgotten. What it has measured stays. If it still runs, its
          readings wait at the site until it has a login again.
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(gateway, { onSuccess: onClose })}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
