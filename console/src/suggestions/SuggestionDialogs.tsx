import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent, type ReactNode } from 'react';

import type { PolicySuggestion } from '../api/types';
import { PolicyPreviewPanel } from '../policies/PolicyPreviewPanel';
import { binPolicyQuery, previewQuery, putPolicyMutation } from '../policies/queries';
import { Dialog } from '../shell/Dialog';
import { isReason, ReasonField } from '../shell/ReasonField';
import { FailureNote } from '../shell/states';
import { followedPolicy } from './followed-policy';
import { declineMutation } from './queries';

interface DialogProps {
  suggestion: PolicySuggestion;
  onClose: () => void;
}

/** Shows what the bin's policy would do with the suggested numbers, and sets it. */
export function FollowDialog({ suggestion, onClose }: DialogProps) {
  const policy = useQuery(binPolicyQuery(suggestion));
  const proposal = useMemo(
    () => (policy.data ? followedPolicy(policy.data, suggestion) : { scope: WAITING_SCOPE, policy: null }),
    [policy.data, suggestion],
  );
  const preview = useQuery({ ...previewQuery(proposal), enabled: policy.isSuccess });
  const put = useMutation(putPolicyMutation(useQueryClient()));
  const [reason, setReason] = useState('as suggested');
  const follow = (): void =>
    put.mutate(
      { ...proposal, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: 'Saved; it decides now.', color: 'teal' });
          onClose();
        },
      },
    );
  return (
    <ReasonDialog
      title={`Follow the suggestion for ${suggestion.itemName}`}
      action="Set these numbers"
      reason={reason}
      busy={put.isPending}
      ready={preview.isSuccess}
      error={put.error ?? preview.error ?? policy.error}
      onReason={setReason}
      onConfirm={follow}
      onClose={onClose}
    >
      <Text size="sm">
        The bin {suggestion.binName} orders at {suggestion.suggested.reorderPoint} {suggestion.unit} and fills up to{' '}
        {suggestion.suggested.orderUpTo} {suggestion.unit}. What its policy says besides stays.
      </Text>
      <PolicyPreviewPanel
        preview={preview.error ? undefined : preview.data}
        waitsFor={null}
        unit={suggestion.unit}
        stale={preview.isFetching}
      />
    </ReasonDialog>
  );
}

/** Asked about nothing: the preview waits for the bin's policy. */
const WAITING_SCOPE = { scope: 'site', siteId: '' } as const;

/** Keeps the numbers as they are, and says why. */
export function DeclineDialog({ suggestion, onClose }: DialogProps) {
  const decline = useMutation(declineMutation(suggestion, useQueryClient()));
  const [reason, setReason] = useState('');
  return (
    <ReasonDialog
      title={`Decline the suggestion for ${suggestion.itemName}`}
      action="Decline it"
      reason={reason}
      busy={decline.isPending}
      ready
      error={decline.error}
      onReason={setReason}
      onConfirm={() => decline.mutate(reason.trim(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">The numbers stay as they are. It is suggested again once what is used has moved further.</Text>
    </ReasonDialog>
  );
}

function ReasonDialog({
  title,
  action,
  reason,
  busy,
  ready,
  error,
  onReason,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  action: string;
  reason: string;
  busy: boolean;
  ready: boolean;
  error: unknown;
  onReason: (next: string) => void;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onConfirm();
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {children}
          <ReasonField description="It stands in the audit trail." value={reason} onChange={onReason} />
          <FailureNote error={error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={!ready || !isReason(reason)}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
