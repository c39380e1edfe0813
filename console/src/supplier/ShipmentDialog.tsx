import { Alert, Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { ApiFailure, describeFailure } from '../api/failure';
import { newId } from '../api/new-id';
import type { OrderDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { noonOf, shippableUnitsOf } from './answer-lines';
import type { SupplierWord } from './mutations';
import classes from './supplier.module.css';

interface Shipped {
  lineNumber: number;
  shippedUnits: number;
  lot: string;
  expiresOn: string;
}

/** Says what is on its way, and under which SSCC it will be scanned at the dock. */
export function ShipmentDialog({
  order,
  busy,
  error,
  onClose,
  onSay,
}: {
  order: OrderDetail;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSay: (word: SupplierWord) => void;
}) {
  const open = order.lines.filter((line) => line.open && shippableUnitsOf(line) > 0);
  const [shipped, setShipped] = useState<Shipped[]>(() =>
    open.map((line) => ({ lineNumber: line.lineNumber, shippedUnits: shippableUnitsOf(line), lot: '', expiresOn: '' })),
  );
  const [sscc, setSscc] = useState('');
  const [expectedOn, setExpectedOn] = useState('');
  const [messageId] = useState(() => newId());
  const digits = sscc.replaceAll(/\D/g, '');
  const wrongSscc =
    error instanceof ApiFailure ? error.problems.find(({ where }) => where === 'body.sscc')?.what : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const expectedDeliveryAtMs = noonOf(expectedOn);
    const lines = shipped
      .filter((line) => line.shippedUnits > 0)
      .map(({ lot, expiresOn, ...line }) => ({
        ...line,
        ...(lot.trim() === '' ? {} : { lot: lot.trim() }),
        ...(expiresOn === '' ? {} : { expiresOn }),
      }));
    const body = {
      messageId,
      lines,
      ...(digits === '' ? {} : { sscc: digits }),
      ...(expectedDeliveryAtMs === undefined ? {} : { expectedDeliveryAtMs }),
    };
    onSay({ kind: 'ship', body });
  };
  const change = (lineNumber: number, next: Partial<Shipped>): void =>
    setShipped(shipped.map((each) => (each.lineNumber === lineNumber ? { ...each, ...next } : each)));
  return (
    <Dialog onClose={onClose} title={`Announce a shipment of ${order.orderNumber}`} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          {error && wrongSscc === undefined ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(error)}
            </Alert>
          ) : null}
          {open.map((line) => {
            const own = shipped.find(({ lineNumber }) => lineNumber === line.lineNumber);
            return own ? (
              <fieldset key={line.lineNumber} className={classes['line']}>
                <legend>{line.itemName}</legend>
                <div className={classes['fields']}>
                  <NumberInput
                    label={`On its way (${line.orderUnit})`}
                    min={0}
                    max={shippableUnitsOf(line)}
                    clampBehavior="strict"
                    allowDecimal={false}
                    inputMode="numeric"
                    value={own.shippedUnits}
                    onChange={(next) => change(line.lineNumber, { shippedUnits: typeof next === 'number' ? next : 0 })}
                  />
                  <TextInput
                    label="Lot"
                    maxLength={50}
                    value={own.lot}
                    onChange={(event) => change(line.lineNumber, { lot: event.currentTarget.value })}
                  />
                  <TextInput
                    type="date"
                    label="Best before"
                    value={own.expiresOn}
                    onChange={(event) => change(line.lineNumber, { expiresOn: event.currentTarget.value })}
                  />
                </div>
              </fieldset>
            ) : null;
          })}
          <div className={classes['fields']}>
            <TextInput
              label="SSCC of the pallet or parcel"
              description={
                digits === ''
                  ? '18 digits; scanned at the dock, it books all in one go.'
                  : `${digits.length} of 18 digits`
              }
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              inputMode="numeric"
              maxLength={30}
              value={sscc}
              error={wrongSscc}
              onChange={(event) => setSscc(event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label="Arrives on"
              value={expectedOn}
              onChange={(event) => setExpectedOn(event.currentTarget.value)}
            />
          </div>
          <Text size="xs" c="dimmed">
            The customer sees it at once; their scales or their scan of the SSCC confirm that it came.
          </Text>
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button
              type="submit"
              loading={busy}
              disabled={shipped.every((line) => line.shippedUnits === 0) || (digits !== '' && digits.length !== 18)}
            >
              Announce
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
