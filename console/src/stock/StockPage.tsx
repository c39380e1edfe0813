import { Group, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { stockQuery } from '../api/queries';
import type { StockStatus } from '../api/types';
import { SearchField } from '../shell/SearchField';
import { NoBinsYet } from '../shell/NoBinsYet';
import { EmptyState, FailureState } from '../shell/states';
import { StatusFilter } from './StatusFilter';
import { StockList, StockListSkeleton } from './StockList';
import classes from './StockPage.module.css';
import { SummaryStrip } from './SummaryStrip';

const route = getRouteApi('/signed-in/');

/** The live list of bins. */
export function StockPage() {
  const { q = '', status } = route.useSearch();
  const navigate = route.useNavigate();
  const setStatus = (next: StockStatus | undefined): void => {
    void navigate({ search: { ...(q ? { q } : {}), ...(next ? { status: next } : {}) }, replace: true });
  };
  const setSearch = (next: string): void => {
    void navigate({ search: { ...(next ? { q: next } : {}), ...(status ? { status } : {}) }, replace: true });
  };
  const stock = useInfiniteQuery(stockQuery({ search: q, status }));
  const pages = stock.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const { hasNextPage, isFetching, fetchNextPage } = stock;
  const readMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const filtered = q !== '' || status !== undefined;
  return (
    <>
      <Group justify="space-between" align="center" gap="sm" className={classes['tools'] ?? ''}>
        <Title order={1} size="h3">
          Stock
        </Title>
        <SearchField
          label="Search by item, SKU, bin or place"
          placeholder="Item, SKU, bin or place"
          value={q}
          onChange={setSearch}
        />
      </Group>
      <SummaryStrip />
      <StatusFilter value={status} onChange={setStatus} />
      {stock.error && items.length === 0 ? (
        <FailureState error={stock.error} onRetry={() => void stock.refetch()} />
      ) : null}
      {stock.isPending ? <StockListSkeleton /> : null}
      {items.length > 0 ? (
        <StockList
          listKey={`${status ?? ''}/${q}`}
          items={items}
          busy={stock.isPlaceholderData}
          hasMore={stock.hasNextPage}
          onEndNear={readMore}
        />
      ) : null}
      {stock.isSuccess && items.length === 0 ? <NoBins filtered={filtered} /> : null}
    </>
  );
}

function NoBins({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyState icon={<IconSearch />} title="No bin matches">
      <span>Change the search or choose another status.</span>
    </EmptyState>
  ) : (
    <NoBinsYet />
  );
}
