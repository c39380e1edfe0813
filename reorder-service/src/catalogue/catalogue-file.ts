import { readFileSync } from 'node:fs';

import { idSchema } from '@shelfwire/contract';
import { approverRoleSchema } from '@shelfwire/contract/api';
import { configInvalid, describeIssues } from '@shelfwire/contract/service';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';

import {
  budgetSchema,
  priceBreaksSchema,
  siteCalendarSchema,
  supplierCalendarSchema,
  truckSchema,
} from './supply-terms.ts';
import { findBrokenReferences } from './catalogue-references.ts';
import { scopedPolicySchema } from './scoped-policy.ts';
import { timeZoneSchema } from './time-zone.ts';
import { findWrongBins } from './wrong-bins.ts';

const name = z.string().min(1).max(200);
const positive = z.int().min(1);

export const siteSchema = z.strictObject({
  siteId: idSchema,
  name,
  timeZone: timeZoneSchema.default('UTC').describe('As Europe/Berlin; days and review times are local'),
  deliverTo: z.string().default('').describe('Written on every order: gate, dock, person'),
  calendar: siteCalendarSchema.optional().describe('When goods are taken in; always, if not given'),
});

const tenantSchema = z.strictObject({
  tenantId: idSchema,
  name,
  sites: z.array(siteSchema.extend({ locations: z.array(z.strictObject({ locationId: idSchema, name })).min(1) })),
});

export const supplierSchema = z
  .strictObject({
    tenantId: idSchema,
    supplierId: idSchema,
    name,
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Orders are posted to <endpoint>/orders; not needed with `channel: console`'),
    apiToken: z
      .string()
      .min(8)
      .optional()
      .describe('Bearer token, both for our orders and for their answers; not needed with `channel: console`'),
    calendar: supplierCalendarSchema.optional().describe('Lead times count its working days; all days, if not given'),
    truck: truckSchema.optional().describe('Needs of a site gather in one order'),
    channel: z
      .enum(['http-json', 'ubl', 'console'])
      .default('http-json')
      .describe(
        'How orders reach them: our JSON, UBL 2.1 XML, or `console`: they have no system, nothing is posted, and their people see and answer orders in the console',
      ),
    acknowledgeWithinHours: z
      .number()
      .positive()
      .nullable()
      .default(24)
      .describe(
        'Reminded after this; a day later the order is no cover any more. null: this supplier never acknowledges',
      ),
    priceTolerancePercent: z
      .number()
      .min(0)
      .default(2)
      .describe('A price may rise by so much without a person agreeing'),
    confirmReceipts: z
      .boolean()
      .default(false)
      .describe('true: what a scale sees arriving is booked when a person says so'),
  })
  .superRefine(({ channel, endpoint, apiToken }, context) => {
    if (channel === 'console') return;
    for (const [field, value] of Object.entries({ endpoint, apiToken })) {
      const message = 'is needed, but for a supplier whose channel is `console`';
      if (value === undefined) context.addIssue({ code: 'custom', path: [field], message });
    }
  });

const approvalRuleSchema = z.strictObject({
  tenantId: idSchema,
  ruleId: idSchema,
  minAmount: z.number().min(0).default(0).describe('From this amount on; split orders are looked at together'),
  itemClass: idSchema.optional().describe('Only items of this class'),
  requiredRole: approverRoleSchema.default('buyer').describe('The lowest role that may approve'),
  approvals: z.int().min(1).max(2).default(1).describe('2: two different people'),
});

export const itemSchema = z.strictObject({
  tenantId: idSchema,
  itemId: idSchema,
  sku: z.string().min(1).max(64).describe('Your own article number'),
  name,
  unit: z.string().min(1).max(16).default('pcs').describe('Stock unit; every quantity is a whole number of it'),
  pieceGrams: z.number().positive().optional().describe('Weight of one stock unit; needed for bins on a scale'),
  pieceGramsSpread: z.number().min(0).default(0).describe('Standard deviation of that weight'),
  gtin: z
    .string()
    .regex(/^\d{14}$/, 'a GTIN has 14 digits')
    .optional()
    .describe('14 digits, for receiving by scan'),
  itemClass: idSchema
    .optional()
    .describe('A name of your own for items that share policies, budgets or approval rules'),
});

export const supplierItemSchema = z.strictObject({
  tenantId: idSchema,
  supplierId: idSchema,
  itemId: idSchema,
  partNumber: z.string().min(1).max(64).describe("The supplier's part number"),
  orderUnit: z.string().min(1).max(32).default('piece').describe('What is ordered: pack, box, carton'),
  packQuantity: positive.default(1).describe('Stock units in one order unit'),
  packKg: z
    .number()
    .positive()
    .optional()
    .describe(
      'Instead of packQuantity, sold by weight: as many whole pieces as weigh so much, by the pieceGrams of the item',
    ),
  orderMultiple: positive.default(1).describe('Order units come in multiples of this'),
  minOrderQuantity: z.int().min(0).default(0).describe('Order units at least'),
  maxOrderQuantity: positive.optional().describe('Order units at most; the rest becomes a further order'),
  leadTimeDays: z.number().min(0).default(7).describe('From order to delivery, as agreed'),
  preference: positive.default(1).describe('1 is asked first'),
  price: z.number().min(0).optional().describe('Per order unit, in the one currency of the installation'),
  pricePer: positive.default(1).describe('Prices are for so many order units, as per 100'),
  priceBreaks: priceBreaksSchema
    .optional()
    .describe('Instead of `price`: the price of all units of an order from so many on'),
  available: z.boolean().default(true).describe('false: cannot deliver it now, others are asked'),
});

