import { Loader, Skeleton } from '@mantine/core';
import { measureElement, useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useLayoutEffect, useRef, type MouseEvent } from 'react';

import type { StockItem } from '../api/types';
import classes from './StockList.module.css';
import { StockRow } from './StockRow';

/** Until the first rows are measured. */
const ROW_HEIGHT_PX = 72;
const OVERSCAN_ROWS = 8;
const END_NEAR_ROWS = 40;

/**
 * Draws only the rows on the screen, so that 50,000 bins scroll as 50 do. Two things keep it so: the virtualizer goes over
 * all rows again when its options are others than before, so they are made once for a list; and it does so from the
 * first row that is not as high as was thought, so heights are thought to be what rows of their kind have been.
 */
export function StockList({
  listKey,
  items,
  busy,
  hasMore,
  onEndNear,
}: {
  /** Another list, not the same one with more rows or other levels. */
  listKey: string;
  items: readonly StockItem[];
  busy: boolean;
  hasMore: boolean;
  onEndNear: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const options = useRowOptions(items, listKey);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is not used here
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    overscan: OVERSCAN_ROWS,
    scrollMargin: list.current?.offsetTop ?? 0,
    ...options,
  });
  const follow = useFollowedLinks();
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - END_NEAR_ROWS) onEndNear();
  }, [last, items.length, onEndNear]);
  return (
    <>
      <div className={classes['frame']} data-busy={busy} aria-busy={busy}>
        <Heads />
        <div
          ref={list}
          role="list"
          aria-label="Bins"
          className={classes['list']}
          onClick={follow}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {rows.map((row) => {
            const item = items[row.index];
            return item === undefined ? null : (
              <div
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                role="listitem"
                aria-setsize={hasMore ? -1 : items.length}
                aria-posinset={row.index + 1}
                className={classes['place']}
                style={{ transform: `translateY(${row.start - virtualizer.options.scrollMargin}px)` }}
              >
                <StockRow item={item} />
              </div>
            );
          })}
        </div>
      </div>
      <p className={classes['end']}>
        {hasMore ? (
          <Loader size="sm" aria-label="Loading more bins" />
        ) : (
          `${items.length} ${items.length === 1 ? 'bin' : 'bins'}`
        )}
      </p>
    </>
  );
}

/** In the place where the rows will be, so that nothing jumps. */
export function StockListSkeleton() {
  return (
    <div className={classes['frame']} role="status" aria-busy="true" aria-label="Loading the bins">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={classes['skeleton']}>
          <Skeleton height={14} width={`${38 + ((index * 17) % 30)}%`} mb={10} />
          <Skeleton height={9} width={`${60 + ((index * 11) % 30)}%`} />
        </div>
      ))}
    </div>
  );
}

function Heads() {
  return (
    <div className={classes['heads']} aria-hidden>
      <span>Item and bin</span>
      <span className={classes['right']}>On hand</span>
      <span>Level</span>
      <span>Status</span>
      <span>Position</span>
      <span className={classes['right']}>Last reading</span>
    </div>
  );
}

/** What the virtualizer asks about rows, by functions that stay the same for a list. */
function useRowOptions(items: readonly StockItem[], listKey: string) {
  const shown = useRef(items);
  useLayoutEffect(() => {
    shown.current = items;
  });
  const heights = useRef({ plain: ROW_HEIGHT_PX, held: ROW_HEIGHT_PX });
  const estimateSize = useCallback((index: number) => heights.current[kindOf(shown.current[index])], []);
  const getItemKey = useCallback(
    (index: number) => {
      const item = shown.current[index];
      return item ? `${item.siteId}/${item.binId}` : `${listKey}/${index}`;
    },
    [listKey],
  );
  const measure = useCallback(
    (element: HTMLDivElement, entry: ResizeObserverEntry | undefined, all: Virtualizer<Window, HTMLDivElement>) => {
      const height = measureElement(element, entry, all);
      heights.current[kindOf(shown.current[all.indexFromElement(element)])] = height;
      return height;
    },
    [],
  );
  return { estimateSize, getItemKey, measureElement: measure };
}

function kindOf(item: StockItem | undefined): 'plain' | 'held' {
  return item === undefined || item.heldBecause === null ? 'plain' : 'held';
}

/** Rows have plain links, which cost nothing to draw; here they are followed without loading the page again. */
function useFollowedLinks(): (event: MouseEvent) => void {
  const router = useRouter();
  return (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null;
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    router.history.push(link.getAttribute('href') ?? '/');
  };
}
