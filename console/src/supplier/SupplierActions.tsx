import { Alert, Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import { newId } from '../api/new-id';
import type { OrderDetail, OrderStatus } from '../api/types';
import { useSession } from '../session/session';
import { AcknowledgeDialog } from './AcknowledgeDialog';
import { shippableUnitsOf } from './answer-lines';
import { supplierMutation, type SupplierWord } from './mutations';
import { ShipmentDialog } from './ShipmentDialog';

const TO_ACKNOWLEDGE: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED'];
const TO_SHIP: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED'];

const DONE_WORDS: Readonly<Record<SupplierWord['kind'], string>> = {
  acknowledge: 'Your answer is with the customer.',
  ship: 'The shipment is announced.',
  cancellation: 'Your answer is with the customer.',
};

/** What a supplier's person may do with an order of theirs as it stands. */
export function SupplierActions({ order }: { order: OrderDetail }) {
  const role = useSession()?.user.role;
  const [asking, setAsking] = useState<'acknowledge' | 'ship' | null>(null);
  const word = useMutation(supplierMutation(order.orderId, useQueryClient()));
  if (role !== 'supplier') return null;
  const say = (next: SupplierWord): void => {
    word.mutate(next, {
      onSuccess: () => {
        setAsking(null);
        notifications.show({ message: DONE_WORDS[next.kind], color: 'teal' });
      },
    });
  };
  const answer = (agrees: boolean): void =>
    say({ kind: 'cancellation', body: { messageId: newId(), answer: agrees ? 'accepted' : 'refused' } });
  const asked = order.cancellationRequestedAtMs !== null && order.status !== 'CANCELLED';
  const shippable =
    TO_SHIP.includes(order.status) && order.lines.some((line) => line.open && shippableUnitsOf(line) > 0);
  const acknowledgeable = TO_ACKNOWLEDGE.includes(order.status);
  return (
    <>
      {asked ? (
        <Alert mt="md" color="yellow" variant="light" role="note" title="The customer asks to cancel this order">
          <Group gap="sm" mt="xs">
            <Button size="xs" color="red" loading={word.isPending} onClick={() => answer(true)}>
              Agree: cancel it
            </Button>
            <Button size="xs" variant="default" loading={word.isPending} onClick={() => answer(false)}>
              It is too late
            </Button>
          </Group>
        </Alert>
      ) : null}
      {word.error && asking === null ? (
        <Alert mt="md" color="red" variant="light" role="alert">
          {describeFailure(word.error)}
        </Alert>
      ) : null}
      {acknowledgeable || shippable ? (
        <Group mt="md" gap="sm">
          {acknowledgeable ? (
            <Button
              variant={order.status === 'SENT' ? 'filled' : 'default'}
              onClick={() => {
                word.reset();
                setAsking('acknowledge');
              }}
            >
              {order.status === 'SENT' ? 'Acknowledge…' : 'Change your answer…'}
            </Button>
          ) : null}
          {shippable ? (
            <Button
              variant={order.status === 'SENT' ? 'default' : 'filled'}
              onClick={() => {
                word.reset();
                setAsking('ship');
              }}
            >
              Announce shipment…
            </Button>
          ) : null}
        </Group>
      ) : null}
      {asking === 'acknowledge' ? (
        <AcknowledgeDialog
          order={order}
          busy={word.isPending}
          error={word.error}
          onClose={() => setAsking(null)}
          onSay={say}
        />
      ) : null}
      {asking === 'ship' ? (
        <ShipmentDialog
          order={order}
          busy={word.isPending}
          error={word.error}
          onClose={() => setAsking(null)}
          onSay={say}
        />
      ) : null}
    </>
  );
}
