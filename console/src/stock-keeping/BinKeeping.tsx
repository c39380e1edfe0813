import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { BinDetail } from '../api/types';
import { useMay } from '../session/may';
import { Section } from '../shell/Section';
import { FailureNote } from '../shell/states';
import { describeDaysLeft, lastUsableDay } from '../time/days-left';
import { useNow } from '../time/use-now';
import { binLotsQuery, reservationsQuery } from './queries';
import { RecordLotDialog } from './RecordLotDialog';
import { ReservationCard } from './ReservationCard';
import { ReserveDialog } from './ReserveDialog';

/** Lots and reservations of one bin. */
export function BinKeeping({ bin }: { bin: BinDetail }) {
  return (
    <>
      <BinLots bin={bin} />
      <BinReservations bin={bin} />
    </>
  );
}

const LOT_LOOKS = {
  usable: { label: 'Usable', color: 'teal' },
  expiring: { label: 'Expires soon', color: 'yellow' },
  expired: { label: 'Expired', color: 'red' },
  'used-up': { label: 'Used up', color: 'gray' },
} as const;

function BinLots({ bin }: { bin: BinDetail }) {
  const lots = useQuery(binLotsQuery(bin));
  const mayWork = useMay('keepStock');
  const [recording, setRecording] = useState(false);
  const nowMs = useNow();
  const items = (lots.data?.items ?? []).filter(({ state }) => state !== 'used-up');
  return (
    <Section title="Lots">
      <FailureNote error={lots.data ? null : lots.error} />
      {lots.isSuccess && items.length === 0 ? (
        <Text size="sm" c="dimmed">
          No lots are known in this bin.
        </Text>
      ) : null}
      <Stack gap="xs" role="list" aria-label="Lots in this bin">
        {items.map((lot) => (
          <Group key={lot.lotId} role="listitem" justify="space-between" gap="0.2rem 0.75rem">
            <div>
              <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
                {lot.lotNumber}
              </Text>
              <Text size="sm" c="dimmed">
                {lot.remainingQuantity} of {lot.receivedQuantity} {lot.unit} left
                {lot.expiresAtMs === null
                  ? ''
                  : ` · use by ${lastUsableDay(lot.expiresAtMs)} (${describeDaysLeft(lot.expiresAtMs - 1, nowMs)})`}
              </Text>
            </div>
            <Badge color={LOT_LOOKS[lot.state].color} variant="light" tt="none" fw={650} style={{ flex: 'none' }}>
              {LOT_LOOKS[lot.state].label}
            </Badge>
          </Group>
        ))}
      </Stack>
      {mayWork ? (
        <Button mt="sm" size="sm" variant="light" onClick={() => setRecording(true)}>
          Record a lot…
        </Button>
      ) : null}
      {recording ? <RecordLotDialog bin={bin} onClose={() => setRecording(false)} /> : null}
    </Section>
  );
}

function BinReservations({ bin }: { bin: BinDetail }) {
  // Of several bins with one stock, the reservations stand with the one that has the policy.
  const at = { siteId: bin.siteId, binId: bin.primaryBinId ?? bin.binId };
  const reservations = useInfiniteQuery(reservationsQuery({ open: true, bin: at }));
  const mayWork = useMay('keepStock');
  const [reserving, setReserving] = useState(false);
  const items = reservations.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Reserved">
      <FailureNote error={reservations.data ? null : reservations.error} />
      {reservations.isSuccess && items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing of it is spoken for.
        </Text>
      ) : null}
      <Stack gap="xs" role="list" aria-label="Reservations of this bin">
        {items.map((reservation) => (
          <ReservationCard key={reservation.reservationId} reservation={reservation} />
        ))}
      </Stack>
      {mayWork ? (
        <Button mt="sm" size="sm" variant="light" onClick={() => setReserving(true)}>
          Reserve…
        </Button>
      ) : null}
      {reserving ? <ReserveDialog bin={bin} onClose={() => setReserving(false)} /> : null}
    </Section>
  );
}
