import { Badge, Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import type { Reservation } from '../api/types';
import { useMay } from '../session/may';
import { Dialog } from '../shell/Dialog';
import { ListCard } from '../shell/ListCard';
import { FailureNote } from '../shell/states';
import { Age } from '../time/Age';
import { describeDay, describeDaysLeft } from '../time/days-left';
import { useNow } from '../time/use-now';
import { reservationMutation } from './queries';

const STATUS_LOOKS = {
  OPEN: { label: 'Open', color: 'blue' },
  FULFILLED: { label: 'Handed out', color: 'teal' },
  RELEASED: { label: 'Cancelled', color: 'gray' },
  EXPIRED: { label: 'Expired', color: 'gray' },
} as const satisfies Record<Reservation['status'], { label: string; color: string }>;

/** What is reserved, for what, and the two ways in which it ends. */
export function ReservationCard({ reservation }: { reservation: Reservation }) {
  const mayWork = useMay('keepStock');
  const [asking, setAsking] = useState<'hand-out' | 'release' | null>(null);
  const { label, color } = STATUS_LOOKS[reservation.status];
  const { siteId, binId } = reservation;
  const rest = reservation.quantity - reservation.fulfilledQuantity;
  return (
    <>
      <ListCard
        title={`${reservation.quantity} ${reservation.unit} ${reservation.itemName}`}
        link={{ to: '/stock/$siteId/$binId', params: { siteId, binId } }}
        meta={
          <>
            For {reservation.reference} · {reservation.binName} · <Age atMs={reservation.createdAtMs} /> ·{' '}
            {reservation.createdBy}
          </>
        }
        badges={
          <Badge color={color} variant="light" tt="none" fw={650}>
            {label}
          </Badge>
        }
        actions={
          mayWork && reservation.status === 'OPEN' ? (
            <>
              <Button size="sm" variant="light" onClick={() => setAsking('hand-out')}>
                Hand out…
              </Button>
              <Button size="sm" variant="default" onClick={() => setAsking('release')}>
                Cancel it…
              </Button>
            </>
          ) : null
        }
      >
        <Needed reservation={reservation} />
        {reservation.fulfilledQuantity > 0 && rest > 0 ? (
          <Text size="sm">
            {reservation.fulfilledQuantity} handed out, {rest} left
          </Text>
        ) : null}
      </ListCard>
      {asking ? (
        <EndDialog reservation={reservation} kind={asking} rest={rest} onClose={() => setAsking(null)} />
      ) : null}
    </>
  );
}

function Needed({ reservation: { neededAtMs, expiresAtMs, status } }: { reservation: Reservation }) {
  const nowMs = useNow();
  if (status !== 'OPEN' || (neededAtMs === null && expiresAtMs === null)) return null;
  return (
    <Text size="sm" c="dimmed">
      {neededAtMs === null ? '' : `Needed ${describeDaysLeft(neededAtMs, nowMs)} (${describeDay(neededAtMs)}). `}
      {expiresAtMs === null ? '' : `Counts until ${describeDay(expiresAtMs)}.`}
    </Text>
  );
}

function EndDialog({
  reservation,
  kind,
  rest,
  onClose,
}: {
  reservation: Reservation;
  kind: 'hand-out' | 'release';
  rest: number;
  onClose: () => void;
}) {
  const [quantity, setQuantity] = useState<number | string>(rest);
  const end = useMutation(reservationMutation(useQueryClient()));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { reservationId } = reservation;
    end.mutate(kind === 'release' ? { reservationId } : { reservationId, handedOut: Number(quantity) }, {
      onSuccess: () => {
        notifications.show({ message: kind === 'release' ? 'Cancelled.' : 'Handed out.', color: 'teal' });
        onClose();
      },
    });
  };
  const title = kind === 'release' ? 'Cancel the reservation?' : `Hand out ${reservation.itemName}`;
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {kind === 'release' ? (
            <Text>
              The remaining {rest} {reservation.unit} for {reservation.reference} are free for others again.
            </Text>
          ) : (
            <NumberInput
              label={`How many ${reservation.unit}, for ${reservation.reference}?`}
              description="What the sensor of the bin sees is booked by itself; this ends the reservation."
              size="md"
              min={1}
              max={rest}
              clampBehavior="strict"
              allowDecimal={false}
              allowNegative={false}
              inputMode="numeric"
              required
              value={quantity}
              onChange={setQuantity}
              data-autofocus
            />
          )}
          <FailureNote error={end.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button
              type="submit"
              color={kind === 'release' ? 'red' : 'petrol'}
              loading={end.isPending}
              disabled={kind === 'hand-out' && !(Number(quantity) >= 1)}
            >
              {kind === 'release' ? 'Cancel reservation' : 'Hand out'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