const sensorSchema = z.strictObject({
  deviceId: idSchema.describe('As in gateway.yaml of the site'),
  sensorId: idSchema.optional().describe('Where the device carries several'),
  kind: z.enum(['weight', 'level', 'tag', 'count', 'button']).describe('What its readings are'),
  uncertaintyGrams: z.number().min(0).default(2).describe('Of one weighing'),
  staleAfterMs: positive.optional().describe('Silent for so long, the sensor is in doubt'),
});

export const binSchema = z.strictObject({
  tenantId: idSchema,
  siteId: idSchema,
  binId: idSchema,
  name,
  locationId: idSchema.describe('One of the locations of its site'),
  itemId: idSchema.describe('The one item that it holds'),
  capacity: positive.optional().describe('Stock units that fit in'),
  depthMm: z.number().positive().optional().describe('For level sensors that tell a distance'),
  consignment: z.boolean().default(false).describe("true: the supplier's property until it is taken"),
  sensor: sensorSchema.optional().describe('What looks into this bin; without one, people count'),
  sensors: z.array(sensorSchema).max(20).optional().describe('Instead of `sensor`: several that look into this bin'),
  fusion: z
    .enum(['sum', 'prefer'])
    .default('sum')
    .describe('Several sensors: sum adds them up; prefer believes the first in the list that is well'),
  disagreeAfterSeconds: z
    .number()
    .min(1)
    .max(7 * 86_400)
    .default(60)
    .describe(
      'With prefer: sensors that contradict each other for so long are in doubt; longer than the slowest reports',
    ),
  overflowOf: idSchema.optional().describe('The bin of the same item whose policy decides about both as one stock'),
});

const gatewaySchema = z.strictObject({
  tenantId: idSchema,
  siteId: idSchema,
  gatewayId: idSchema,
  password: z
    .string()
    .min(16)
    .optional()
    .describe('At the central broker, as <tenant>/<site>/<gateway>; kept hashed. Or let the API make one'),
});

export const catalogueSchema = z
  .strictObject({
    tenants: z.array(tenantSchema).describe('Each a customer of whom the others see nothing'),
    suppliers: z.array(supplierSchema).default([]),
    items: z.array(itemSchema).default([]),
    supplierItems: z.array(supplierItemSchema).default([]).describe('Who sells which item, and how'),
    bins: z.array(binSchema).default([]),
    gateways: z.array(gatewaySchema).default([]).describe('Who may sign in at the central broker'),
    policies: z
      .array(scopedPolicySchema)
      .default([])
      .describe('`type` and its parameters as in policies.md; for a bin, an item, a class, or a site'),
    budgets: z.array(budgetSchema).default([]).describe('An order beyond one waits for a person'),
    approvalRules: z.array(approvalRuleSchema).default([]).describe('Which orders a person has to approve'),
  })
  .superRefine((catalogue, context) => {
    const weighed = new Set(
      catalogue.items.flatMap((each) => (each.pieceGrams ? [`${each.tenantId}/${each.itemId}`] : [])),
    );
    for (const [i, { tenantId, itemId, packKg }] of catalogue.supplierItems.entries()) {
      if (packKg === undefined || weighed.has(`${tenantId}/${itemId}`)) continue;
      const message = 'needs the pieceGrams of the item';
      context.addIssue({ code: 'custom', path: ['supplierItems', i, 'packKg'], message });
    }
    for (const wrong of findWrongBins(catalogue.bins)) context.addIssue({ code: 'custom', ...wrong });
  });
export type Catalogue = z.infer<typeof catalogueSchema>;

/** @throws ShelfwireError CONFIG_INVALID with every problem of the file, each with its path */
export function readCatalogueFile(file: string): Catalogue {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw configInvalid(file, [`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`]);
  }
  return parseCatalogue(text, file);
}

export function parseCatalogue(text: string, source: string): Catalogue {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw configInvalid(source, [error.message]);
  }
  const parsed = catalogueSchema.safeParse(document);
  // Followed in the document as it was written, so that they are told also where a form is wrong.
  const broken = findBrokenReferences(document).map((each) => ({ code: 'custom' as const, ...each }));
  if (parsed.success && broken.length === 0) return parsed.data;
  const all = new z.ZodError([...(parsed.error?.issues ?? []), ...broken]);
  throw configInvalid(source, [...new Set(describeIssues(all))]);
}
