import { Button, Group, NumberInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { binQuery } from '../api/queries';
import type { EditOrder, OrderDetail } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { isoDay, editOf, unitsOf } from './edit-order';

const UNITS_MAX = 1_000_000;

/** Changes an order before it is sent. What is approved already has to be approved again. */
export function EditOrderDialog({
  order,
  busy,
  onClose,
  onConfirm,
}: {
  order: OrderDetail;
  busy: boolean;
  onClose: () => void;
  onConfirm: (edit: EditOrder) => void;
}) {
  const [units, setUnits] = useState(() => unitsOf(order));
  const [supplierId, setSupplierId] = useState(order.supplierId);
  const [day, setDay] = useState(isoDay(order.requestedDeliveryAtMs));
  const [note, setNote] = useState(order.note ?? '');
  const edit = editOf(order, { units, supplierId, day, note });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (edit) onConfirm(edit);
  };
  const suppliers = useSuppliers(order);
  return (
    <Dialog onClose={onClose} title={`Change order ${order.orderNumber}`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {order.lines.map((line) => (
            <NumberInput
              key={line.lineNumber}
              label={line.itemName}
              description={`In ${line.orderUnit}s of ${line.stockUnitsPerOrderUnit} ${line.unit}; now ${line.quantityText}`}
              min={1}
              max={UNITS_MAX}
              allowDecimal={false}
              allowNegative={false}
              inputMode="numeric"
              disabled={supplierId !== order.supplierId}
              value={units[line.lineNumber] ?? ''}
              onChange={(value) =>
                setUnits((all) => ({ ...all, [line.lineNumber]: typeof value === 'number' ? value : '' }))
              }
            />
          ))}
          {suppliers.length > 1 ? (
            <Select
              label="Supplier"
              description={
                supplierId === order.supplierId
                  ? undefined
                  : 'The quantity is converted to their packs, rounded up; change it afterwards if need be.'
              }
              data={suppliers}
              allowDeselect={false}
              value={supplierId}
              onChange={(next) => setSupplierId(next ?? order.supplierId)}
            />
          ) : null}
          <TextInput
            label="Wanted on"
            description="Empty: as agreed with the supplier."
            type="date"
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <Textarea
            label="Note for the supplier"
            maxLength={1_000}
            autosize
            minRows={2}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            The approval rules are asked again; approvals given for the order as it was are void.
          </Text>
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={edit === undefined}>
              Save the change
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Who sells the item of its first line; the service refuses whom the other lines do not suit. */
function useSuppliers(order: OrderDetail): { value: string; label: string }[] {
  const binId = order.lines[0]?.binId ?? '';
  const { data } = useQuery(binQuery({ siteId: order.siteId, binId }));
  return (data?.supply ?? []).map((offer) => ({ value: offer.supplierId, label: offer.supplierName }));
}
