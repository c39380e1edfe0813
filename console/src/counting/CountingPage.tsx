import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconClipboardCheck, IconScan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { countingTasksQuery } from '../api/queries';
import { useMay } from '../session/may';
import { EmptyState, FailureState } from '../shell/states';
import { ScanDialog } from './ScanDialog';
import { TaskCard } from './TaskCard';

/** Bins that somebody is to count. */
export function CountingPage() {
  const tasks = useQuery(countingTasksQuery());
  const mayCount = useMay('keepStock');
  const [scanning, setScanning] = useState(false);
  const items = tasks.data?.items ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Counting
        </Title>
        {mayCount ? (
          <Button leftSection={<IconScan size={18} aria-hidden />} onClick={() => setScanning(true)}>
            Scan or find
          </Button>
        ) : null}
      </Group>
      {scanning ? <ScanDialog onClose={() => setScanning(false)} /> : null}
      {tasks.isPending ? <Skeleton role="status" height={120} radius="md" aria-label="Loading the tasks" /> : null}
      {tasks.error && !tasks.data ? <FailureState error={tasks.error} onRetry={() => void tasks.refetch()} /> : null}
      <Stack gap="sm" role="list" aria-label="Bins to count">
        {items.map((task) => (
          <TaskCard key={task.taskId} task={task} />
        ))}
      </Stack>
      {tasks.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconClipboardCheck />} title="Nothing to count">
          <Text c="dimmed">When a sensor cannot be believed, its bin appears here until somebody counts it.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}
