import { describe, expect, test } from 'vitest';

import type { Pages } from '../api/paging';
import type { StockEvent, StockItem, StreamEvent } from '../api/types';
import { applyStockEvents, newestByBin } from './apply-events';

const AT_MS = 1_763_800_000_000;

function item(binId: string, changes: Partial<StockItem> = {}): StockItem {
  return {
    binId,
    binName: binId,
    locationName: 'Rack',
    siteId: 's1',
    item: { itemId: 'i', sku: 'S', name: 'Bolt', unit: 'pcs' },
    status: 'OK',
    onHand: 30,
    uncertainty: 1,
    observedAtMs: AT_MS,
    lastReadingAtMs: AT_MS,
    sensorQuality: 'good',
    position: { onHand: 30, onOrder: 0, reserved: 0, backordered: 0, inventoryPosition: 30 },
    reorderPoint: 20,
    orderUpTo: 60,
    capacity: null,
    heldBecause: null,
    openOrderId: null,
    consignment: false,
    primaryBinId: null,
    disagreeingSinceMs: null,
    ...changes,
  };
}

function event(binId: string, sequence: number, onHand: number, atMs = AT_MS + 1_000, siteId = 's1'): StreamEvent {
  const stock: StockEvent = {
    schema: 'stock/1',
    eventId: crypto.randomUUID(),
    binId,
    itemId: 'i',
    sequence,
    atMs,
    change: -1,
    onHand,
    uncertainty: 0.5,
    onOrder: 40,
    inventoryPosition: onHand + 40,
    status: onHand === 0 ? 'OUT_OF_STOCK' : 'BELOW_REORDER',
  };
  return { type: 'stock', siteId, event: stock };
}

const pages = (...items: StockItem[][]): Pages<StockItem> => ({
  pages: items.map((page) => ({ items: page, nextCursor: null })),
  pageParams: items.map(() => undefined),
});

describe('pushed levels', () => {
  test('change the row of their bin and leave the others the same objects', () => {
    const before = pages([item('b1'), item('b2')], [item('b3')]);
    const after = applyStockEvents(before, newestByBin([event('b2', 1, 12)]));
    expect(after.pages[0]?.items[1]).toMatchObject({
      onHand: 12,
      status: 'BELOW_REORDER',
      lastReadingAtMs: AT_MS + 1_000,
      position: { onHand: 12, onOrder: 40, inventoryPosition: 52 },
    });
    expect(after.pages[0]?.items[0]).toBe(before.pages[0]?.items[0]);
    expect(after.pages[1]).toBe(before.pages[1]);
  });

  test('count by their sequence, whatever order they come in', () => {
    const newest = newestByBin([event('b1', 3, 3), event('b1', 1, 1), event('b1', 2, 2)]);
    expect(applyStockEvents(pages([item('b1')]), newest).pages[0]?.items[0]?.onHand).toBe(3);
  });

  test('do not undo a list that was read after them', () => {
    const before = pages([item('b1', { observedAtMs: AT_MS + 5_000, onHand: 7 })]);
    expect(applyStockEvents(before, newestByBin([event('b1', 1, 12)])).pages[0]?.items[0]?.onHand).toBe(7);
  });

  test('of a bin with the same id at another site change nothing', () => {
    const before = pages([item('b1')]);
    expect(applyStockEvents(before, newestByBin([event('b1', 1, 12, AT_MS + 1, 's2')]))).toBe(before);
  });
});
