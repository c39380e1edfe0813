import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';

import type { BinDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';
import { stockWorkMutation, type StockWork } from './queries';

const QUANTITY_MAX = 1_000_000_000;

/** Asks how many, and whatever else the work needs; then tells the service. */
export function WorkDialog({
  bin,
  title,
  quantityLabel,
  button,
  done,
  work,
  children,
  onClose,
}: {
  bin: BinDetail;
  title: string;
  quantityLabel: string;
  button: string;
  done: string;
  /** undefined while something is missing. */
  work: (quantity: number) => StockWork | undefined;
  children?: ReactNode;
  onClose: () => void;
}) {
  const [quantity, setQuantity] = useState<number | string>('');
  const telling = useMutation(stockWorkMutation(bin, useQueryClient()));
  const ready = typeof quantity === 'number' && quantity > 0 ? work(quantity) : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    telling.mutate(ready, {
      onSuccess: () => {
        notifications.show({ message: done, color: 'teal' });
        onClose();
      },
    });
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>
            <Text fw={600}>{bin.item.name}</Text>
            <Text size="sm" c="dimmed">
              {bin.binName} · {bin.onHand === null ? 'not measured yet' : `${bin.onHand} ${bin.item.unit} on hand`}
            </Text>
          </div>
          <NumberInput
            label={quantityLabel}
            size="md"
            min={1}
            max={QUANTITY_MAX}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="strict"
            inputMode="numeric"
            required
            value={quantity}
            onChange={setQuantity}
            data-autofocus
          />
          {children}
          <FailureNote error={telling.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={telling.isPending} disabled={!ready}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
