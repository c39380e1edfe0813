import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { newId } from '../api/new-id';
import type { OrderDetail, OrderStatus } from '../api/types';
import { useSession } from '../session/session';
import { FailureNote } from '../shell/states';
import { AcknowledgeDialog } from './AcknowledgeDialog';
import { shippableUnitsOf } from './answer-lines';
import { CancellationAsked, UrgingAsked } from './AskedNotes';
import { supplierMutation, type SupplierWord } from './mutations';
import { ShipmentDialog } from './ShipmentDialog';
import { UrgingDialog } from './UrgingDialog';

const TO_ACKNOWLEDGE: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED'];
const TO_SHIP: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED'];

const DONE_WORDS: Readonly<Record<SupplierWord['kind'], string>> = {
  acknowledge: 'Your answer is with the customer.',
  ship: 'The shipment is announced.',
  cancellation: 'Your answer is with the customer.',
  urging: 'Your answer is with the customer.',
};

/** What a supplier's person may do with an order of theirs as it stands. */
export function SupplierActions({ order }: { order: OrderDetail }) {
  const role = useSession()?.user.role;
  const [asking, setAsking] = useState<'acknowledge' | 'ship' | 'urging' | null>(null);
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
  const ask = (next: 'acknowledge' | 'ship' | 'urging'): void => {
    word.reset();
    setAsking(next);
  };
  const answer = (agrees: boolean): void =>
    say({ kind: 'cancellation', body: { messageId: newId(), answer: agrees ? 'accepted' : 'refused' } });
  const shippable =
    TO_SHIP.includes(order.status) && order.lines.some((line) => line.open && shippableUnitsOf(line) > 0);
  const acknowledgeable = TO_ACKNOWLEDGE.includes(order.status);
  return (
    <>
      <CancellationAsked order={order} busy={word.isPending} onAnswer={answer} />
      <UrgingAsked order={order} onAnswer={() => ask('urging')} />
      {asking === null && word.error ? (
        <Group mt="md" grow>
          <FailureNote error={word.error} />
        </Group>
      ) : null}
      {acknowledgeable || shippable ? (
        <Group mt="md" gap="sm">
          {acknowledgeable ? (
            <Button variant={order.status === 'SENT' ? 'filled' : 'default'} onClick={() => ask('acknowledge')}>
              {order.status === 'SENT' ? 'Acknowledge…' : 'Change your answer…'}
            </Button>
          ) : null}
          {shippable ? (
            <Button variant={order.status === 'SENT' ? 'default' : 'filled'} onClick={() => ask('ship')}>
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
      {asking === 'urging' && order.urging !== null ? (
        <UrgingDialog
          order={order}
          wantedAtMs={order.urging.wantedAtMs}
          busy={word.isPending}
          error={word.error}
          onClose={() => setAsking(null)}
          onSay={say}
        />
      ) : null}
    </>
  );
}
