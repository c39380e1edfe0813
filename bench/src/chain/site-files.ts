/** The files of the bench's site: many scales of one item each, and a few probes whose way is timed. */

export const SITE = { tenantId: 'bench', siteId: 'hall-1' } as const;
/** Each scale signs in under its own id; the probes share one login, as devices behind a bridge do. */
export const PASSWORD = 'bench-device-password';
export const PROBE_LOGIN = { username: 'probes', password: PASSWORD } as const;
export const PROBE_PIECE_GRAMS = 50;

/** What a site is made of. All scales but the shelves that run low stay well above their reorder point. */
export interface BenchDevices {
  scales: readonly string[];
  probes: readonly string[];
  /** Each runs low once, to be ordered for. */
  runningLow: readonly string[];
}

export const REORDER_POINT = { others: 10, runningLow: 60 } as const;
/** How long a low must last before it is believed: the filter's own window, as the policy sets it. */
export const CONFIRM_SECONDS = 2;

export function deviceNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(5, '0')}`);
}

/** Every message becomes a reading: what is measured is the chain, not how well its filters save work. */
const EVERY_MESSAGE = {
  filter: { medianOf: 1, stableForMs: 0, isolatedAfterMs: 0, stableWithinGrams: 4 },
  report: { onChangeGrams: 0, heartbeatMs: 0, doubtfulEveryMs: 0 },
};

export function gatewayFile({ scales, probes, runningLow }: BenchDevices): unknown {
  const devices = [
    ...scales.map((deviceId) => ({ deviceId, login: { username: deviceId, password: PASSWORD } })),
    ...[...probes, ...runningLow].map((deviceId) => ({ deviceId, login: PROBE_LOGIN })),
  ];
  return {
    ...SITE,
    gatewayId: 'gw-bench',
    devices: devices.map(({ deviceId, login }) => ({
      deviceId,
      model: 'esphome',
      constants: { unit: 'g' },
      topics: [`${deviceId}/sensor/weight/state`],
      login,
      sensors: [EVERY_MESSAGE],
    })),
  };
}

export function catalogue({ scales, probes, runningLow }: BenchDevices, supplierUrl: string): unknown {
  const { tenantId, siteId } = SITE;
  const { others, runningLow: low } = REORDER_POINT;
  const rows = [
    ...scales.map((deviceId) => ({ deviceId, pieceGrams: 20, reorderPoint: others })),
    ...probes.map((deviceId) => ({ deviceId, pieceGrams: PROBE_PIECE_GRAMS, reorderPoint: others })),
    ...runningLow.map((deviceId) => ({ deviceId, pieceGrams: PROBE_PIECE_GRAMS, reorderPoint: low })),
  ];
  const locations = [{ locationId: 'hall', name: 'Hall' }];
  return {
    tenants: [
      {
        tenantId,
        name: 'Bench',
        sites: [{ siteId, name: 'Hall 1', timeZone: 'Europe/Berlin', deliverTo: 'Gate 1', locations }],
      },
    ],
    suppliers: [
      { tenantId, supplierId: 'acme', name: 'Acme', endpoint: supplierUrl, apiToken: 'bench-supplier-token' },
    ],
    items: rows.map(({ deviceId, pieceGrams }) => ({
      tenantId,
      itemId: `item-${deviceId}`,
      sku: deviceId.toUpperCase(),
      name: deviceId,
      unit: 'pcs',
      pieceGrams,
      pieceGramsSpread: 0,
    })),
    supplierItems: rows.map(({ deviceId }) => ({
      tenantId,
      supplierId: 'acme',
      itemId: `item-${deviceId}`,
      partNumber: `A-${deviceId}`,
      orderUnit: 'pcs',
      packQuantity: 1,
      orderMultiple: 1,
      minOrderQuantity: 1,
      leadTimeDays: 1,
      preference: 1,
    })),
    bins: rows.map(({ deviceId }) => ({
      tenantId,
      siteId,
      binId: `bin-${deviceId}`,
      name: deviceId,
      locationId: 'hall',
      itemId: `item-${deviceId}`,
      capacity: 1_000,
      sensor: { deviceId, kind: 'weight' },
    })),
    policies: rows.map(({ deviceId, reorderPoint }) => ({
      tenantId,
      siteId,
      binId: `bin-${deviceId}`,
      type: 'MIN_MAX',
      reorderPoint,
      orderUpTo: 200,
      safetyStock: 5,
      confirmSeconds: CONFIRM_SECONDS,
      autoApprove: true,
    })),
  };
}
