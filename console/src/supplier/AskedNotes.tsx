import { Alert, Button, Group, Text } from '@mantine/core';
import { IconClockUp } from '@tabler/icons-react';

import type { OrderDetail } from '../api/types';
import { describeTime } from '../time/describe-age';

/** The customer wants it earlier, and why. */
export function UrgingAsked({ order, onAnswer }: { order: OrderDetail; onAnswer: () => void }) {
  if (order.urging === null) return null;
  const why = order.history.findLast(({ event }) => event === 'OrderUrged')?.note;
  return (
    <Alert
      mt="md"
      color="blue"
      variant="light"
      role="note"
      icon={<IconClockUp aria-hidden />}
      title={`The customer asks for it by ${describeTime(order.urging.wantedAtMs)}`}
    >
      {why ? <Text size="sm">{`“${why}”`}</Text> : null}
      <Button size="xs" mt="xs" onClick={onAnswer}>
        Answer the request…
      </Button>
    </Alert>
  );
}

/** The customer wants to be rid of it. */
export function CancellationAsked({
  order,
  busy,
  onAnswer,
}: {
  order: OrderDetail;
  busy: boolean;
  onAnswer: (agrees: boolean) => void;
}) {
  if (order.cancellationRequestedAtMs === null || order.status === 'CANCELLED') return null;
  return (
    <Alert mt="md" color="yellow" variant="light" role="note" title="The customer asks to cancel this order">
      <Group gap="sm" mt="xs">
        <Button size="xs" color="red" loading={busy} onClick={() => onAnswer(true)}>
          Agree: cancel it
        </Button>
        <Button size="xs" variant="default" loading={busy} onClick={() => onAnswer(false)}>
          It is too late
        </Button>
      </Group>
    </Alert>
  );
}
