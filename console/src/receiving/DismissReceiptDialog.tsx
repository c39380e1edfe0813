import { Button, Group, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { Dialog } from '../shell/Dialog';
import { isReason, ReasonField } from '../shell/ReasonField';

/** A scale saw something arrive that was no delivery: somebody put something back, or moved it. */
export function DismissReceiptDialog({
  busy,
  onClose,
  onConfirm,
}: {
  busy: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => void;
}) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // The dialog stands inside the form of the page, for React as well.
    event.stopPropagation();
    onConfirm(reason.trim());
  };
  return (
    <Dialog onClose={onClose} title="It was no delivery">
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">What the scale saw stays in the stock; the order goes on waiting for its goods.</Text>
          <ReasonField
            label="What was it?"
            description="Stands in the history of the order."
            value={reason}
            onChange={setReason}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={!isReason(reason)}>
              It was no delivery
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
