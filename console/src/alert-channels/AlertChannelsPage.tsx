import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBellRinging } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { AlertChannel } from '../api/types';
import { ListCard } from '../shell/ListCard';
import { EmptyState, FailureNote, FailureState, ListSkeleton } from '../shell/states';
import { describeChannel, KIND_WORDS } from './channel-words';
import { ChannelDialog } from './ChannelDialog';
import { channelsQuery, testChannelMutation } from './queries';
import { RemoveChannelDialog } from './RemoveChannelDialog';

/** Who is told of alerts, where and when, and whether it arrives there. */
export function AlertChannelsPage() {
  const channels = useQuery(channelsQuery());
  const [editing, setEditing] = useState<AlertChannel | 'new' | null>(null);
  const [removing, setRemoving] = useState<AlertChannel | null>(null);
  const known = channels.data ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Who is told
        </Title>
        <Button onClick={() => setEditing('new')}>New channel…</Button>
      </Group>
      {known.length > 0 ? (
        <Text c="dimmed" size="sm" mb="sm" maw="46rem">
          Alerts stand under Alerts always; these are told besides. What is over is said with the next message.
        </Text>
      ) : null}
      {channels.isPending ? <ListSkeleton label="Loading the channels" /> : null}
      {channels.error && !channels.data ? (
        <FailureState error={channels.error} onRetry={() => void channels.refetch()} />
      ) : null}
      <Stack gap="sm" role="list" aria-label="Channels">
        {known.map((channel) => (
          <ChannelCard
            key={channel.channelId}
            channel={channel}
            onEdit={() => setEditing(channel)}
            onRemove={() => setRemoving(channel)}
          />
        ))}
      </Stack>
      {channels.data?.length === 0 ? (
        <EmptyState icon={<IconBellRinging />} title="Nobody is told of alerts yet">
          <Text c="dimmed">
            They stand under Alerts, for those who look. Name an email address or a webhook, and they are sent there.
          </Text>
        </EmptyState>
      ) : null}
      {editing ? (
        <ChannelDialog
          channel={editing}
          taken={known.map(({ channelId }) => channelId)}
          onClose={() => setEditing(null)}
        />
      ) : null}
      {removing ? <RemoveChannelDialog channel={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  );
}

function ChannelCard({
  channel,
  onEdit,
  onRemove,
}: {
  channel: AlertChannel;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { channelId, kind, target, failures, lastError } = channel;
  const trial = useMutation(testChannelMutation());
  const test = (): void =>
    trial.mutate(channelId, {
      onSuccess: ({ ok, detail }) =>
        notifications.show({
          message: ok ? `The test was sent: ${detail}.` : `The test did not get there: ${detail}.`,
          color: ok ? 'teal' : 'red',
        }),
    });
  return (
    <ListCard
      title={target}
      meta={`${KIND_WORDS[kind]} · ${channelId}`}
      badges={
        failures > 0 ? (
          <Badge color="red" variant="light" tt="none" fw={650}>
            Does not arrive
          </Badge>
        ) : null
      }
      {...(failures > 0 ? { tone: 'red' as const } : {})}
      actions={
        <>
          <Button
            size="sm"
            variant="light"
            loading={trial.isPending}
            onClick={test}
            aria-label={`Send a test to ${target}`}
          >
            Send a test
          </Button>
          <Button size="sm" variant="default" onClick={onEdit} aria-label={`Change ${target}`}>
            Change…
          </Button>
          <Button size="sm" variant="subtle" color="red" onClick={onRemove} aria-label={`Remove ${target}`}>
            Remove…
          </Button>
        </>
      }
    >
      <Text size="sm">{describeChannel(channel)}</Text>
      {failures > 0 ? (
        <Text size="sm">
          {failures === 1 ? 'It failed once' : `It failed ${failures} times in a row`}
          {lastError === null ? '' : ` (${lastError})`}; it is tried again by itself.
        </Text>
      ) : null}
      <FailureNote error={trial.error} />
    </ListCard>
  );
}
