import { Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { newId } from '../api/new-id';
import type { BinDetail } from '../api/types';
import { FailureNote } from '../shell/states';
import { binsOfItemQuery } from './queries';
import { WorkDialog } from './WorkDialog';

type Way = 'transfer' | 'to-supplier' | 'into-stock';

/** Goods leave this bin for another, go back to the supplier, or come back into it. */
export function MoveDialog({ bin, onClose }: { bin: BinDetail; onClose: () => void }) {
  const [way, setWay] = useState<Way>('transfer');
  const [to, setTo] = useState<string | null>(null);
  const [note, setNote] = useState('');
  // Made once: sent again after a lost answer, it is the same move.
  const [moveId] = useState(newId);
  const bins = useQuery(binsOfItemQuery(bin.item.sku, bin.item.itemId));
  const others = (bins.data ?? []).filter(({ siteId, binId }) => siteId !== bin.siteId || binId !== bin.binId);
  const target = others.find((other) => keyOf(other) === to);
  return (
    <WorkDialog
      bin={bin}
      title={`Move goods of ${bin.binName}`}
      quantityLabel={`How many ${bin.item.unit}?`}
      button={{ transfer: 'Move them', 'to-supplier': 'Send them back', 'into-stock': 'Take them back' }[way]}
      done="Noted. What the scales see of it is booked as this, and not as consumption."
      work={(quantity) => {
        if (way !== 'transfer') return { kind: way, moveId, quantity, note };
        return (
          target && { kind: 'transfer', moveId, quantity, note, to: { siteId: target.siteId, binId: target.binId } }
        );
      }}
      onClose={onClose}
    >
      <Radio.Group label="Where to?" value={way} onChange={(next) => setWay(next)}>
        <Stack gap="xs" mt="xs">
          <Radio value="transfer" label="Into another bin" />
          <Radio value="to-supplier" label="Back to the supplier" />
          <Radio value="into-stock" label="Unused goods come back into this bin" />
        </Stack>
      </Radio.Group>
      {way === 'transfer' ? (
        <>
          <Select
            label="Bin"
            placeholder={others.length === 0 ? 'No other bin holds this item' : 'Choose it'}
            disabled={others.length === 0}
            searchable
            data={others.map((other) => ({
              value: keyOf(other),
              label: `${other.binName} · ${other.locationName}${other.siteId === bin.siteId ? '' : ` · ${other.siteId}`}`,
            }))}
            value={to}
            onChange={setTo}
          />
          <FailureNote error={bins.error} />
        </>
      ) : null}
      <Textarea
        label="Note"
        maxLength={500}
        autosize
        minRows={1}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed">
        Scrapped goods are not moved: take them out and count the bin.
      </Text>
    </WorkDialog>
  );
}

function keyOf({ siteId, binId }: { siteId: string; binId: string }): string {
  return `${siteId}/${binId}`;
}
