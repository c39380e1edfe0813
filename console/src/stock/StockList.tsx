import { Loader, Skeleton } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import type { StockItem } from '../api/types';
import classes from './StockList.module.css';
import { StockRow } from './StockRow';

const ROW_HEIGHT_PX = 72;
const OVERSCAN_ROWS = 8;
const END_NEAR_ROWS = 40;

/** Draws only the rows on the screen, so that 50,000 bins scroll as 50 do. */
export function StockList({
  items,
  busy,
  hasMore,
  onEndNear,
}: {
  items: readonly StockItem[];
  busy: boolean;
  hasMore: boolean;
  onEndNear: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is not used here
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => keyOf(items[index], index),
  });
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
    <div className={classes['frame']} aria-busy="true" aria-label="Loading the bins">
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

function keyOf(item: StockItem | undefined, index: number): string {
  return item ? `${item.siteId}/${item.binId}` : String(index);
}
