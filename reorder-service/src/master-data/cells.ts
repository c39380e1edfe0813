const NUMBERS = new Set([
  'pieceGrams',
  'pieceGramsSpread',
  'acknowledgeWithinHours',
  'priceTolerancePercent',
  'packQuantity',
  'packKg',
  'orderMultiple',
  'minOrderQuantity',
  'maxOrderQuantity',
  'leadTimeDays',
  'preference',
  'price',
  'pricePer',
  'safetyStock',
  'confirmSeconds',
  'emergencyPoint',
  'notAgainWithinHours',
  'minimumNeed',
  'usableDaysLeft',
  'reorderPoint',
  'orderUpTo',
  'reorderQuantity',
  'target',
  'missingUnitCostPerDay',
  'holdingRatePerYear',
  'cycleDays',
  'binQuantity',
  'capacity',
  'depthMm',
  'disagreeAfterSeconds',
]);
const BOOLEANS = new Set([
  'consignment',
  'confirmReceipts',
  'available',
  'autoApprove',
  'shadow',
  'overflow',
  'roundUpToPriceBreak',
]);

/** What the cell of a spreadsheet means in its column; a text that is none of it stays, for the schema to refuse by name. */
export function valueOfCell(column: string, text: string): unknown {
  if (NUMBERS.has(column)) return /^-?\d+([.]\d+)?$/.test(text) ? Number(text) : text;
  if (BOOLEANS.has(column)) return text === 'true' ? true : text === 'false' ? false : text;
  if (column === 'reviewDays') return text.split(/[\s/|]+/);
  // weight@scale-01 level@probe-7/2
  if (column === 'sensors') {
    return text.split(/[\s|]+/).map((each) => {
      const [kind, device = ''] = each.split('@');
      const [deviceId, sensorId] = device.split('/');
      return { kind, deviceId, ...(sensorId === undefined ? {} : { sensorId }) };
    });
  }
  // 1:12.50 10:11.90
  if (column === 'priceBreaks') {
    return text.split(/[\s/|]+/).map((tier) => {
      const [fromUnits, price] = tier.split(':').map(Number);
      return { fromUnits, price };
    });
  }
  return text;
}
