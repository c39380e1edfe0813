import { Alert, Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { countMutation } from '../api/mutations';
import type { BinDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';

const COUNT_MAX = 1_000_000_000;

/** Takes a person's count. What the ledger says is blurred behind it: who knows the answer counts it. */
export function CountDialog({ bin, onClose }: { bin: BinDetail; onClose: () => void }) {
  const [quantity, setQuantity] = useState<number | string>('');
  const count = useMutation(countMutation(bin, useQueryClient()));
  const counted = typeof quantity === 'number' ? quantity : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (counted === undefined) return;
    const before = bin.onHand;
    count.mutate(counted, {
      onSuccess: () => {
        notifications.show({ message: describeOutcome(counted, before, bin.item.unit), color: 'teal' });
        onClose();
      },
    });
  };
  return (
    <Dialog onClose={onClose} title={`Count ${bin.binName}`} overlayProps={{ blur: 6 }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>
            <Text fw={600}>{bin.item.name}</Text>
            <Text size="sm" c="dimmed">
              {bin.locationName} · {bin.item.sku}
            </Text>
          </div>
          {count.error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(count.error)}
            </Alert>
          ) : null}
          <NumberInput
            label={`How many ${bin.item.unit} are in the bin?`}
            description="Your count wins over the sensor, and teaches it."
            size="lg"
            min={0}
            max={COUNT_MAX}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="strict"
            thousandSeparator=" "
            inputMode="numeric"
            required
            value={quantity}
            onChange={setQuantity}
            data-autofocus
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={count.isPending} disabled={counted === undefined}>
              Save count
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function describeOutcome(counted: number, before: number | null, unit: string): string {
  if (before === null) return `Counted ${counted} ${unit}.`;
  const difference = counted - before;
  if (difference === 0) return `Counted ${counted} ${unit}: exactly what was expected.`;
  return `Counted ${counted} ${unit}; expected were ${before} (${difference > 0 ? '+' : '−'}${Math.abs(difference)}).`;
}
