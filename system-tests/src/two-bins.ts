/** Grams of one piece of either item. */
export const PIECE_GRAMS = 10;
export const BOLT_EAN13 = '9506000134352';

/** For `catalogue`: A-03 with an item of its own, A-04 with the nuts of A-02; no sensor looks into either. */
export const BINS_WITHOUT_SENSOR = {
  items: `  - { tenantId: demo, itemId: washer-m8, sku: WA-M8, name: Washer M8, unit: pcs, pieceGrams: ${PIECE_GRAMS}, pieceGramsSpread: 0.05 }\n`,
  bins: `  - { tenantId: demo, siteId: plant-1, binId: bin-spare, name: A-03, locationId: hall-1, itemId: washer-m8, capacity: 100 }
  - { tenantId: demo, siteId: plant-1, binId: bin-rack, name: A-04, locationId: hall-1, itemId: nut-m8, capacity: 100 }\n`,
};

/** A site with two bins on scales, `scale-bolts` and `scale-nuts`, and one supplier; one name is a trap for careless pages. */
export function catalogue(supplierPort: number, more = { items: '', bins: '' }): string {
  return `
tenants:
  - tenantId: demo
    name: Demo plant
    sites:
      - siteId: plant-1
        name: Plant 1
        timeZone: Europe/Berlin
        deliverTo: Gate 3
        locations: [{ locationId: hall-1, name: 'Hall 1, aisle 2' }]
suppliers:
  - { tenantId: demo, supplierId: bolts-inc, name: Bolts Inc., endpoint: 'http://127.0.0.1:${supplierPort}', apiToken: token-of-bolts-inc }
items:
  - { tenantId: demo, itemId: bolt-m8, sku: HB-M8-40, name: Hex bolt M8×40, unit: pcs, pieceGrams: ${PIECE_GRAMS}, pieceGramsSpread: 0.05, gtin: '0${BOLT_EAN13}' }
  - { tenantId: demo, itemId: nut-m8, sku: HN-M8, name: 'Hex nut <b>M8</b>', unit: pcs, pieceGrams: ${PIECE_GRAMS}, pieceGramsSpread: 0.05 }
${more.items}supplierItems:
  - { tenantId: demo, supplierId: bolts-inc, itemId: bolt-m8, partNumber: B-8-40, orderUnit: pack, packQuantity: 10, leadTimeDays: 2, preference: 1 }
  - { tenantId: demo, supplierId: bolts-inc, itemId: nut-m8, partNumber: N-8, orderUnit: pack, packQuantity: 10, leadTimeDays: 2, preference: 1 }
bins:
  - { tenantId: demo, siteId: plant-1, binId: bin-bolts, name: A-01, locationId: hall-1, itemId: bolt-m8, capacity: 100, sensor: { deviceId: scale-bolts, kind: weight } }
  - { tenantId: demo, siteId: plant-1, binId: bin-nuts, name: A-02, locationId: hall-1, itemId: nut-m8, capacity: 100, sensor: { deviceId: scale-nuts, kind: weight } }
${more.bins}policies:
  - { tenantId: demo, siteId: plant-1, binId: bin-bolts, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, safetyStock: 5, confirmSeconds: 1, autoApprove: true }
  - { tenantId: demo, siteId: plant-1, binId: bin-nuts, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, safetyStock: 5, confirmSeconds: 1, autoApprove: true }
`;
}
