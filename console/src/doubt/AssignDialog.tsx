import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { findByCodeQuery, type BinAddress } from '../api/queries';
import type { ParkedGroup, StockItem } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';

const TYPING_PAUSE_MS = 250;

/** Says which bin a device looks into. */
export function AssignDialog({
  group,
  busy,
  error,
  onClose,
  onConfirm,
}: {
  group: ParkedGroup;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: (bin: BinAddress) => void;
}) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, TYPING_PAUSE_MS);
  const [chosen, setChosen] = useState<StockItem | undefined>();
  const found = useQuery(findByCodeQuery({ search }));
  const bins = (found.data?.items ?? []).filter(({ siteId }) => siteId === group.siteId);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen) onConfirm({ siteId: chosen.siteId, binId: chosen.binId });
  };
  return (
    <Dialog onClose={onClose} title={`Where is ${group.deviceId ?? 'it'}?`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Select
            label="The bin it looks into"
            placeholder="Item, SKU, bin or place"
            searchable
            required
            nothingFoundMessage={found.isFetching ? 'Looking…' : 'No bin of this site matches'}
            data={bins.map((item) => ({ value: item.binId, label: `${item.item.name} · ${item.binName}` }))}
            // The service has searched already, in more than what is shown.
            filter={({ options }) => options}
            value={chosen?.binId ?? null}
            onSearchChange={setTyped}
            onChange={(binId) => setChosen(bins.find((item) => item.binId === binId))}
            data-autofocus
          />
          <Text size="sm">
            Its {group.count} waiting {group.count === 1 ? 'reading is' : 'readings are'} accounted at once, each at its
            own time.
          </Text>
          <Text size="sm" c="dimmed">
            Where the catalogue file names the sensors of that bin, add this one there too: the file is read at each
            start of the service, and its sensors are then the only ones.
          </Text>
          <FailureNote error={error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy} disabled={!chosen}>
              Assign it
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
