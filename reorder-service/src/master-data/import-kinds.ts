import { idSchema } from '@shelfwire/contract';
import type { ImportKind } from '@shelfwire/contract/api';
import { sql } from 'kysely';
import { z } from 'zod';

import { binSchema, itemSchema, siteSchema, supplierItemSchema, supplierSchema } from '../catalogue/catalogue-file.ts';
import { scopedPolicySchema } from '../catalogue/scoped-policy.ts';
import type { Tx } from '../database/with-tenant.ts';
import { policySchema } from '../replenishment/policy.ts';

export type Row = Record<string, unknown>;

const locationSchema = z.strictObject({
  tenantId: idSchema,
  siteId: idSchema,
  locationId: idSchema,
  name: z.string().min(1).max(200),
});

const siteRowSchema = siteSchema.extend({ tenantId: idSchema });
/** One sensor is a list of one here. */
const binRowSchema = binSchema.omit({ sensor: true });

interface Kind {
  schema: z.ZodType;
  columns: readonly string[];
  /** What names a row. */
  key: (row: Row) => string;
  /** What there is, in the words of the columns; null is left out. */
  read: (tx: Tx, tenantId: string) => Promise<Row[]>;
}

const columnsOf = (schema: z.ZodObject, without: readonly string[] = []): string[] =>
  Object.keys(schema.shape).filter((column) => column !== 'tenantId' && !without.includes(column));
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What may be imported, in the words of catalogue.yaml. */
export const IMPORT_KINDS: Readonly<Record<ImportKind, Kind>> = {
  items: {
    schema: itemSchema,
    columns: columnsOf(itemSchema),
    key: (row) => text(row['itemId']),
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('itemId', item_id, 'sku', sku, 'name', name, 'unit', unit, 'pieceGrams', piece_grams,
              'pieceGramsSpread', piece_grams_spread, 'gtin', gtin, 'itemClass', item_class) as row
            from item where tenant_id = ${tenantId}`,
      ),
  },
  sites: {
    schema: siteRowSchema,
    columns: columnsOf(siteRowSchema, ['calendar']),
    key: (row) => text(row['siteId']),
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('siteId', site_id, 'name', name, 'timeZone', time_zone, 'deliverTo', deliver_to,
              'calendar', calendar) as row
            from site where tenant_id = ${tenantId}`,
      ),
  },
  bins: {
    schema: binRowSchema,
    columns: columnsOf(binRowSchema),
    key: (row) => `${text(row['siteId'])}/${text(row['binId'])}`,
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('siteId', b.site_id, 'binId', b.bin_id, 'name', b.name, 'locationId', b.location_id,
              'itemId', b.item_id, 'capacity', b.capacity, 'depthMm', b.depth_mm, 'consignment', b.consignment,
              'fusion', b.fusion, 'disagreeAfterSeconds', b.disagree_after_ms / 1000.0, 'overflowOf', b.primary_bin_id,
              'sensors', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('deviceId', s.device_id,
                            'sensorId', nullif(s.sensor_id, ''), 'kind', s.kind, 'uncertaintyGrams', s.uncertainty_grams,
                            'staleAfterMs', s.stale_after_ms)) order by s.rank, s.device_id, s.sensor_id, s.kind)
                          from bin_sensor s where s.tenant_id = b.tenant_id and s.site_id = b.site_id
                            and s.bin_id = b.bin_id)) as row
            from bin b where b.tenant_id = ${tenantId}`,
      ),
  },
  locations: {
    schema: locationSchema,
    columns: columnsOf(locationSchema),
    key: (row) => `${text(row['siteId'])}/${text(row['locationId'])}`,
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('siteId', site_id, 'locationId', location_id, 'name', name) as row
            from storage_location where tenant_id = ${tenantId}`,
      ),
  },
  suppliers: {
    schema: supplierSchema,
    columns: columnsOf(supplierSchema, ['calendar', 'truck']),
    key: (row) => text(row['supplierId']),
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('supplierId', supplier_id, 'name', name, 'endpoint', nullif(endpoint, ''), 'apiToken', api_token,
              'channel', channel, 'acknowledgeWithinHours', acknowledge_within_ms / 3600000.0,
              'priceTolerancePercent', round((price_tolerance * 100)::numeric, 6), 'confirmReceipts', confirm_receipts,
              'calendar', calendar, 'truck', truck) as row
            from supplier where tenant_id = ${tenantId}`,
      ),
  },
  prices: {
    schema: supplierItemSchema,
    columns: columnsOf(supplierItemSchema),
    key: (row) => `${text(row['supplierId'])}/${text(row['itemId'])}`,
    read: (tx, tenantId) =>
      rowsOf(
        tx,
        sql`select jsonb_build_object('supplierId', supplier_id, 'itemId', item_id, 'partNumber', part_number,
              'orderUnit', order_unit, 'packQuantity', pack_quantity, 'orderMultiple', order_multiple,
              'minOrderQuantity', min_order_quantity, 'maxOrderQuantity', max_order_quantity,
              'leadTimeDays', lead_time_days, 'preference', preference, 'available', available,
              'priceBreaks', (select jsonb_agg(jsonb_build_object('fromUnits', tier->'fromUnits',
                                'price', (tier->>'unitPriceCents')::numeric / 100) order by (tier->>'fromUnits')::int)
                              from jsonb_array_elements(price_breaks) tier)) as row
            from supplier_item where tenant_id = ${tenantId}`,
      ),
  },
  policies: {
    schema: scopedPolicySchema,
    columns: [
      'siteId',
      'binId',
      'itemId',
      'itemClass',
      'effectiveFrom',
      'reason',
      ...new Set(policySchema.options.flatMap((option) => Object.keys(option.shape))),
    ],
    key: (row) =>
      ['siteId', 'binId', 'itemId', 'itemClass']
        .flatMap((part) => (row[part] === undefined ? [] : text(row[part])))
        .join('/'),
    // A policy is written as a whole, never mended: `writePolicy` knows what the newest version says.
    read: () => Promise.resolve([]),
  },
};

async function rowsOf(tx: Tx, select: ReturnType<typeof sql>): Promise<Row[]> {
  const { rows } = await (select as ReturnType<typeof sql<{ row: Row }>>).execute(tx);
  return rows.map(({ row }) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
}
