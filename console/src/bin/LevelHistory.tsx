import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';

import { movementsQuery } from '../api/queries';
import type { BinDetail, Movement } from '../api/types';
import { HistoryChart } from '../chart/HistoryChart';
import type { Point } from '../chart/paths';
import { Section } from '../shell/Section';
import { useNow } from '../time/use-now';

const MINUTE_MS = 60_000;
const SPAN_MS_MIN = 15 * MINUTE_MS;

/** The level as the ledger has it, from the movements that were read. */
export function LevelHistory({ bin }: { bin: BinDetail }) {
  const movements = useInfiniteQuery(movementsQuery(bin));
  const nowMs = useNow();
  const points = levelsOf(movements.data?.pages.flatMap((page) => page.items) ?? []);
  const first = points[0];
  if (!first) {
    return (
      <Section title="Level">
        <Text c="dimmed" size="sm">
          Nothing has moved yet.
        </Text>
      </Section>
    );
  }
  // To the minute, so that the picture does not creep every second.
  const toMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  const fromMs = Math.min(first[0], toMs - SPAN_MS_MIN);
  return (
    <Section title={`Level (${bin.item.unit})`}>
      <HistoryChart
        points={points}
        fromMs={fromMs}
        toMs={toMs}
        unit={bin.item.unit}
        label={`Level of ${bin.item.name} over time, now ${bin.onHand ?? 'unknown'} ${bin.item.unit}`}
        shape="steps"
        marks={bin.reorderPoint === null ? [] : [{ value: bin.reorderPoint, label: `orders at ≤ ${bin.reorderPoint}` }]}
      />
    </Section>
  );
}

/** Oldest first, by when it happened, starting with the level before the first one. */
function levelsOf(movements: readonly Movement[]): Point[] {
  const inOrder = movements.toSorted((a, b) => a.atMs - b.atMs);
  return inOrder.map(({ atMs, onHandAfter }) => [atMs, onHandAfter]);
}
