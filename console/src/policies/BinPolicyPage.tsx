import { Alert, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChartLine, IconMoonStars } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import { binQuery } from '../api/queries';
import { useSiteName } from '../api/site-names';
import type { BinPolicy, PolicyScope } from '../api/types';
import { BackLink } from '../shell/BackLink';
import { useSession } from '../session/session';
import { FailureState } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { PolicyBadges } from './PolicyBadges';
import classes from './policies.module.css';
import { PolicyChain } from './PolicyChain';
import { PolicyEditor } from './PolicyEditor';
import { PolicyHistory } from './PolicyHistory';
import { describeRule, describeScope, scopeOfHeld } from './policy-words';
import { binPolicyQuery, snoozeMutation } from './queries';
import { SnoozeDialog } from './SnoozeDialog';

const route = getRouteApi('/signed-in/policies/$siteId/$binId');

/** What decides about one bin, where that comes from, and how to change it. */
export function BinPolicyPage() {
  const address = route.useParams();
  const policy = useQuery(binPolicyQuery(address));
  return (
    <>
      <BackLink to="/policies">Policies</BackLink>
      {policy.isPending ? <Skeleton role="status" height={320} radius="md" aria-label="Loading the policy" /> : null}
      {policy.error && !policy.data ? (
        <FailureState error={policy.error} onRetry={() => void policy.refetch()} />
      ) : null}
      {policy.data ? <BinPolicyDocument of={policy.data} /> : null}
    </>
  );
}

/** What the editor begins with: a scope, and perhaps shadow mode turned over. */
interface Editing {
  scope: PolicyScope;
  shadow?: boolean;
}

function BinPolicyDocument({ of }: { of: BinPolicy }) {
  const role = useSession()?.user.role;
  const mayChange = role === 'admin' || role === 'buyer';
  const [editing, setEditing] = useState<Editing | null>(null);
  return (
    <Stack gap="md" maw="76rem">
      <Head of={of} {...(mayChange && !editing ? { onEdit: setEditing } : {})} />
      {editing ? (
        <PolicyEditor
          key={JSON.stringify(editing)}
          of={of}
          initialScope={editing.scope}
          {...(editing.shadow === undefined ? {} : { shadow: editing.shadow })}
          onDone={() => setEditing(null)}
        />
      ) : null}
      <div className={classes['columns']}>
        <PolicyChain of={of} {...(mayChange ? { onEdit: (scope: PolicyScope) => setEditing({ scope }) } : {})} />
        <PolicyHistory of={of} />
      </div>
    </Stack>
  );
}

function Head({ of, onEdit }: { of: BinPolicy; onEdit?: (editing: Editing) => void }) {
  const { policy, item, siteId, binId } = of;
  const siteName = useSiteName();
  const shadow = policy?.parameters['shadow'] === true;
  return (
    <Paper className={classes['card'] ?? ''}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={1} size="h3">
            {item.name}
          </Title>
          <Text c="dimmed" size="sm">
            {of.binName} · {siteName(siteId)} · {item.sku}
          </Text>
        </div>
        <PolicyBadges item={of} />
      </Group>
      <Text mt="sm" fw={600}>
        {policy === null
          ? 'No policy: nothing is ordered by itself.'
          : describeRule(policy.type, policy.parameters, item.unit)}
      </Text>
      {policy === null ? null : (
        <Text size="sm" c="dimmed">
          From: {describeScope(scopeOfHeld(policy, of), siteName)} · version {policy.version}, since{' '}
          {describeTime(policy.effectiveFromMs)}
        </Text>
      )}
      {of.decidedAtMs === null ? null : (
        <Text size="sm" mt="xs">
          Last decision, <Age atMs={of.decidedAtMs} />: {of.because ?? of.decision}
        </Text>
      )}
      {of.primaryBinId === null ? null : (
        <Alert mt="sm" color="blue" variant="light" role="note">
          This bin is overflow of <BinName siteId={siteId} binId={of.primaryBinId} />: the policy of that one decides
          about both.
        </Alert>
      )}
      <Group mt="md" gap="sm">
        {onEdit ? (
          <>
            <Button onClick={() => onEdit({ scope: { scope: 'bin', siteId, binId } })}>Change policy…</Button>
            {policy === null ? null : (
              <Button variant="default" onClick={() => onEdit({ scope: scopeOfHeld(policy, of), shadow: !shadow })}>
                {shadow ? 'End shadow mode…' : 'Shadow mode…'}
              </Button>
            )}
            <SnoozeActions of={of} />
          </>
        ) : null}
        <Button
          variant="subtle"
          component={Link}
          to={`/insights/${siteId}/${binId}`}
          leftSection={<IconChartLine size={18} aria-hidden />}
        >
          Forecast
        </Button>
      </Group>
    </Paper>
  );
}

function SnoozeActions({ of }: { of: BinPolicy }) {
  const [asking, setAsking] = useState(false);
  const snooze = useMutation(snoozeMutation(of, useQueryClient()));
  const end = (): void =>
    snooze.mutate(null, {
      onSuccess: () => notifications.show({ message: 'The policy decides again.', color: 'teal' }),
      onError: (error) => notifications.show({ message: describeFailure(error), color: 'red' }),
    });
  return (
    <>
      {of.snooze === null ? (
        <Button variant="default" leftSection={<IconMoonStars size={18} aria-hidden />} onClick={() => setAsking(true)}>
          Snooze…
        </Button>
      ) : (
        <Button variant="default" loading={snooze.isPending} onClick={end}>
          End snooze
        </Button>
      )}
      {asking ? (
        <SnoozeDialog
          name={of.item.name}
          busy={snooze.isPending}
          error={snooze.error}
          onClose={() => setAsking(false)}
          onConfirm={(wish) =>
            snooze.mutate(wish, {
              onSuccess: () => {
                setAsking(false);
                notifications.show({
                  message: `Nothing is ordered until ${describeTime(wish.untilMs)}.`,
                  color: 'teal',
                });
              },
            })
          }
        />
      ) : null}
    </>
  );
}

function BinName(address: { siteId: string; binId: string }) {
  return useQuery(binQuery(address)).data?.binName ?? address.binId;
}
