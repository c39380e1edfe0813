import { TextInput } from '@mantine/core';
import { useState } from 'react';

import type { BinDetail } from '../api/types';
import { WorkDialog } from './WorkDialog';

/** Speaks for stock: the position counts it as demand, so that a policy orders for it in time. */
export function ReserveDialog({ bin, onClose }: { bin: BinDetail; onClose: () => void }) {
  const [reference, setReference] = useState('');
  const [day, setDay] = useState('');
  return (
    <WorkDialog
      bin={bin}
      title="Reserve"
      quantityLabel={`How many ${bin.item.unit}?`}
      button="Reserve"
      done="Reserved."
      work={(quantity) =>
        reference.trim() === ''
          ? undefined
          : {
              kind: 'reserve',
              reference: reference.trim(),
              quantity,
              neededAtMs: day === '' ? undefined : new Date(`${day}T12:00:00`).getTime(),
            }
      }
      onClose={onClose}
    >
      <TextInput
        label="For"
        description="Work order, project, patient. The same again changes the quantity."
        required
        maxLength={100}
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <TextInput label="Needed on" type="date" value={day} onChange={(event) => setDay(event.currentTarget.value)} />
    </WorkDialog>
  );
}
