import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import type { OrderDetail, UrgeOrder } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { isReason, ReasonField } from '../shell/ReasonField';
import { describeTime } from '../time/describe-age';

/** Asks the supplier for an order that they have already by an earlier time. */
export function UrgeDialog({
  order,
  busy,
  onClose,
  onConfirm,
}: {
  order: OrderDetail;
  busy: boolean;
  onClose: () => void;
  onConfirm: (urge: UrgeOrder) => void;
}) {
  const [wanted, setWanted] = useState('');
  const [reason, setReason] = useState('');
  // As the field has it: 2027-03-31T08:00 of this place.
  const wantedAtMs = new Date(wanted).getTime();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onConfirm({ wantedAtMs, reason: reason.trim() });
  };
  return (
    <Dialog onClose={onClose} title={`Ask for order ${order.orderNumber} earlier`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            {order.dueAtMs === null ? '' : `It is due ${describeTime(order.dueAtMs)}. `}
            The supplier is asked whether it can be sooner; until they answer, the order stands as it is.
          </Text>
          <TextInput
            label="Wanted by"
            type="datetime-local"
            required
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
            data-autofocus
          />
          <ReasonField description="The supplier reads it too." value={reason} onChange={setReason} focus={false} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={!Number.isFinite(wantedAtMs) || !isReason(reason)}>
              Ask the supplier
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
