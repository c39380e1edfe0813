import { createHash, randomUUID } from 'node:crypto';

import { sql } from 'kysely';
import type { z } from 'zod';

import { retryCollisions } from '../database/collisions.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { putRule } from '../orders/approval-rules.ts';
import type { Catalogue, siteSchema } from './catalogue-file.ts';
import { seedGateway } from '../gateways/gateway-store.ts';
import { kilogramsOf, toStockUnits } from '../replenishment/units-of-measure.ts';
import { resolvePolicies } from './resolve-policies.ts';
import { writePolicy } from './write-policy.ts';

const ANALYZE_FROM_BINS = 500;

/**
 * Makes the database say what the catalogue says: adds and changes, and removes nothing but sensors that were replaced,
 * of which nothing may be believed any more. May be repeated; a policy that has not changed gets no new version. One
 * transaction a tenant.
 */
export async function seedCatalogue(db: Db, catalogue: Catalogue, nowMs: number): Promise<void> {
  for (const tenant of catalogue.tenants) {
    const of = <Row extends { tenantId: string }>(rows: readonly Row[]): Row[] =>
      rows.filter((row) => row.tenantId === tenant.tenantId);
    const seed = async (tx: Tx): Promise<void> => {
      await lockTenant(tx, tenant.tenantId);
      await seedPlaces(tx, tenant);
      await seedItems(tx, of(catalogue.items));
      await seedSuppliers(tx, of(catalogue.suppliers), of(catalogue.supplierItems), of(catalogue.items));
      await seedApprovalRules(tx, of(catalogue.approvalRules));
      await seedBins(tx, of(catalogue.bins));
      for (const { password, ...key } of of(catalogue.gateways)) await seedGateway(tx, key, password, nowMs);
      for (const each of of(catalogue.policies)) await writePolicy(tx, each, { nowMs, by: 'catalogue' });
      await seedBudgets(tx, of(catalogue.budgets));
      await resolvePolicies(tx, tenant.tenantId, nowMs);
      await catalogueChanged(tx, tenant.tenantId);
    };
    await retryCollisions(() => withTenant(db, tenant.tenantId, seed));
  }
  // Without statistics, PostgreSQL joins a catalogue that was just written as if it were empty, for a minute or more.
  if (catalogue.bins.length >= ANALYZE_FROM_BINS) await sql`analyze`.execute(db);
}

/**
 * Replicas at work lock a site's ledger, or bins in the order of their ids, and then go on to other rows. Who changes all of
 * them, in the order of a file, takes these locks first and in that same order, or both wait for each other.
 */
async function lockTenant(tx: Tx, tenantId: string): Promise<void> {
  await sql`select from site_ledger where tenant_id = ${tenantId} order by site_id for update`.execute(tx);
  await sql`select from item_location where tenant_id = ${tenantId} order by site_id, bin_id for update`.execute(tx);
}

/** Tells every replica to read bins, sensors, items and policies of this tenant again. */
export async function catalogueChanged(tx: Tx, tenantId: string): Promise<void> {
  await tx
    .updateTable('site_ledger')
    .set({ catalogue_version: sql`catalogue_version + 1` })
    .where('tenant_id', '=', tenantId)
    .execute();
}

function tokenOf(apiToken: string): { api_token: string; api_token_sha256: string } {
  return { api_token: apiToken, api_token_sha256: hashApiToken(apiToken) };
}

export function hashApiToken(apiToken: string): string {
  return createHash('sha256').update(apiToken).digest('hex');
}

async function seedPlaces(tx: Tx, tenant: Catalogue['tenants'][number]): Promise<void> {
  const { tenantId } = tenant;
  await tx
    .insertInto('tenant')
    .values({ tenant_id: tenantId, name: tenant.name })
    .onConflict((oc) => oc.column('tenant_id').doUpdateSet({ name: tenant.name }))
    .execute();
  await seedSites(tx, tenantId, tenant.sites);
  for (const site of tenant.sites) {
    await tx
      .insertInto('storage_location')
      .values(
        site.locations.map((each) => ({
          tenant_id: tenantId,
          site_id: site.siteId,
          location_id: each.locationId,
          name: each.name,
        })),
      )
      .onConflict((oc) =>
        oc.columns(['tenant_id', 'site_id', 'location_id']).doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })),
      )
      .execute();
  }
}

