import type { Pages } from '../api/queries';
import type { StockEvent, StockItem, StreamEvent } from '../api/types';

/** Puts pushed levels into a list as it was read; rows that did not change stay the same objects. */
export function applyStockEvents(pages: Pages<StockItem>, newest: ReadonlyMap<string, StockEvent>): Pages<StockItem> {
  let changed = false;
  const next = pages.pages.map((page) => {
    if (!page.items.some((item) => newest.has(keyOf(item.siteId, item.binId)))) return page;
    changed = true;
    return { ...page, items: page.items.map((item) => applyToItem(item, newest.get(keyOf(item.siteId, item.binId)))) };
  });
  return changed ? { ...pages, pages: next } : pages;
}

/** The last event of each bin by its sequence, whatever order they came in. */
export function newestByBin(events: readonly StreamEvent[]): Map<string, StockEvent> {
  const newest = new Map<string, StockEvent>();
  for (const each of events) {
    if (each.type !== 'stock') continue;
    const { siteId, event } = each;
    const key = keyOf(siteId, event.binId);
    const known = newest.get(key);
    if (!known || known.sequence < event.sequence) newest.set(key, event);
  }
  return newest;
}

function applyToItem(item: StockItem, event: StockEvent | undefined): StockItem {
  if (!event) return item;
  // The list may have been read after this event was made.
  if (item.observedAtMs !== null && item.observedAtMs > event.atMs) return item;
  return {
    ...item,
    status: event.status,
    onHand: event.onHand,
    uncertainty: event.uncertainty,
    observedAtMs: event.atMs,
    lastReadingAtMs: Math.max(item.lastReadingAtMs ?? 0, event.atMs),
    position: {
      ...item.position,
      onHand: event.onHand,
      onOrder: event.onOrder,
      inventoryPosition: event.inventoryPosition,
    },
  };
}

function keyOf(siteId: string, binId: string): string {
  return `${siteId}/${binId}`;
}
