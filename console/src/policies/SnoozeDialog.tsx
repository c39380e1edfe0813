import { Alert, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { Dialog } from '../shell/Dialog';
import { isReason, ReasonField } from '../shell/ReasonField';
import { describeTime } from '../time/describe-age';
import { serverClock } from '../time/server-clock';

const DAY_MS = 86_400_000;

/** Asks until when nothing is to be ordered, and why. */
export function SnoozeDialog({
  name,
  busy,
  error,
  onClose,
  onConfirm,
}: {
  name: string;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: (wish: { untilMs: number; reason: string }) => void;
}) {
  const [days, setDays] = useState('7');
  const [date, setDate] = useState('');
  const [reason, setReason] = useState('');
  const untilMs =
    days === 'date' ? Date.parse(`${date}T23:59`) : Math.round(serverClock.nowMs() + Number(days) * DAY_MS);
  const ahead = Number.isFinite(untilMs) && untilMs > serverClock.nowMs();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onConfirm({ untilMs, reason: reason.trim() });
  };
  return (
    <Dialog onClose={onClose} title={`Snooze ${name}`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">Nothing is ordered for this bin until then. What is ordered already still comes.</Text>
          {error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(error)}
            </Alert>
          ) : null}
          <SegmentedControl
            aria-label="For how long"
            value={days}
            onChange={setDays}
            data={[
              { value: '1', label: '1 day' },
              { value: '7', label: '1 week' },
              { value: '30', label: '30 days' },
              { value: 'date', label: 'Until…' },
            ]}
          />
          {days === 'date' ? (
            <TextInput
              type="date"
              label="Until the end of"
              required
              value={date}
              onChange={(event) => setDate(event.currentTarget.value)}
            />
          ) : null}
          {ahead ? (
            <Text size="sm" c="dimmed">
              Until {describeTime(untilMs)}
            </Text>
          ) : null}
          <ReasonField
            description="Others see it with the bin, and it stands in the audit trail."
            value={reason}
            onChange={setReason}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={!ahead || !isReason(reason)}>
              Snooze
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
