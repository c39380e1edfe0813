import { Stack, Text, Title } from '@mantine/core';
import { IconMoodCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';

import { ListCard } from '../shell/ListCard';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { ReadingAge } from '../stock/ReadingAge';
import { ParkedCard } from './ParkedCard';
import { binsInDoubtQuery, parkedGroupsQuery } from './queries';

/** What the system does not believe or understand, and what a person can do about it. */
export function DoubtPage() {
  const parked = useQuery(parkedGroupsQuery());
  const bins = useQuery(binsInDoubtQuery());
  const groups = parked.data?.items ?? [];
  const inDoubt = bins.data?.items ?? [];
  const error = parked.error ?? bins.error;
  const read = parked.isSuccess && bins.isSuccess;
  return (
    <>
      <Title order={1} size="h3" mb="sm">
        In doubt
      </Title>
      {error && !read ? (
        <FailureState error={error} onRetry={() => void Promise.all([parked.refetch(), bins.refetch()])} />
      ) : null}
      {!error && !read ? <ListSkeleton label="Loading what is in doubt" /> : null}
      <Stack gap="lg">
        {groups.length > 0 ? (
          <section aria-labelledby="parked">
            <Title order={2} size="h5" mb="xs" id="parked">
              Readings that wait for somebody
            </Title>
            <Stack gap="sm" role="list" aria-label="Readings that wait for somebody">
              {groups.map((group) => (
                <ParkedCard
                  key={[group.siteId, group.gatewayId, group.deviceId, group.sensorId, group.reason].join('/')}
                  group={group}
                />
              ))}
            </Stack>
          </section>
        ) : null}
        {inDoubt.length > 0 ? (
          <section aria-labelledby="bins">
            <Title order={2} size="h5" mb="xs" id="bins">
              Bins whose sensor is not believed
            </Title>
            <Stack gap="sm" role="list" aria-label="Bins whose sensor is not believed">
              {inDoubt.map((item) => (
                <ListCard
                  key={`${item.siteId}/${item.binId}`}
                  title={`${item.item.name} in ${item.binName}`}
                  link={{ to: '/stock/$siteId/$binId', params: { siteId: item.siteId, binId: item.binId } }}
                  tone="orange"
                  meta={<ReadingAge item={item} />}
                >
                  <Text size="sm">
                    {item.heldBecause ?? 'Nothing is ordered on doubt.'} A count settles it until the sensor is mended.
                  </Text>
                </ListCard>
              ))}
            </Stack>
          </section>
        ) : null}
      </Stack>
      {read && groups.length === 0 && inDoubt.length === 0 ? (
        <EmptyState icon={<IconMoodCheck />} title="Nothing is in doubt">
          <Text c="dimmed">
            Readings that no bin is known for, and bins whose sensor is silent or contradicts itself.
          </Text>
        </EmptyState>
      ) : null}
    </>
  );
}
