import { Button, Group, Stack, Text } from '@mantine/core';

import type { OrderDetail, OrderLine } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { differenceOf, type LineDraft } from './receipt-draft';

/** One more look: what is booked cannot be taken back, only counted or sent back. */
export function ConfirmBookingDialog({
  order,
  expectedOfLine,
  drafts,
  busy,
  onClose,
  onConfirm,
}: {
  order: OrderDetail;
  expectedOfLine: (line: OrderLine) => number;
  drafts: readonly LineDraft[];
  busy: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  return (
    <Dialog onClose={onClose} title={`Book goods of ${order.orderNumber}?`}>
      <Stack gap="md">
        {drafts.map((draft) => {
          const line = order.lines.find(({ lineNumber }) => lineNumber === draft.lineNumber);
          const words = line ? describeLine(line, expectedOfLine(line), draft) : undefined;
          return line && words ? (
            <div key={draft.lineNumber}>
              <Text fw={600}>{line.itemName}</Text>
              <Text size="sm">{words}</Text>
            </div>
          ) : null;
        })}
        <Text size="sm" c="dimmed">
          A receipt cannot be undone. What turns out wrong later is counted, or goes back to the supplier.
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button loading={busy} onClick={onConfirm} data-autofocus>
            Book it
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function describeLine(line: OrderLine, expected: number, draft: LineDraft): string | undefined {
  const { unit } = line;
  const difference = differenceOf(expected, draft);
  const missing = `${expected - (draft.good === '' ? 0 : draft.good)} ${unit}`;
  const parts = [
    draft.good === '' ? '' : `${draft.good} ${unit} came`,
    difference.kind === 'exact' ? 'as expected' : '',
    difference.kind === 'over' ? `${difference.by} ${unit} more than expected` : '',
    difference.kind === 'short' && !draft.restWillNotCome ? `${missing} are still missing and stay on order` : '',
    draft.restWillNotCome ? `${missing} will not come` : '',
    draft.bad === '' || draft.bad === 0
      ? ''
      : `${draft.bad} ${unit} are ${draft.badBecause === 'damaged' ? 'damaged' : 'the wrong item'} and go back`,
    draft.lot.trim() === '' ? '' : `lot ${draft.lot.trim()}`,
  ].filter((part) => part !== '');
  return parts.length === 0 || (draft.good === '' && draft.bad === '' && !draft.restWillNotCome)
    ? undefined
    : `${parts.join(', ')}.`;
}
