import { Button, Radio, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { newId } from '../api/new-id';
import type { OrderDetail, Receipt } from '../api/types';
import { useMay } from '../session/may';
import { FailureNote } from '../shell/states';
import { ConfirmBookingDialog } from './ConfirmBookingDialog';
import { DismissReceiptDialog } from './DismissReceiptDialog';
import { bookingMutation, type Booking } from './queries';
import { draftsOf, expectedOf, missingIn, receivedLines, type LineDraft, type ScannedGoods } from './receipt-draft';
import { ReceiptLine } from './ReceiptLine';
import classes from './ReceivePage.module.css';

/** Takes what came, line by line, and books it after one more look. */
export function ReceiptForm({
  order,
  waiting,
  chosen,
  scanned,
}: {
  order: OrderDetail;
  waiting: readonly Receipt[];
  chosen: Receipt | undefined;
  scanned: ScannedGoods | undefined;
}) {
  const mayReceive = useMay('keepStock');
  const [drafts, setDrafts] = useState(() => draftsOf(order.lines, chosen, scanned));
  const [reference, setReference] = useState('');
  const [asking, setAsking] = useState<'book' | 'dismiss' | null>(null);
  // Made once: whatever the network does with the answer, the same goods are booked once.
  const [receiptId] = useState(newId);
  const [tried, setTried] = useState(false);
  const booking = useMutation(bookingMutation(order.orderId, useQueryClient()));
  const missing = missingIn(drafts);
  const change = (next: LineDraft): void =>
    setDrafts((all) => all.map((draft) => (draft.lineNumber === next.lineNumber ? next : draft)));
  const book = (what: Booking): void =>
    booking.mutate(what, {
      onSuccess: () => {
        const message = what.kind === 'dismiss' ? 'Dismissed: it was no delivery.' : 'Booked.';
        notifications.show({ message, color: 'teal' });
      },
      onSettled: () => setAsking(null),
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (missing === undefined) setAsking('book');
  };
  const lines = receivedLines(drafts);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {waiting.length > 0 ? <ChooseReceipt order={order} waiting={waiting} chosen={chosen} /> : null}
        {order.lines.map((line) => {
          const draft = drafts.find(({ lineNumber }) => lineNumber === line.lineNumber);
          return draft ? (
            <ReceiptLine
              key={line.lineNumber}
              line={line}
              expected={expectedOf(line, chosen)}
              draft={draft}
              readOnly={!mayReceive}
              onChange={change}
            />
          ) : null;
        })}
        {chosen ? null : (
          <TextInput
            label="Delivery note"
            description="Its number, if there is one."
            maxLength={100}
            value={reference}
            disabled={!mayReceive}
            onChange={(event) => setReference(event.currentTarget.value)}
          />
        )}
        <FailureNote error={booking.error} />
        {tried && missing !== undefined ? (
          <Text c="red" size="sm" role="alert">
            {missing}
          </Text>
        ) : null}
        {mayReceive ? (
          <div className={classes['book']}>
            {chosen?.status === 'PROPOSED' ? (
              <Button variant="default" size="md" onClick={() => setAsking('dismiss')}>
                It was no delivery…
              </Button>
            ) : null}
            <Button type="submit" size="md">
              Book what came…
            </Button>
          </div>
        ) : (
          <Text c="dimmed" size="sm">
            Your role looks only: ask an operator to book it.
          </Text>
        )}
      </Stack>
      {asking === 'book' ? (
        <ConfirmBookingDialog
          order={order}
          expectedOfLine={(line) => expectedOf(line, chosen)}
          drafts={drafts}
          busy={booking.isPending}
          onClose={() => setAsking(null)}
          onConfirm={() =>
            book(
              chosen
                ? { kind: 'confirm', receiptId: chosen.receiptId, lines }
                : { kind: 'receive', receiptId, reference: reference.trim(), lines },
            )
          }
        />
      ) : null}
      {asking === 'dismiss' && chosen ? (
        <DismissReceiptDialog
          busy={booking.isPending}
          onClose={() => setAsking(null)}
          onConfirm={(reason) => book({ kind: 'dismiss', receiptId: chosen.receiptId, reason })}
        />
      ) : null}
    </form>
  );
}

const NO_RECEIPT = 'order';

/** Which paper the goods came with: what the supplier announced, what a scale saw, or none of them. */
function ChooseReceipt({
  order,
  waiting,
  chosen,
}: {
  order: OrderDetail;
  waiting: readonly Receipt[];
  chosen: Receipt | undefined;
}) {
  const navigate = useNavigate();
  return (
    <Radio.Group
      className={classes['choices'] ?? ''}
      label="What is in front of you?"
      value={chosen?.receiptId ?? NO_RECEIPT}
      onChange={(next) =>
        void navigate({
          to: '/receiving/$orderId',
          params: { orderId: order.orderId },
          // A line of its own says that none of them was chosen.
          search:
            next === NO_RECEIPT ? { receipt: NO_RECEIPT, line: order.lines[0]?.lineNumber ?? 1 } : { receipt: next },
          replace: true,
        })
      }
    >
      <Stack gap="xs" mt="xs">
        {waiting.map((receipt) => (
          <Radio key={receipt.receiptId} value={receipt.receiptId} label={describeReceipt(receipt)} />
        ))}
        <Radio value={NO_RECEIPT} label="Something else of this order" />
      </Stack>
    </Radio.Group>
  );
}

function describeReceipt({ status, reference, sscc, lines }: Receipt): string {
  const goods = lines.map((line) => `${line.quantity} ${line.unit} ${line.itemName}`).join(', ');
  const papers = [reference, sscc === null ? null : `SSCC ${sscc}`].filter((part) => part !== null).join(', ');
  const who = status === 'PROPOSED' ? 'A scale saw' : 'The supplier announced';
  return `${who} ${goods}${papers === '' ? '' : ` (${papers})`}`;
}
