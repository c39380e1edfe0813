import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useSiteName } from '../api/site-names';
import type { ParkedGroup } from '../api/types';
import { describeMeasured } from '../orders/proof-readings';
import { isObject } from '../orders/proof-words';
import { useMay } from '../session/may';
import { Dialog } from '../shell/Dialog';
import { ListCard } from '../shell/ListCard';
import { FailureNote } from '../shell/states';
import { Age } from '../time/Age';
import { AssignDialog } from './AssignDialog';
import { assignableKind, describeOutcome, describeReason } from './parked-words';
import { parkedMutation, type ParkedWork } from './queries';

/** What one device said that could not be accounted, why, and what can be done. */
export function ParkedCard({ group }: { group: ParkedGroup }) {
  const maySettle = useMay('settleReadings');
  const siteName = useSiteName();
  const [asking, setAsking] = useState<'assign' | 'discard' | null>(null);
  const work = useMutation(parkedMutation(useQueryClient()));
  const { title, todo } = describeReason(group.reason);
  const kind = assignableKind(group);
  const act = (next: ParkedWork): void =>
    work.mutate(next, {
      onSuccess: (outcome) => {
        setAsking(null);
        const message = next.kind === 'discard' ? `${outcome.settled} discarded.` : describeOutcome(outcome);
        notifications.show({ message, color: outcome.remaining === 0 ? 'teal' : 'yellow' });
      },
    });
  return (
    <>
      <ListCard
        tone={kind ? 'orange' : 'gray'}
        title={group.deviceId ?? 'A device that did not say its name'}
        meta={
          <>
            {group.sensorId === null ? '' : `${group.sensorId} · `}
            {siteName(group.siteId)}, gateway {group.gatewayId} · last <Age atMs={group.lastParkedAtMs} />
            {group.count > 1 ? (
              <>
                , first <Age atMs={group.firstParkedAtMs} />
              </>
            ) : null}
          </>
        }
        badges={
          <Badge color="gray" variant="light" tt="none" fw={650}>
            {group.count} {group.count === 1 ? 'reading' : 'readings'}
          </Badge>
        }
        actions={
          maySettle ? (
            <>
              {kind ? (
                <Button size="sm" onClick={() => setAsking('assign')}>
                  Assign to a bin…
                </Button>
              ) : null}
              <Button
                size="sm"
                variant="default"
                loading={work.isPending && work.variables.kind === 'replay'}
                onClick={() => act({ kind: 'replay', group })}
              >
                Try again
              </Button>
              <Button size="sm" variant="default" onClick={() => setAsking('discard')}>
                Discard…
              </Button>
            </>
          ) : null
        }
      >
        <Text size="sm">
          <strong>{title}.</strong> {todo}
        </Text>
        <Text size="sm" c="dimmed">
          {measuredOf(group)}
          {group.detail === '' ? '' : ` (${group.detail})`}
        </Text>
        {asking === null ? <FailureNote error={work.error} /> : null}
      </ListCard>
      {asking === 'assign' && kind ? (
        <AssignDialog
          group={group}
          busy={work.isPending}
          error={work.error}
          onClose={() => setAsking(null)}
          onConfirm={(bin) => act({ kind: 'assign', group, bin, sensorKind: kind })}
        />
      ) : null}
      {asking === 'discard' ? (
        <Dialog
          onClose={() => setAsking(null)}
          title={group.count === 1 ? 'Discard this reading?' : 'Discard these readings?'}
        >
          <Stack gap="md">
            <Text>
              {group.count === 1 ? '1 reading' : `${group.count} readings`} of {group.deviceId ?? 'this device'}{' '}
              {group.count === 1 ? 'is' : 'are'} gone for good. New ones of the same device appear here again.
            </Text>
            <FailureNote error={work.error} />
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={() => setAsking(null)}>
                Back
              </Button>
              <Button color="red" loading={work.isPending} onClick={() => act({ kind: 'discard', group })}>
                Discard
              </Button>
            </Group>
          </Stack>
        </Dialog>
      ) : null}
    </>
  );
}

function measuredOf({ reading }: ParkedGroup): string {
  const measured = isObject(reading) ? describeMeasured(reading, undefined) : undefined;
  return measured === undefined ? 'The last one cannot be shown.' : `The last one: ${measured}.`;
}