export async function seedSites(tx: Tx, tenantId: string, sites: readonly z.infer<typeof siteSchema>[]): Promise<void> {
  for (const site of sites) {
    const named = {
      name: site.name,
      time_zone: site.timeZone,
      deliver_to: site.deliverTo,
      calendar: jsonOrNull(site.calendar),
    };
    await tx
      .insertInto('site')
      .values({ tenant_id: tenantId, site_id: site.siteId, ...named })
      .onConflict((oc) => oc.columns(['tenant_id', 'site_id']).doUpdateSet(named))
      .execute();
    await tx
      .insertInto('site_ledger')
      .values({ tenant_id: tenantId, site_id: site.siteId })
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
}

export async function seedItems(tx: Tx, items: Catalogue['items']): Promise<void> {
  for (const item of items) {
    const values = {
      sku: item.sku,
      name: item.name,
      unit: item.unit,
      piece_grams: item.pieceGrams ?? null,
      piece_grams_spread: item.pieceGramsSpread,
      gtin: item.gtin ?? null,
      item_class: item.itemClass ?? null,
    };
    await tx
      .insertInto('item')
      .values({ tenant_id: item.tenantId, item_id: item.itemId, ...values })
      .onConflict((oc) => oc.columns(['tenant_id', 'item_id']).doUpdateSet(values))
      .execute();
  }
}

export async function seedSuppliers(
  tx: Tx,
  suppliers: Catalogue['suppliers'],
  supplierItems: Catalogue['supplierItems'],
  items: readonly { itemId: string; pieceGrams?: number | undefined }[],
): Promise<void> {
  for (const supplier of suppliers) {
    const { name, endpoint, apiToken, channel, acknowledgeWithinHours } = supplier;
    const values = {
      name,
      endpoint: endpoint ?? '',
      channel,
      acknowledge_within_ms: acknowledgeWithinHours === null ? null : Math.round(acknowledgeWithinHours * 3_600_000),
      price_tolerance: supplier.priceTolerancePercent / 100,
      confirm_receipts: supplier.confirmReceipts,
      calendar: jsonOrNull(supplier.calendar),
      truck: jsonOrNull(supplier.truck),
    };
    await tx
      .insertInto('supplier')
      .values({
        tenant_id: supplier.tenantId,
        supplier_id: supplier.supplierId,
        ...values,
        ...tokenOf(apiToken ?? randomUUID()),
      })
      .onConflict((oc) =>
        oc.columns(['tenant_id', 'supplier_id']).doUpdateSet({
          ...values,
          // Without one, what was made at first stays: nobody knows it, so nobody can use it.
          ...(apiToken === undefined ? {} : tokenOf(apiToken)),
        }),
      )
      .execute();
  }
  for (const each of supplierItems) {
    const single = each.price === undefined ? [] : [{ fromUnits: 1, price: each.price }];
    const prices = (each.priceBreaks ?? single).map(({ fromUnits, price }) => ({
      fromUnits,
      unitPriceCents: cents(price / each.pricePer),
    }));
    const values = {
      part_number: each.partNumber,
      order_unit: each.orderUnit,
      pack_quantity: packQuantityOf(each, items),
      order_multiple: each.orderMultiple,
      min_order_quantity: each.minOrderQuantity,
      max_order_quantity: each.maxOrderQuantity ?? null,
      lead_time_days: each.leadTimeDays,
      preference: each.preference,
      available: each.available,
      price_breaks: JSON.stringify(prices),
    };
    await tx
      .insertInto('supplier_item')
      .values({ tenant_id: each.tenantId, supplier_id: each.supplierId, item_id: each.itemId, ...values })
      .onConflict((oc) => oc.columns(['tenant_id', 'supplier_id', 'item_id']).doUpdateSet(values))
      .execute();
  }
}

/** A bin has the sensors that the catalogue says; a device that was there before measures something else now. */
async function removeOtherSensors(
  tx: Tx,
  bin: { tenant_id: string; site_id: string; bin_id: string },
  sensors: readonly { device_id: string; sensor_id: string; kind: string }[],
): Promise<void> {
  const stay = sensors.map((each) => sql`(${each.device_id}, ${each.sensor_id}, ${each.kind})`);
  await tx
    .deleteFrom('bin_sensor')
    .where('tenant_id', '=', bin.tenant_id)
    .where('site_id', '=', bin.site_id)
    .where('bin_id', '=', bin.bin_id)
    .where(
      (eb) =>
        sql<boolean>`(${eb.ref('device_id')}, ${eb.ref('sensor_id')}, ${eb.ref('kind')}) not in (${sql.join(stay)})`,
    )
    .execute();
}

async function seedApprovalRules(tx: Tx, rules: Catalogue['approvalRules']): Promise<void> {
  for (const { tenantId, minAmount, itemClass = null, ...rule } of rules) {
    await putRule(tx, tenantId, { ...rule, itemClass, minAmountCents: Math.round(minAmount * 100) });
  }
}

export async function seedBins(tx: Tx, bins: Catalogue['bins']): Promise<void> {
  // What others name as their primary bin must be there first.
  const primariesFirst = bins.toSorted(
    (a, b) => Number(a.overflowOf !== undefined) - Number(b.overflowOf !== undefined),
  );
  for (const bin of primariesFirst) {
    const key = { tenant_id: bin.tenantId, site_id: bin.siteId, bin_id: bin.binId };
    const values = {
      name: bin.name,
      location_id: bin.locationId,
      item_id: bin.itemId,
      capacity: bin.capacity ?? null,
      depth_mm: bin.depthMm ?? null,
      consignment: bin.consignment,
      fusion: bin.fusion,
      disagree_after_ms: bin.disagreeAfterSeconds * 1_000,
      primary_bin_id: bin.overflowOf ?? null,
    };
    await tx
      .insertInto('bin')
      .values({ ...key, ...values })
      .onConflict((oc) => oc.columns(['tenant_id', 'site_id', 'bin_id']).doUpdateSet(values))
      .execute();
    await tx
      .insertInto('item_location')
      .values({ ...key, item_id: bin.itemId })
      .onConflict((oc) => oc.columns(['tenant_id', 'site_id', 'bin_id']).doUpdateSet({ item_id: bin.itemId }))
      .execute();
    await decideWithPrimary(tx, key, bin.overflowOf);
    await seedSensors(tx, key, bin.sensors ?? (bin.sensor ? [bin.sensor] : []));
  }
}

/** An overflow bin is decided about with its primary bin, never by itself. */
async function decideWithPrimary(
  tx: Tx,
  key: { tenant_id: string; site_id: string; bin_id: string },
  primary: string | undefined,
): Promise<void> {
  const nothing = { low_since_ms: null, evaluate_at_ms: null, decided_at_ms: null };
  await tx
    .updateTable('item_location')
    .set(
      primary === undefined
        ? { ...nothing, decision: null, because: null }
        : {
            ...nothing,
            decision: 'POOLED',
            because: sql<string>`'decided about with ' || coalesce((select name from bin
            where tenant_id = ${key.tenant_id} and site_id = ${key.site_id} and bin_id = ${primary}), ${primary})`,
          },
    )
    .where('tenant_id', '=', key.tenant_id)
    .where('site_id', '=', key.site_id)
    .where('bin_id', '=', key.bin_id)
    .where((eb) =>
      primary === undefined ? eb('decision', '=', 'POOLED') : eb('decision', 'is distinct from', 'POOLED'),
    )
    .execute();
}

async function seedSensors(
  tx: Tx,
  key: { tenant_id: string; site_id: string; bin_id: string },
  sensors: NonNullable<Catalogue['bins'][number]['sensors']>,
): Promise<void> {
  // None named: they may have been set up elsewhere, and stay.
  if (sensors.length === 0) return;
  const named = sensors.map(({ deviceId, sensorId = '', kind }) => ({
    device_id: deviceId,
    sensor_id: sensorId,
    kind,
  }));
  await removeOtherSensors(tx, key, named);
  for (const [rank, { deviceId, sensorId = '', kind, uncertaintyGrams, staleAfterMs = null }] of sensors.entries()) {
    const looksInto = { bin_id: key.bin_id, uncertainty_grams: uncertaintyGrams, stale_after_ms: staleAfterMs, rank };
    await tx
      .insertInto('bin_sensor')
      .values({ ...key, ...looksInto, device_id: deviceId, sensor_id: sensorId, kind })
      .onConflict((oc) => oc.columns(['tenant_id', 'site_id', 'device_id', 'sensor_id', 'kind']).doUpdateSet(looksInto))
      .execute();
  }
}

/** Sold by weight: only whole pieces are surely in it. */
function packQuantityOf(
  each: Catalogue['supplierItems'][number],
  items: readonly { itemId: string; pieceGrams?: number | undefined }[],
): number {
  const { pieceGrams } = items.find((item) => item.itemId === each.itemId) ?? {};
  if (each.packKg === undefined || pieceGrams === undefined) return each.packQuantity;
  return Math.max(1, toStockUnits(each.packKg, kilogramsOf(pieceGrams), 'down') ?? 1);
}

async function seedBudgets(tx: Tx, budgets: Catalogue['budgets']): Promise<void> {
  for (const { tenantId, budgetId, siteId = null, itemClass = null, monthly } of budgets) {
    const values = { site_id: siteId, item_class: itemClass, monthly_cents: Math.round(monthly * 100) };
    await tx
      .insertInto('budget')
      .values({ tenant_id: tenantId, budget_id: budgetId, ...values })
      .onConflict((oc) => oc.columns(['tenant_id', 'budget_id']).doUpdateSet(values))
      .execute();
  }
}

/** Small parts cost parts of a cent: only the amount of an order is rounded. The sixth decimal is the float's, not the price's. */
function cents(price: number): number {
  return Math.round(price * 1e6) / 1e4;
}

function jsonOrNull(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
