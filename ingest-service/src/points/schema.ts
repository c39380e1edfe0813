/**
 * The registry of everything that is stored: measurement → tags and typed fields, named as in the messages. A field's
 * type is fixed for ever by its first write into InfluxDB, so it is fixed here: a float stays a float even when its
 * value is whole. Tags have few values; EPC, order and event ids are fields (high-cardinality tags exhaust memory).
 * docs/telemetry-schema.md says the same for people; a test compares.
 */
export const MEASUREMENTS = {
  reading: {
    tags: ['tenantId', 'siteId', 'gatewayId', 'deviceId', 'sensorId', 'kind', 'quality'],
    fields: {
      netGrams: 'float',
      grossGrams: 'float',
      stable: 'boolean',
      distanceMm: 'float',
      fillRatio: 'float',
      pieces: 'integer',
      epcUri: 'string',
      epcHex: 'string',
      presence: 'string',
      antenna: 'integer',
      rssiDbm: 'float',
      action: 'string',
      receivedAtMs: 'integer',
      clockQuality: 'string',
      calibrationVersion: 'integer',
      historical: 'boolean',
      sequence: 'integer',
    },
  },
  device_health: {
    tags: ['tenantId', 'siteId', 'gatewayId', 'deviceId', 'sensorId', 'quality'],
    fields: {
      batteryRatio: 'float',
      linkDbm: 'float',
      temperatureC: 'float',
      receivedAtMs: 'integer',
      clockQuality: 'string',
      historical: 'boolean',
      sequence: 'integer',
    },
  },
  stock: {
    tags: ['tenantId', 'siteId', 'binId', 'itemId'],
    fields: {
      change: 'integer',
      onHand: 'integer',
      uncertainty: 'float',
      onOrder: 'integer',
      inventoryPosition: 'integer',
      status: 'string',
      movement: 'string',
      eventId: 'string',
      sequence: 'integer',
    },
  },
  order: {
    tags: ['tenantId', 'siteId', 'supplierId', 'binId', 'itemId', 'status'],
    fields: {
      orderId: 'string',
      orderNumber: 'string',
      orderedQuantity: 'integer',
      confirmedQuantity: 'integer',
      shippedQuantity: 'integer',
      receivedQuantity: 'integer',
      sentence: 'string',
      eventId: 'string',
    },
  },
  gateway: {
    tags: ['tenantId', 'siteId', 'gatewayId'],
    fields: {
      online: 'boolean',
      version: 'string',
      startedAtMs: 'integer',
      appliedConfigVersion: 'integer',
      queuedReadings: 'integer',
      oldestQueuedAtMs: 'integer',
      framesReceived: 'integer',
      readingsAppended: 'integer',
      readingsConfirmed: 'integer',
      framesQuarantined: 'integer',
      framesRefused: 'integer',
      readingsDropped: 'integer',
    },
  },
} as const satisfies Record<string, MeasurementDefinition>;

export type MeasurementName = keyof typeof MEASUREMENTS;
export type FieldType = 'float' | 'integer' | 'boolean' | 'string';
export interface MeasurementDefinition {
  tags: readonly string[];
  fields: Readonly<Record<string, FieldType>>;
}

export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as MeasurementName[];

/** The registry again, in a form that code looping over measurements can index. */
export function measurement(name: MeasurementName): MeasurementDefinition {
  return MEASUREMENTS[name];
}

/** The type of each field of a measurement; undefined for a key that is not stored. */
export const FIELD_TYPES = Object.fromEntries(
  MEASUREMENT_NAMES.map((name) => [name, new Map<string, FieldType>(Object.entries(MEASUREMENTS[name].fields))]),
) as unknown as Readonly<Record<MeasurementName, ReadonlyMap<string, FieldType>>>;

/** Why this point can never be stored; undefined if it can. What the schemas of the contract let pass has no problem. */
export function pointProblem(
  name: MeasurementName,
  fields: Readonly<Record<string, string | number | boolean | undefined>>,
): string | undefined {
  const types = FIELD_TYPES[name];
  let found = false;
  // for…in, because Object.entries would allocate an array a point; these are plain objects.
  for (const field in fields) {
    const type = types.get(field);
    const value = fields[field];
    if (type === undefined || value === undefined) continue;
    if (!isOfType(value, type)) return `${field} is not of type ${type}`;
    found = true;
  }
  return found ? undefined : 'no field has a value';
}

function isOfType(value: string | number | boolean, type: FieldType): boolean {
  switch (type) {
    case 'float':
      return Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}
