import { TextInput } from '@mantine/core';
import { useState } from 'react';

import type { BinDetail } from '../api/types';
import { endOfDay } from '../time/days-left';
import { WorkDialog } from './WorkDialog';

/** A lot came into this bin. It changes no quantity: it says which of what is there is which. */
export function RecordLotDialog({ bin, onClose }: { bin: BinDetail; onClose: () => void }) {
  const [lotNumber, setLotNumber] = useState('');
  const [day, setDay] = useState('');
  return (
    <WorkDialog
      bin={bin}
      title="Record a lot"
      quantityLabel={`How many ${bin.item.unit} are of this lot?`}
      button="Record it"
      done="Recorded. The first to expire is taken to be used first."
      work={(quantity) =>
        lotNumber.trim() === ''
          ? undefined
          : { kind: 'lot', lotNumber: lotNumber.trim(), quantity, expiresAtMs: endOfDay(day) }
      }
      onClose={onClose}
    >
      <TextInput
        label="Lot"
        required
        maxLength={64}
        value={lotNumber}
        onChange={(event) => setLotNumber(event.currentTarget.value)}
      />
      <TextInput
        label="Use by"
        description="Empty: it keeps."
        type="date"
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
    </WorkDialog>
  );
}
