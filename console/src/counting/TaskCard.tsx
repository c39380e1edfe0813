import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { CountingTask } from '../api/types';
import { capitalized } from '../shell/capitalized';
import { Age } from '../time/Age';
import classes from './TaskCard.module.css';

export function TaskCard({ task }: { task: CountingTask }) {
  return (
    <div role="listitem" className={classes['card']}>
      <Link
        className={classes['name']}
        to="/stock/$siteId/$binId"
        params={{ siteId: task.siteId, binId: task.binId }}
        search={{ count: true }}
      >
        {task.item.name}
      </Link>
      <Text size="sm" c="dimmed">
        {task.binName} · {task.locationName} · asked for <Age atMs={task.openedAtMs} />
      </Text>
      <Text mt="xs">{capitalized(task.reason)}</Text>
    </div>
  );
}
