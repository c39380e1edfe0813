import { Alert, Button, Checkbox, Group, Radio, Select, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import type { OrderAction } from '../api/mutations';
import type { CallOffOrder } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { isReason, ReasonField } from '../shell/ReasonField';
import { serverClock } from '../time/server-clock';

const DAY_MS = 86_400_000;
const PAUSES = [
  { value: '1', label: 'one day' },
  { value: '3', label: 'three days' },
  { value: '7', label: 'one week' },
  { value: '14', label: 'two weeks' },
  { value: '30', label: 'thirty days' },
];

/** `close-short`: a part has come, the rest will not. `close-undelivered`: the supplier has said that nothing will come. */
export type CallOffKind = 'decline' | 'cancel' | 'close-short' | 'close-undelivered';

const WORDS: Readonly<Record<CallOffKind, { title: (orderNumber: string) => string; button: string }>> = {
  decline: { title: (order) => `Decline order ${order}`, button: 'Decline order' },
  cancel: { title: (order) => `Cancel order ${order}`, button: 'Cancel order' },
  'close-short': { title: (order) => `Close order ${order} short`, button: 'Close the order' },
  'close-undelivered': { title: (order) => `Order ${order} will not come`, button: 'Close the order' },
};

/**
 * Asks why, and what becomes of the need: forgotten, it would leave the shelf empty; left as it is, the same order would
 * be back in a second.
 */
export function CallOffDialog({
  kind,
  orderNumber,
  supplierHasIt,
  busy,
  onClose,
  onConfirm,
}: {
  kind: CallOffKind;
  orderNumber: string;
  supplierHasIt: boolean;
  busy: boolean;
  onClose: () => void;
  onConfirm: (action: OrderAction) => void;
}) {
  const [reason, setReason] = useState('');
  const [need, setNeed] = useState<'release' | 'snooze'>('snooze');
  const [days, setDays] = useState('3');
  const [agreed, setAgreed] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const untilMs = Math.round(serverClock.nowMs() + Number(days) * DAY_MS);
    const callOff: CallOffOrder = {
      reason: reason.trim(),
      need: need === 'release' ? { kind: 'release' } : { kind: 'snooze', untilMs },
    };
    if (kind === 'decline' || kind === 'cancel') onConfirm({ kind, ...callOff });
    else onConfirm({ kind: 'close', ...callOff, supplierAgreed: agreed });
  };
  const { title, button } = WORDS[kind];
  const ready = isReason(reason) && (agreed || kind !== 'close-undelivered');
  return (
    <Dialog onClose={onClose} title={title(orderNumber)}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {supplierHasIt && kind === 'cancel' ? (
            <Alert color="yellow" variant="light" role="note">
              The supplier already has this order. They are asked to cancel it, and it stands until they agree.
            </Alert>
          ) : null}
          {kind === 'close-short' ? (
            <Text size="sm">What has come stays received. What is missing is not on order any more.</Text>
          ) : null}
          {kind === 'close-undelivered' ? (
            <Checkbox
              label="The supplier has said that nothing of it will come"
              checked={agreed}
              onChange={(event) => setAgreed(event.currentTarget.checked)}
            />
          ) : null}
          <ReasonField description="Stands in the history of the order." value={reason} onChange={setReason} />
          <Radio.Group
            label="And the need?"
            value={need}
            onChange={(next) => setNeed(next === 'release' ? 'release' : 'snooze')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="snooze" label="Snooze it: nothing is ordered for this bin for a while" />
              <Radio value="release" label="Release it: the policy may order again at once" />
            </Stack>
          </Radio.Group>
          {need === 'snooze' ? (
            <Select
              label="For"
              data={PAUSES}
              value={days}
              allowDeselect={false}
              onChange={(next) => setDays(next ?? '3')}
            />
          ) : (
            <Text size="sm" c="dimmed">
              If the bin is still low, an order will be back within seconds.
            </Text>
          )}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" color="red" loading={busy} disabled={!ready}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
