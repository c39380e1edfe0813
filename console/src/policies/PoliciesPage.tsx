import { Group, SegmentedControl, Skeleton, Text, Title } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';

import { useSiteName } from '../api/site-names';
import type { EffectivePolicy } from '../api/types';
import { ReadMore } from '../shell/ReadMore';
import { SearchField } from '../shell/SearchField';
import { NoBinsYet } from '../shell/NoBinsYet';
import { EmptyState, FailureState } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import type { PoliciesSearch } from './policies-search';
import classes from './policies.module.css';
import { PolicyBadges } from './PolicyBadges';
import { describeRule, describeScope, scopeOfHeld } from './policy-words';
import { effectivePoliciesQuery } from './queries';

const route = getRouteApi('/signed-in/policies');

/** What decides about each bin, where that was set, and what it decided last. */
export function PoliciesPage() {
  const { q = '', only } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: PoliciesSearch): void => void navigate({ search: next, replace: true });
  const policies = useInfiniteQuery(effectivePoliciesQuery({ search: q, only }));
  const items = policies.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={1} size="h3">
          Policies
        </Title>
        <SearchField
          label="Search by item, SKU or bin"
          placeholder="Item, SKU or bin"
          value={q}
          onChange={(next) => set({ ...(next ? { q: next } : {}), ...(only ? { only } : {}) })}
        />
      </Group>
      <SegmentedControl
        mb="sm"
        fullWidth
        className={classes['filter'] ?? ''}
        aria-label="Which bins"
        value={only ?? 'all'}
        onChange={(next) =>
          set({
            ...(q ? { q } : {}),
            ...(next === 'shadow' || next === 'snoozed' || next === 'none' ? { only: next } : {}),
          })
        }
        data={[
          { value: 'all', label: 'All' },
          { value: 'shadow', label: 'Shadow' },
          { value: 'snoozed', label: 'Snoozed' },
          { value: 'none', label: 'No policy' },
        ]}
      />
      {policies.error && items.length === 0 ? (
        <FailureState error={policies.error} onRetry={() => void policies.refetch()} />
      ) : null}
      {policies.isPending ? (
        <Skeleton role="status" height={240} radius="md" aria-label="Loading the policies" />
      ) : null}
      <div
        className={classes['rows']}
        role="list"
        aria-label="Policies of the bins"
        data-busy={policies.isPlaceholderData}
      >
        {items.map((item) => (
          <PolicyRow key={`${item.siteId}/${item.binId}`} item={item} />
        ))}
      </div>
      <ReadMore list={policies} label="Show more bins" />
      {policies.isSuccess && items.length === 0 ? (
        only === undefined && q === '' ? (
          <NoBinsYet />
        ) : (
          <EmptyState icon={<IconAdjustmentsHorizontal />} title="No bin matches">
            <Text c="dimmed">
              {only === 'none' ? 'Every bin has a policy.' : 'Change the search or the choice above.'}
            </Text>
          </EmptyState>
        )
      ) : null}
    </>
  );
}

function PolicyRow({ item }: { item: EffectivePolicy }) {
  const { policy } = item;
  const siteName = useSiteName();
  return (
    <div className={classes['row']} role="listitem" aria-label={`${item.item.name} in ${item.binName}`}>
      <div className={classes['what']}>
        <Link
          className={classes['name']}
          to="/policies/$siteId/$binId"
          params={{ siteId: item.siteId, binId: item.binId }}
        >
          {item.item.name}
        </Link>
        <Text size="xs" c="dimmed">
          {item.binName} · {siteName(item.siteId)} · {item.item.sku}
        </Text>
      </div>
      <div>
        <Text size="sm" fw={600}>
          {policy === null ? 'No policy' : describeRule(policy.type, policy.parameters, item.item.unit)}
        </Text>
        <Text size="xs" c="dimmed">
          {policy === null
            ? 'Nothing is ordered by itself.'
            : `${describeScope(scopeOfHeld(policy, item), siteName)} · since ${describeTime(policy.effectiveFromMs)}`}
        </Text>
      </div>
      <div>
        <PolicyBadges item={item} />
        {item.decidedAtMs === null ? null : (
          <Text size="xs" c="dimmed" lineClamp={2}>
            {item.because ?? item.decision} · <Age atMs={item.decidedAtMs} />
          </Text>
        )}
      </div>
    </div>
  );
}
