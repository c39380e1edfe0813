import { Button, Stack, Text, Title } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useSiteName } from '../api/site-names';
import type { PolicySuggestion } from '../api/types';
import { useMay } from '../session/may';
import { ListCard } from '../shell/ListCard';
import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { Age } from '../time/Age';
import { suggestionsQuery } from './queries';
import { DeclineDialog, FollowDialog } from './SuggestionDialogs';

/** Reorder points that are far from what demand and lead time say; nothing follows by itself. */
export function SuggestionsPage() {
  const suggestions = useInfiniteQuery(suggestionsQuery());
  const items = suggestions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Title order={1} size="h3" mb={4}>
        Suggestions
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Reorder points that are far from what was used and how long deliveries take. Looked at once a day.
      </Text>
      {suggestions.error && items.length === 0 ? (
        <FailureState error={suggestions.error} onRetry={() => void suggestions.refetch()} />
      ) : null}
      {suggestions.isPending ? <ListSkeleton label="Loading the suggestions" /> : null}
      <Stack gap="sm" role="list" aria-label="Suggestions">
        {items.map((suggestion) => (
          <SuggestionCard key={`${suggestion.siteId}/${suggestion.binId}`} suggestion={suggestion} />
        ))}
      </Stack>
      <ReadMore list={suggestions} label="Show more suggestions" />
      {suggestions.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconBulb />} title="Nothing is suggested">
          <Text c="dimmed">The policies agree with what is used, or too little is known: four weeks are needed.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function SuggestionCard({ suggestion }: { suggestion: PolicySuggestion }) {
  const { siteId, binId, binName, itemName, unit, current, suggested, because } = suggestion;
  const siteName = useSiteName();
  const mayDecide = useMay('decidePolicies');
  const [asking, setAsking] = useState<'follow' | 'decline' | null>(null);
  return (
    <>
      <ListCard
        title={itemName}
        link={{ to: '/policies/$siteId/$binId', params: { siteId, binId } }}
        meta={
          <>
            {binName} · {siteName(siteId)} · <Age atMs={suggestion.suggestedAtMs} />
          </>
        }
        actions={
          mayDecide ? (
            <>
              <Button size="sm" variant="light" onClick={() => setAsking('follow')}>
                Follow…
              </Button>
              <Button size="sm" variant="default" onClick={() => setAsking('decline')}>
                Decline…
              </Button>
            </>
          ) : null
        }
      >
        <Text>
          Order at {current.reorderPoint} → <strong>{suggested.reorderPoint}</strong> {unit}, fill up to{' '}
          {current.orderUpTo} → <strong>{suggested.orderUpTo}</strong> {unit}
        </Text>
        <Text size="sm" c="dimmed">
          {because}
        </Text>
      </ListCard>
      {asking === 'follow' ? <FollowDialog suggestion={suggestion} onClose={() => setAsking(null)} /> : null}
      {asking === 'decline' ? <DeclineDialog suggestion={suggestion} onClose={() => setAsking(null)} /> : null}
    </>
  );
}
