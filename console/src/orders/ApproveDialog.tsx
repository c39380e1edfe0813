import { Button, Group, Stack, Text } from '@mantine/core';

import type { OrderDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { describeAmount } from './amount';

/** The second step of an approval: with the last one, the supplier has the order. */
export function ApproveDialog({
  order,
  busy,
  onClose,
  onConfirm,
}: {
  order: OrderDetail;
  busy: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { approval } = order;
  const last = approval === null || approval.given.length + 1 >= approval.approvals;
  return (
    <Dialog onClose={onClose} title={`Approve order ${order.orderNumber}?`}>
      <Stack gap="md">
        <div>
          {order.lines.map((line) => (
            <Text key={line.lineNumber}>
              <strong>{line.quantityText}</strong> {line.itemName}
            </Text>
          ))}
          <Text size="sm" c="dimmed">
            {order.supplierName} · {describeAmount(order.amountCents)}
          </Text>
        </div>
        <Text size="sm">
          {last
            ? 'It is sent to the supplier at once. After that, only the supplier can cancel it.'
            : 'Somebody else has to approve it too before it is sent.'}
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button loading={busy} onClick={onConfirm} data-autofocus>
            {last ? 'Approve and send' : 'Approve'}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
