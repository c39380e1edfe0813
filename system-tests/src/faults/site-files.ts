/** The files of the fault runs' site: busy shelves that reorder every few seconds, and probes whose messages are counted. */

export const SITE = { tenantId: 'demo', siteId: 'fault-plant' } as const;
export const PROBES = ['probe-1', 'probe-2', 'probe-3'] as const;
const PASSWORD = 'fault-device-password';
const SUPPLIER_TOKEN = 'fault-supplier-token';

interface Shelf {
  binId: string;
  deviceId: string;
  itemId: string;
  pieceGrams: number;
  start: number;
  reorderPoint: number;
  orderUpTo: number;
  pack: number;
}

export const SHELVES: readonly Shelf[] = [
  {
    binId: 'A-1',
    deviceId: 'scale-1',
    itemId: 'bolt',
    pieceGrams: 25,
    start: 64,
    reorderPoint: 40,
    orderUpTo: 100,
    pack: 10,
  },
  {
    binId: 'A-2',
    deviceId: 'scale-2',
    itemId: 'nut',
    pieceGrams: 12,
    start: 45,
    reorderPoint: 40,
    orderUpTo: 90,
    pack: 25,
  },
  {
    binId: 'A-3',
    deviceId: 'scale-3',
    itemId: 'bearing',
    pieceGrams: 106,
    start: 20,
    reorderPoint: 12,
    orderUpTo: 40,
    pack: 1,
  },
  {
    binId: 'A-4',
    deviceId: 'scale-4',
    itemId: 'glove',
    pieceGrams: 62,
    start: 70,
    reorderPoint: 30,
    orderUpTo: 90,
    pack: 12,
  },
];

export function probeLogin(deviceId: string): { username: string; password: string } {
  return { username: deviceId, password: PASSWORD };
}

/** A site with nothing but probes. */
export function probeSiteFile(siteId: string, probes: readonly string[]): unknown {
  return { tenantId: SITE.tenantId, siteId, gatewayId: `gw-${siteId}`, devices: probes.map(probeDevice) };
}

// Nothing is filtered away from a probe: each of its messages is a reading.
function probeDevice(deviceId: string): unknown {
  return {
    deviceId,
    model: 'esphome',
    constants: { unit: 'g' },
    topics: [`${deviceId}/sensor/weight/state`],
    login: probeLogin(deviceId),
    sensors: [
      {
        filter: { medianOf: 1, stableForMs: 0, isolatedAfterMs: 0, stableWithinGrams: 0.1 },
        report: { onChangeGrams: 0, heartbeatMs: 0, doubtfulEveryMs: 0 },
      },
    ],
  };
}

export function gatewayFile(): unknown {
  const shelves = SHELVES.map(({ deviceId }) => ({
    deviceId,
    model: 'tasmota',
    topics: [`tele/${deviceId}/SENSOR`],
    login: probeLogin(deviceId),
    sensors: [{ filter: { medianOf: 3, stableForMs: 500 } }],
  }));
  const probes = PROBES.map(probeDevice);
  return { ...SITE, gatewayId: 'gw-fault', devices: [...shelves, ...probes] };
}

/** @param siteIds sites besides the one with the shelves */
export function catalogue(supplierUrl: string, siteIds: readonly string[] = []): unknown {
  const tenantId = SITE.tenantId;
  return {
    tenants: [
      {
        tenantId,
        name: 'Fault works',
        sites: [
          {
            siteId: SITE.siteId,
            name: 'Fault plant',
            timeZone: 'Europe/Berlin',
            deliverTo: 'Gate 1',
            locations: [{ locationId: 'rack', name: 'Rack' }],
          },
          ...siteIds.map((siteId) => ({
            siteId,
            name: siteId,
            timeZone: 'UTC',
            deliverTo: 'Gate 1',
            locations: [{ locationId: 'rack', name: 'Rack' }],
          })),
        ],
      },
    ],
    suppliers: [{ tenantId, supplierId: 'acme', name: 'Acme', endpoint: supplierUrl, apiToken: SUPPLIER_TOKEN }],
    items: SHELVES.map(({ itemId, pieceGrams }) => ({
      tenantId,
      itemId,
      sku: itemId.toUpperCase(),
      name: itemId,
      unit: 'pcs',
      pieceGrams,
      pieceGramsSpread: 0,
    })),
    supplierItems: SHELVES.map(({ itemId, pack }) => ({
      tenantId,
      supplierId: 'acme',
      itemId,
      partNumber: `ACME-${itemId}`,
      orderUnit: 'pack',
      packQuantity: pack,
      orderMultiple: 1,
      minOrderQuantity: 1,
      leadTimeDays: 1,
      preference: 1,
    })),
    bins: SHELVES.map(({ binId, deviceId, itemId }) => ({
      tenantId,
      siteId: SITE.siteId,
      binId,
      name: binId,
      locationId: 'rack',
      itemId,
      capacity: 200,
      sensor: { deviceId, kind: 'weight' },
    })),
    policies: SHELVES.map(({ binId, reorderPoint, orderUpTo }) => ({
      tenantId,
      siteId: SITE.siteId,
      binId,
      type: 'MIN_MAX',
      reorderPoint,
      orderUpTo,
      safetyStock: 5,
      confirmSeconds: 1,
      autoApprove: true,
    })),
  };
}

/** How busy the site is. */
export interface Pace {
  /** Of each shelf's customers. */
  takesPerHour: number;
  /** Between two messages of a scale. */
  intervalMs: number;
}

/** As much as the fault runs need: things must happen while a fault lasts. */
export const BUSY: Pace = { takesPerHour: 1_200, intervalMs: 200 };

/** @param customers false: nobody takes any more, so that ledger and truth can come to rest and be compared */
export function fleet({ customers, pace = BUSY }: { customers: boolean; pace?: Pace }): unknown {
  return {
    seed: 'faults',
    bins: SHELVES.map(({ binId, itemId, pieceGrams, start }) => ({
      binId,
      itemId,
      partNumber: `ACME-${itemId}`,
      pieceGrams,
      startPieces: start,
      capacity: 200,
      refillAfterMs: 1_000,
      ...(customers ? { customers: { takesPerHour: pace.takesPerHour, piecesPerTake: [1, 4] } } : {}),
    })),
    devices: SHELVES.map(({ deviceId, binId }) => ({
      kind: 'tasmota',
      deviceId,
      binId,
      login: probeLogin(deviceId),
      intervalMs: pace.intervalMs,
      noiseGrams: 0.3,
      divisionGrams: 1,
      spikes: { probability: 0.01, grams: 400 },
    })),
    suppliers: [
      {
        supplierId: 'acme',
        token: SUPPLIER_TOKEN,
        behaviour: { acknowledgeAfterMs: 300, shipAfterMs: 1_500, transitMs: 1_000, callbackCopies: 2 },
      },
    ],
  };
}
