import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import type { Gateway } from '../api/types';
import { namesQuery } from '../approval-rules/queries';
import { Dialog } from '../shell/Dialog';
import { Secret } from '../shell/Secret';
import { issueLoginMutation, removeGatewayMutation } from './queries';

/** A login at the centre's broker, shown once. */
export function IssueDialog({
  of,
  onClose,
}: {
  of: { siteId: string; gatewayId: string } | 'new';
  onClose: () => void;
}) {
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

export function RemoveDialog({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
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
