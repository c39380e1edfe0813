import { idSchema } from '@shelfwire/contract';
import { configInvalid, describeIssues } from '@shelfwire/contract/service';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

import { behaviourSchema } from './supplier/behaviour.ts';

const loginSchema = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });
const positive = z.number().positive();
const notNegative = z.number().min(0);
const wholeMs = z.int().min(1);

const binSchema = z.strictObject({
  binId: idSchema,
  itemId: idSchema,
  /** The supplier's part number: a delivery of it is put into this bin. */
  partNumber: z.string().min(1),
  pieceGrams: positive,
  pieceGramsSpread: notNegative.default(0),
  startPieces: z.int().min(0),
  capacity: z.int().min(1),
  /** Tells customers' visits and the pieces they take; without it nobody takes. */
  customers: z
    .strictObject({ takesPerHour: positive.max(36_000), piecesPerTake: z.tuple([z.int().min(1), z.int().min(1)]) })
    .optional(),
  /** From the delivery at the dock to the pieces in the bin. */
  refillAfterMs: z.int().min(0).default(5_000),
});
export type BinSettings = z.infer<typeof binSchema>;

const scaleFields = {
  deviceId: idSchema,
  binId: idSchema,
  login: loginSchema,
  intervalMs: wholeMs.default(1_000),
  /** What stands on the scale besides the pieces: the bin itself. */
  containerGrams: notNegative.default(0),
  divisionGrams: positive.default(1),
  noiseGrams: notNegative.default(0.5),
  /** A forklift goes by: `grams` of extra noise for `forMs`, once in each `everyMs`. */
  vibration: z.strictObject({ everyMs: wholeMs, forMs: wholeMs, grams: positive }).optional(),
  /** A load cell's single-sample spike. */
  spikes: z.strictObject({ probability: z.number().min(0).max(1), grams: positive }).optional(),
  /** Creep: rises and falls slowly between plus and minus `grams`. */
  drift: z.strictObject({ gramsPerHour: positive, grams: positive }).optional(),
};

const deviceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tasmota'), ...scaleFields, topic: z.string().optional() }),
  z.strictObject({
    kind: z.literal('esphome'),
    ...scaleFields,
    topicPrefix: z.string().min(1).optional(),
    sensorName: z.string().min(1).default('weight'),
    unit: z.enum(['g', 'kg']).default('kg'),
  }),
  z.strictObject({
    kind: z.literal('impinj-r700'),
    deviceId: idSchema,
    binId: idSchema,
    login: loginSchema,
    topic: z.string().optional(),
    intervalMs: wholeMs.default(2_000),
    antennaPort: z.int().min(1).max(4).default(1),
    /** Readers miss 30–40 % of the tags in range. */
    missRatio: z.number().min(0).max(1).default(0.35),
    rssiDbm: z.number().default(-55),
    /** SGTIN-96 of the pieces; each piece has a serial of its own. */
    epc: z.strictObject({
      companyPrefix: z.string().regex(/^\d{6,12}$/),
      itemReference: z.string().regex(/^\d{1,7}$/),
    }),
  }),
]);
export type DeviceSettings = z.infer<typeof deviceSchema>;
export type ScaleSettings = Exclude<DeviceSettings, { kind: 'impinj-r700' }>;
export type ReaderSettings = Extract<DeviceSettings, { kind: 'impinj-r700' }>;

const supplierSchema = z.strictObject({
  supplierId: idSchema,
  /** Bearer token both ways; default: SHELFWIRE_SIM_SUPPLIER_TOKEN. */
  token: z.string().min(8).optional(),
  behaviour: behaviourSchema.prefault({}),
});
export type SupplierSettings = z.infer<typeof supplierSchema>;

export const fleetSchema = z.strictObject({
  seed: z.union([z.string().min(1), z.number().transform(String)]),
  bins: z.array(binSchema).default([]),
  devices: z.array(deviceSchema).default([]),
  suppliers: z.array(supplierSchema).default([]),
});
export type Fleet = z.infer<typeof fleetSchema>;

/**
 * Reads fleet.yaml and reports every problem together, each with its place.
 * @throws ShelfwireError CONFIG_INVALID
 */
export function readFleet(text: string, source: string): Fleet {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    throw configInvalid(source, [`(yaml): ${(error as Error).message.split('\n')[0] ?? 'not readable'}`]);
  }
  const parsed = fleetSchema.safeParse(document);
  const problems = [...(parsed.success ? [] : describeIssues(parsed.error)), ...findBrokenReferences(document)];
  if (!parsed.success || problems.length > 0) throw configInvalid(source, problems);
  return parsed.data;
}

// References are looked at in the raw document, so that they are reported together with problems of form.
const text = z.string().optional().catch(undefined);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const referencesSchema = z
  .looseObject({
    bins: list(
      z
        .looseObject({
          binId: text,
          customers: z.looseObject({ piecesPerTake: z.unknown() }).optional().catch(undefined),
        })
        .catch({ binId: undefined }),
    ),
    devices: list(z.looseObject({ deviceId: text, binId: text }).catch({ deviceId: undefined, binId: undefined })),
    suppliers: list(z.looseObject({ supplierId: text }).catch({ supplierId: undefined })),
  })
  .catch({ bins: [], devices: [], suppliers: [] });

function findBrokenReferences(document: unknown): string[] {
  const { bins, devices, suppliers } = referencesSchema.parse(document);
  const binIds = bins.map((bin) => bin.binId);
  const problems = [
    ...findRepeats('bins', 'binId', binIds),
    ...findRepeats(
      'devices',
      'deviceId',
      devices.map((device) => device.deviceId),
    ),
    ...findRepeats(
      'suppliers',
      'supplierId',
      suppliers.map((supplier) => supplier.supplierId),
    ),
  ];
  for (const [index, device] of devices.entries()) {
    if (device.binId !== undefined && !binIds.includes(device.binId)) {
      problems.push(`devices.${index}.binId: there is no bin "${device.binId}"`);
    }
  }
  for (const [index, bin] of bins.entries()) {
    const range = bin.customers?.piecesPerTake;
    if (Array.isArray(range) && Number(range[0]) > Number(range[1])) {
      problems.push(`bins.${index}.customers.piecesPerTake: [from, to] with from ≤ to`);
    }
  }
  return problems;
}

function findRepeats(where: string, key: string, ids: readonly (string | undefined)[]): string[] {
  return ids.flatMap((id, index) =>
    id !== undefined && ids.indexOf(id) < index ? [`${where}.${index}.${key}: "${id}" is used twice`] : [],
  );
}
