import type { Pages } from '../api/paging';
import type { StockEvent, StockItem, StreamEvent } from '../api/types';

/** Puts pushed levels into a list as it was read; rows that did not change stay the same objects. */
export function applyStockEvents(pages: Pages<StockItem>, newest: ReadonlyMap<string, StockEvent>): Pages<StockItem> {
  let changed = false;
  const next = pages.pages.map((page) => {
    const places = placesIn(page.items);
    const touched = [...newest].filter(([key]) => places.has(key));
    if (touched.length === 0) return page;
    changed = true;
    const items = [...page.items];
    for (const [key, event] of touched) {
      const place = places.get(key) ?? 0;
      const item = items[place];
      if (item) items[place] = applyToItem(item, event);
    }
    // The same bins stand in the same places.
    PLACES.set(items, places);
    return { ...page, items };
  });
  return changed ? { ...pages, pages: next } : pages;
}

/** Where each bin stands, made once for a page as it was read: looking through all rows for each event would be felt. */
const PLACES = new WeakMap<readonly StockItem[], ReadonlyMap<string, number>>();

function placesIn(items: readonly StockItem[]): ReadonlyMap<string, number> {
  const known = PLACES.get(items);
  if (known) return known;
  const places = new Map(items.map((item, index) => [keyOf(item.siteId, item.binId), index]));
  PLACES.set(items, places);
  return places;
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

function applyToItem(item: StockItem, event: StockEvent): StockItem {
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
