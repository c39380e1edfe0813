import { Alert, Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import { orderActionMutation, type OrderAction } from '../api/mutations';
import type { OrderDetail, OrderStatus } from '../api/types';
import { useSession } from '../session/session';
import { CallOffDialog } from './CallOffDialog';

const CANCELLABLE: readonly OrderStatus[] = [
  'APPROVED',
  'ON_HOLD',
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
];

const DONE_WORDS: Readonly<Record<OrderAction['kind'], string>> = {
  approve: 'Approved; it goes to the supplier now.',
  retry: 'It is sent again now.',
  decline: 'Declined; it is not sent.',
  cancel: 'Cancelled.',
};

const ASKED_WORDS = 'The supplier may have it already and is asked to cancel it. It stands until they agree.';

/** What a buyer may do with the order as it stands. */
export function OrderActions({ order }: { order: OrderDetail }) {
  const role = useSession()?.user.role;
  const [asking, setAsking] = useState<'decline' | 'cancel' | null>(null);
  const action = useMutation(orderActionMutation(order.orderId, useQueryClient()));
  if (role !== 'admin' && role !== 'buyer') return null;
  const act = (next: OrderAction): void => {
    action.mutate(next, {
      onSuccess: ({ cancellationRequestedAtMs }) => {
        setAsking(null);
        const asked = next.kind === 'cancel' && typeof cancellationRequestedAtMs === 'number';
        notifications.show({ message: asked ? ASKED_WORDS : DONE_WORDS[next.kind], color: 'teal' });
      },
      // The reason stands on the page, behind the dialog.
      onError: () => setAsking(null),
    });
  };
  const waits = order.status === 'PENDING_APPROVAL' || order.status === 'DRAFT';
  const received = order.lines.some((line) => line.receivedQuantity > 0);
  const cancellable = CANCELLABLE.includes(order.status) && !received;
  if (!waits && !cancellable) return null;
  return (
    <>
      {action.error ? (
        <Alert mt="md" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
          {describeFailure(action.error)}
        </Alert>
      ) : null}
      <Group mt="md" gap="sm">
        {waits ? (
          <>
            <Button loading={action.isPending} onClick={() => act({ kind: 'approve' })}>
              Approve and send
            </Button>
            <Button variant="default" onClick={() => setAsking('decline')}>
              Decline…
            </Button>
          </>
        ) : null}
        {order.status === 'ON_HOLD' ? (
          <Button loading={action.isPending} onClick={() => act({ kind: 'retry' })}>
            Send again
          </Button>
        ) : null}
        {cancellable ? (
          <Button variant="default" onClick={() => setAsking('cancel')}>
            Cancel order…
          </Button>
        ) : null}
      </Group>
      {asking ? (
        <CallOffDialog
          kind={asking}
          orderNumber={order.orderNumber}
          supplierHasIt={order.sentAtMs !== null}
          busy={action.isPending}
          onClose={() => setAsking(null)}
          onConfirm={(callOff) => act({ kind: asking, ...callOff })}
        />
      ) : null}
    </>
  );
}
