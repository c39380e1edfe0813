import type { operations } from '../api/generated/schema';

export type ImportKind = operations['importMasterData']['parameters']['path']['kind'];

/** Everything that can be imported, with the columns of each (docs/integration.md); the first ones name the row. */
const LISTS: Readonly<Record<ImportKind, { label: string; columns: string }>> = {
  items: { label: 'Items', columns: 'itemId, sku, name, unit, pieceGrams, pieceGramsSpread, gtin, itemClass' },
  sites: { label: 'Sites', columns: 'siteId, name, timeZone, deliverTo' },
  locations: { label: 'Locations', columns: 'siteId, locationId, name' },
  bins: {
    label: 'Bins and their sensors',
    columns:
      'siteId, binId, name, locationId, itemId, capacity, depthMm, consignment, fusion, disagreeAfterSeconds, overflowOf, sensors',
  },
  suppliers: {
    label: 'Suppliers',
    columns:
      'supplierId, name, endpoint, apiToken, channel, acknowledgeWithinHours, priceTolerancePercent, confirmReceipts',
  },
  prices: {
    label: 'Prices and packs',
    columns:
      'supplierId, itemId, partNumber, orderUnit, packQuantity or packKg, orderMultiple, minOrderQuantity, maxOrderQuantity, leadTimeDays, preference, available, price with pricePer, or priceBreaks',
  },
  policies: {
    label: 'Policies',
    columns: 'siteId, binId, itemId, itemClass, type and its parameters, effectiveFrom, reason',
  },
};

export const KINDS = Object.entries(LISTS).map(([kind, list]) => ({ value: kind as ImportKind, ...list }));

export function kindOf(value: string | null): (typeof KINDS)[number] | undefined {
  return KINDS.find((kind) => kind.value === value);
}
