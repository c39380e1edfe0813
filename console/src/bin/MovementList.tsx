import { Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { movementsQuery } from '../api/queries';
import type { BinDetail, Movement } from '../api/types';
import { Section } from '../shell/Section';
import { MOVEMENT_WORDS } from '../stock/movement-words';
import { Age } from '../time/Age';
import classes from './BinPage.module.css';

const SHOWN_AT_FIRST = 8;

/** The ledger of the bin, newest first. */
export function MovementList({ bin }: { bin: BinDetail }) {
  const movements = useInfiniteQuery(movementsQuery(bin));
  const [all, setAll] = useState(false);
  const items = movements.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Movements">
      {items.length === 0 && movements.isSuccess ? (
        <Text c="dimmed" size="sm">
          Nothing has moved yet.
        </Text>
      ) : null}
      <div role="list" aria-label="Movements, newest first">
        {(all ? items : items.slice(0, SHOWN_AT_FIRST)).map((movement) => (
          <MovementRow key={movement.movementId} movement={movement} unit={bin.item.unit} />
        ))}
      </div>
      {items.length > SHOWN_AT_FIRST && !all ? (
        <Button size="xs" variant="light" mt="xs" onClick={() => setAll(true)}>
          Show all {items.length}
          {movements.hasNextPage ? ' and older' : ''}
        </Button>
      ) : null}
      {all && movements.hasNextPage ? (
        <Group justify="center" mt="sm">
          <Button
            size="xs"
            variant="light"
            loading={movements.isFetchingNextPage}
            onClick={() => void movements.fetchNextPage()}
          >
            Show older movements
          </Button>
        </Group>
      ) : null}
    </Section>
  );
}

function MovementRow({ movement, unit }: { movement: Movement; unit: string }) {
  return (
    <div role="listitem" className={classes['movement']}>
      <span>
        {MOVEMENT_WORDS[movement.kind]}{' '}
        <Text span size="sm" c="dimmed">
          <Age atMs={movement.atMs} />
        </Text>
      </span>
      <span className={classes['change']}>
        {movement.change > 0 ? '+' : '−'}
        {Math.abs(movement.change)} {unit}
      </span>
      <span className={classes['after']}>= {movement.onHandAfter}</span>
    </div>
  );
}
