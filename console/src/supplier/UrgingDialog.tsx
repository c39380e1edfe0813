import { Button, Group, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { newId } from '../api/new-id';
import type { OrderDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';
import { describeTime } from '../time/describe-age';
import type { SupplierWord } from './mutations';
import { toUrgingMessage, type UrgingAnswer } from './urging-answer';

/** Answers a customer who asks for an order earlier: by then, on another date, or not at all. */
export function UrgingDialog({
  order,
  wantedAtMs,
  busy,
  error,
  onClose,
  onSay,
}: {
  order: OrderDetail;
  wantedAtMs: number;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSay: (word: SupplierWord) => void;
}) {
  const [answer, setAnswer] = useState<UrgingAnswer>({ choice: 'as-asked', promisedOn: '', reason: '' });
  // One message however often it is sent.
  const [messageId] = useState(() => newId());
  const message = toUrgingMessage(answer, wantedAtMs);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (message !== undefined) onSay({ kind: 'urging', body: { messageId, ...message } });
  };
  return (
    <Dialog onClose={onClose} title={`Can ${order.orderNumber} come earlier?`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <FailureNote error={error} />
          <Text size="sm">
            The customer asks for it by {describeTime(wantedAtMs)}.
            {order.dueAtMs === null ? '' : ` Agreed is ${describeTime(order.dueAtMs)}.`}
          </Text>
          <Radio.Group
            label="Your answer"
            value={answer.choice}
            onChange={(choice) => setAnswer({ ...answer, choice })}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="as-asked" label="It comes by then" data-autofocus />
              <Radio value="other-date" label="It comes on another date" />
              <Radio value="refused" label="Not earlier than agreed" />
            </Stack>
          </Radio.Group>
          {answer.choice === 'other-date' ? (
            <TextInput
              label="Delivery on"
              type="date"
              required
              value={answer.promisedOn}
              onChange={(event) => setAnswer({ ...answer, promisedOn: event.currentTarget.value })}
            />
          ) : null}
          <Textarea
            label="Why"
            description="The customer reads it."
            required={answer.choice === 'refused'}
            maxLength={500}
            autosize
            minRows={2}
            value={answer.reason}
            onChange={(event) => setAnswer({ ...answer, reason: event.currentTarget.value })}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={message === undefined}>
              Send answer
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
