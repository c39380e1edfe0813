import { Badge, Stack, Text, Title } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';

import type { AnnouncedMove } from '../api/types';
import { ListCard } from '../shell/ListCard';
import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { Age } from '../time/Age';
import { movesQuery } from './queries';

const STATUS_LOOKS = {
  OPEN: { label: 'Being seen', color: 'blue', meaning: 'The scales have not shown all of it yet' },
  DONE: { label: 'Done', color: 'teal', meaning: 'Booked on both sides' },
  INCOMPLETE: { label: 'Incomplete', color: 'orange', meaning: 'The scales did not show all of it: count the bin' },
} as const satisfies Record<AnnouncedMove['status'], { label: string; color: string; meaning: string }>;

/** Goods that people said they move, and whether the sensors have seen it. */
export function MovesPage() {
  const moves = useInfiniteQuery(movesQuery());
  const items = moves.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Title order={1} size="h3" mb="sm">
        Moves
      </Title>
      {moves.error && items.length === 0 ? (
        <FailureState error={moves.error} onRetry={() => void moves.refetch()} />
      ) : null}
      {moves.isPending ? <ListSkeleton label="Loading the moves" /> : null}
      <Stack gap="sm" role="list" aria-label="Moves, newest first">
        {items.map((move) => (
          <MoveCard key={move.moveId} move={move} />
        ))}
      </Stack>
      <ReadMore list={moves} label="Show older moves" />
      {moves.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconArrowsExchange />} title="Nothing was moved yet">
          <Text c="dimmed">Open the bin that goods leave, and choose “Move…” there.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function MoveCard({ move }: { move: AnnouncedMove }) {
  const { label, color, meaning } = STATUS_LOOKS[move.status];
  const side = move.from ?? move.to;
  return (
    <ListCard
      title={`${move.quantity} ${move.unit} ${move.itemName}`}
      link={side ? { to: '/stock/$siteId/$binId', params: { siteId: side.siteId, binId: side.binId } } : undefined}
      meta={
        <>
          {describeWay(move)} · <Age atMs={move.atMs} /> · {move.by}
        </>
      }
      badges={
        <Badge color={color} variant="light" tt="none" fw={650} title={meaning}>
          {label}
        </Badge>
      }
    >
      {move.note === null ? null : <Text size="sm">{move.note}</Text>}
      {move.status === 'DONE' ? null : (
        <Text size="sm" c="dimmed">
          {meaning}
          {move.from ? `; ${move.from.binName}: ${move.from.moved} of ${move.quantity}` : ''}
          {move.to ? `; ${move.to.binName}: ${move.to.moved} of ${move.quantity}` : ''}
        </Text>
      )}
    </ListCard>
  );
}

function describeWay({ kind, from, to }: AnnouncedMove): string {
  if (kind === 'TRANSFER') return `${from?.binName ?? '?'} → ${to?.binName ?? '?'}`;
  return from ? `${from.binName} → supplier` : `came back into ${to?.binName ?? '?'}`;
}
