import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconWebhook } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import type { EventSubscription } from '../api/types';
import { ListCard } from '../shell/ListCard';
import { EmptyState, FailureNote, FailureState, ListSkeleton } from '../shell/states';
import { Age } from '../time/Age';
import { testWebhookMutation, webhooksQuery } from './queries';
import { standingOf } from './webhook-words';
import { WebhookDialog } from './WebhookDialog';

/** The customer's systems that are told what happens, and whether it reaches them. */
export function WebhooksPage() {
  const webhooks = useQuery(webhooksQuery());
  const [editing, setEditing] = useState<EventSubscription | 'new' | null>(null);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Webhooks
        </Title>
        <Button onClick={() => setEditing('new')}>New webhook…</Button>
      </Group>
      {webhooks.isPending ? <ListSkeleton label="Loading the webhooks" /> : null}
      {webhooks.error && !webhooks.data ? (
        <FailureState error={webhooks.error} onRetry={() => void webhooks.refetch()} />
      ) : null}
      <Stack gap="sm" role="list" aria-label="Webhooks">
        {(webhooks.data ?? []).map((webhook) => (
          <WebhookCard key={webhook.subscriptionId} webhook={webhook} onEdit={() => setEditing(webhook)} />
        ))}
      </Stack>
      {webhooks.data?.length === 0 ? (
        <EmptyState icon={<IconWebhook />} title="No system is told anything">
          <Text c="dimmed">An ERP, a chat or a script of yours can be told of orders, levels and policies.</Text>
        </EmptyState>
      ) : null}
      {editing ? <WebhookDialog webhook={editing} onClose={() => setEditing(null)} /> : null}
    </>
  );
}

function WebhookCard({ webhook, onEdit }: { webhook: EventSubscription; onEdit: () => void }) {
  const { subscriptionId, url, description, types, siteIds, lastDeliveredAtMs } = webhook;
  const { label, color, meaning } = standingOf(webhook);
  const trial = useMutation(testWebhookMutation(useQueryClient()));
  const test = (): void =>
    trial.mutate(subscriptionId, {
      onSuccess: ({ ok, detail }) =>
        notifications.show({ message: ok ? `It arrived: ${detail}` : detail, color: ok ? 'teal' : 'red' }),
    });
  return (
    <ListCard
      title={subscriptionId}
      meta={url}
      badges={
        <Badge color={color} variant="light" tt="none" fw={650}>
          {label}
        </Badge>
      }
      {...(color === 'red' || color === 'orange' ? { tone: color } : {})}
      actions={
        <>
          <Button size="sm" variant="light" loading={trial.isPending} onClick={test}>
            Send a test
          </Button>
          <Button
            size="sm"
            variant="default"
            component={Link}
            to={`/webhooks/${encodeURIComponent(subscriptionId)}${webhook.dead > 0 ? '?state=dead' : ''}`}
          >
            {webhook.dead > 0 ? `${webhook.dead} given up` : 'Events'}
          </Button>
          <Button size="sm" variant="default" aria-label={`Change webhook ${subscriptionId}`} onClick={onEdit}>
            Change…
          </Button>
        </>
      }
    >
      {description === '' ? null : <Text size="sm">{description}</Text>}
      <Text size="sm" c="dimmed">
        {types.join(', ')} · {siteIds.length === 0 ? 'every site' : siteIds.join(', ')}
        {webhook.waiting > 0 ? ` · ${webhook.waiting} waiting` : ''}
        {lastDeliveredAtMs === null ? null : (
          <>
            {' '}
            · last delivered <Age atMs={lastDeliveredAtMs} />
          </>
        )}
      </Text>
      {color === 'teal' ? null : <Text size="sm">{meaning}</Text>}
      <FailureNote error={trial.error} />
    </ListCard>
  );
}
