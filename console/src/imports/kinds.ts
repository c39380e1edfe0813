/** What can be imported, with the columns of each (docs/integration.md); the first ones name the row. */
export const KINDS = [
  { value: 'items', label: 'Items', columns: 'itemId, sku, name, unit, pieceGrams, pieceGramsSpread, gtin, itemClass' },
  { value: 'locations', label: 'Locations', columns: 'siteId, locationId, name' },
  {
    value: 'suppliers',
    label: 'Suppliers',
    columns:
      'supplierId, name, endpoint, apiToken, channel, acknowledgeWithinHours, priceTolerancePercent, confirmReceipts',
  },
  {
    value: 'prices',
    label: 'Prices and packs',
    columns:
      'supplierId, itemId, partNumber, orderUnit, packQuantity or packKg, orderMultiple, minOrderQuantity, maxOrderQuantity, leadTimeDays, preference, available, price with pricePer, or priceBreaks',
  },
  {
    value: 'policies',
    label: 'Policies',
    columns: 'siteId, binId, itemId, itemClass, type and its parameters, effectiveFrom, reason',
  },
] as const;

export type ImportKind = (typeof KINDS)[number]['value'];

export function kindOf(value: string | null): (typeof KINDS)[number] | undefined {
  return KINDS.find((kind) => kind.value === value);
}
