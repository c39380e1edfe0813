import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { orderActionMutation, type OrderAction } from '../api/mutations';
import type { OrderDetail } from '../api/types';
import { useSession } from '../session/session';
import { FailureNote } from '../shell/states';
import { ApproveDialog } from './ApproveDialog';
import { CallOffDialog, type CallOffKind } from './CallOffDialog';
import { EditOrderDialog } from './EditOrderDialog';
import { describeApproval, possibleActions, type PossibleAction } from './order-actions';
import { UrgeDialog } from './UrgeDialog';

const ASKED_WORDS = 'The supplier may have it already and is asked to cancel it. It stands until they agree.';

function doneWords(action: OrderAction, after: { status: string; cancellationRequestedAtMs?: number | null }): string {
  switch (action.kind) {
    case 'approve':
      return after.status === 'PENDING_APPROVAL'
        ? 'Your approval is noted; somebody else has to approve it too.'
        : 'Approved; it goes to the supplier now.';
    case 'retry':
      return 'It is sent again now.';
    case 'decline':
      return 'Declined; it is not sent.';
    case 'close':
      return 'Closed: nothing more is expected on it.';
    case 'accept-change':
      return 'Agreed.';
    case 'urge':
      return 'The supplier is asked. The order stands as it is until they answer.';
    case 'edit':
      return 'Changed. The approval rules were asked again.';
    default:
      return typeof after.cancellationRequestedAtMs === 'number' ? ASKED_WORDS : 'Cancelled.';
  }
}

type Asking = 'approve' | 'edit' | 'urge' | CallOffKind;

const WORDS: Readonly<Record<Exclude<PossibleAction, 'receive'>, string>> = {
  approve: 'Approve…',
  retry: 'Send again',
  'accept-change': 'Agree to it',
  edit: 'Change…',
  urge: 'Ask for it earlier…',
  'close-short': 'Close short…',
  'close-undelivered': 'It will not come…',
  cancel: 'Cancel order…',
  decline: 'Decline…',
};

/** What a person may do with the order as it stands. */
export function OrderActions({ order }: { order: OrderDetail }) {
  const role = useSession()?.user.role;
  const [asking, setAsking] = useState<Asking | null>(null);
  const action = useMutation(orderActionMutation(order.orderId, useQueryClient()));
  const act = (next: OrderAction): void => {
    action.mutate(next, {
      onSuccess: (after) => notifications.show({ message: doneWords(next, after), color: 'teal' }),
      // What went wrong stands on the page, behind the dialog.
      onSettled: () => setAsking(null),
    });
  };
  const start = (chosen: Exclude<PossibleAction, 'receive'>): void => {
    action.reset();
    if (chosen === 'retry' || chosen === 'accept-change') act({ kind: chosen });
    else setAsking(chosen);
  };
  const possible = possibleActions(order, role);
  const approval = describeApproval(order);
  return (
    <>
      {approval === undefined ? null : <Text mt="md">{approval}</Text>}
      {action.error ? (
        <Group mt="md" grow>
          <FailureNote error={action.error} />
        </Group>
      ) : null}
      {possible.length > 0 ? (
        <Group mt="md" gap="sm">
          {possible.map((each, index) =>
            each === 'receive' ? (
              <Button
                key={each}
                variant={index === 0 ? 'filled' : 'default'}
                renderRoot={(root) => <Link {...root} to="/receiving/$orderId" params={{ orderId: order.orderId }} />}
              >
                Receive goods
              </Button>
            ) : (
              <Button
                key={each}
                variant={index === 0 && each !== 'cancel' ? 'filled' : 'default'}
                loading={action.isPending && action.variables.kind === each}
                onClick={() => start(each)}
              >
                {WORDS[each]}
              </Button>
            ),
          )}
        </Group>
      ) : null}
      {asking === 'approve' ? (
        <ApproveDialog
          order={order}
          busy={action.isPending}
          onClose={() => setAsking(null)}
          onConfirm={() => act({ kind: 'approve' })}
        />
      ) : null}
      {asking === 'edit' ? (
        <EditOrderDialog
          order={order}
          busy={action.isPending}
          onClose={() => setAsking(null)}
          onConfirm={(edit) => act({ kind: 'edit', edit })}
        />
      ) : null}
      {asking === 'urge' ? (
        <UrgeDialog
          order={order}
          busy={action.isPending}
          onClose={() => setAsking(null)}
          onConfirm={(urge) => act({ kind: 'urge', ...urge })}
        />
      ) : null}
      {asking !== null && asking !== 'approve' && asking !== 'edit' && asking !== 'urge' ? (
        <CallOffDialog
          kind={asking}
          orderNumber={order.orderNumber}
          supplierHasIt={order.sentAtMs !== null}
          busy={action.isPending}
          onClose={() => setAsking(null)}
          onConfirm={act}
        />
      ) : null}
    </>
  );
}
