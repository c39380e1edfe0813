import { Alert, Button, Group, MultiSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import type { EventSubscription } from '../api/types';
import { namesQuery } from '../approval-rules/queries';
import { Dialog } from '../shell/Dialog';
import { Secret } from '../shell/Secret';
import { FailureNote } from '../shell/states';
import { putWebhookMutation, removeWebhookMutation, rotateSecretMutation, type WebhookDraft } from './queries';
import { EVENT_TYPES } from './webhook-words';

const NEW: WebhookDraft = { subscriptionId: '', url: '', description: '', types: ['shelfwire.order.*'], siteIds: [] };

/** Tells a system of events, changes which, gives it a new secret, or ends it. */
export function WebhookDialog({ webhook, onClose }: { webhook: EventSubscription | 'new'; onClose: () => void }) {
  const queryClient = useQueryClient();
  const put = useMutation(putWebhookMutation(queryClient));
  const remove = useMutation(removeWebhookMutation(queryClient));
  const rotate = useMutation(rotateSecretMutation());
  const [draft, setDraft] = useState<WebhookDraft>(() => (webhook === 'new' ? NEW : draftOf(webhook)));
  const secret = rotate.data?.secret ?? put.data?.secret ?? null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    put.mutate(
      { ...draft, subscriptionId: draft.subscriptionId.trim(), url: draft.url.trim() },
      {
        onSuccess: (saved) => {
          if (saved.secret === null) onClose();
        },
      },
    );
  };
  const title = webhook === 'new' ? 'New webhook' : `Webhook ${webhook.subscriptionId}`;
  if (secret !== null) {
    return (
      <Dialog onClose={onClose} title={title}>
        <IssuedSecret secret={secret} renewed={rotate.data !== undefined} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title={title} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <FailureNote error={put.error ?? remove.error ?? rotate.error} />
          <Fields draft={draft} isNew={webhook === 'new'} onChange={setDraft} />
          {webhook === 'new' ? null : (
            <Group gap="sm">
              <Button
                variant="default"
                loading={rotate.isPending}
                onClick={() => rotate.mutate(webhook.subscriptionId)}
              >
                New secret
              </Button>
              <Button
                variant="subtle"
                color="red"
                loading={remove.isPending}
                onClick={() => remove.mutate(webhook.subscriptionId, { onSuccess: onClose })}
              >
                Remove, and forget what waits
              </Button>
            </Group>
          )}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={put.isPending} disabled={draft.types.length === 0}>
              {webhook !== 'new' && webhook.disabledAtMs !== null ? 'Save and enable' : 'Save'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Fields({
  draft,
  isNew,
  onChange,
}: {
  draft: WebhookDraft;
  isNew: boolean;
  onChange: (draft: WebhookDraft) => void;
}) {
  const names = useQuery(namesQuery());
  return (
    <>
      {isNew ? (
        <TextInput
          label="Name"
          description="Short, without spaces: erp"
          required
          pattern="[A-Za-z0-9._:\-]+"
          maxLength={64}
          value={draft.subscriptionId}
          onChange={(event) => onChange({ ...draft, subscriptionId: event.currentTarget.value })}
          data-autofocus
        />
      ) : null}
      <TextInput
        label="Address"
        description="https, where the system takes the events"
        type="url"
        required
        maxLength={2_000}
        value={draft.url}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value })}
        {...(isNew ? {} : { 'data-autofocus': true })}
      />
      <TagsInput
        label="It is told of"
        description="A type, or all that begin alike; Enter adds what you type"
        required
        data={EVENT_TYPES}
        value={draft.types}
        onChange={(types) => onChange({ ...draft, types })}
      />
      <MultiSelect
        label="Of the sites"
        description="None chosen: of every site"
        data={(names.data?.sites ?? []).map((site) => ({ value: site.siteId, label: site.name }))}
        value={draft.siteIds}
        onChange={(siteIds) => onChange({ ...draft, siteIds })}
      />
      <TextInput
        label="What it is for"
        maxLength={500}
        value={draft.description}
        onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
      />
    </>
  );
}

function IssuedSecret({ secret, renewed, onClose }: { secret: string; renewed: boolean; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" role="note">
        This is the only time the secret is shown.
        {renewed ? ' For a day, events are signed with the old one as well.' : ''}
      </Alert>
      <Secret label="Signing secret" value={secret} testId="webhook-secret" />
      <Text size="sm" c="dimmed">
        The system checks each event’s signature with it, as Standard Webhooks describe.
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

function draftOf({ subscriptionId, url, description, types, siteIds }: EventSubscription): WebhookDraft {
  return { subscriptionId, url, description, types, siteIds };
}
