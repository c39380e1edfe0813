import { createHash } from 'node:crypto';

import type { OrderStatus } from '@shelfwire/contract';

import type { Db } from '../database/open-database.ts';

export const PASSWORD = 'correct horse';
export const SUPPLIER_TOKEN = 'token-of-bolts-inc';
export const ORDER_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
export const OTHER_SUPPLIERS_ORDER_ID = '01890a5d-ac96-774b-bcce-b302099a8058';
export const AT_MS = 1_763_800_000_000;

/** Tenant `ours` with two bins of two suppliers' items and an order at each; tenant `theirs` with one bin. */
export async function insertTwoTenants(db: Db, passwordHash: string): Promise<void> {
  await db
    .insertInto('tenant')
    .values([tenant('ours'), tenant('theirs')])
    .execute();
  await db
    .insertInto('site')
    .values([site('ours', 's1'), site('theirs', 's2')])
    .execute();
  await db.insertInto('site_ledger').values({ tenant_id: 'ours', site_id: 's1' }).execute();
  await db
    .insertInto('storage_location')
    .values([location('ours', 's1'), location('theirs', 's2')])
    .execute();
  await db
    .insertInto('supplier')
    .values([supplier('bolts-inc', SUPPLIER_TOKEN), supplier('oils-inc', 'token-of-oils-inc')])
    .execute();
  await db
    .insertInto('item')
    .values([item('ours', 'bolt-m8'), item('ours', 'oil-5w30'), item('theirs', 'cup')])
    .execute();
  await db
    .insertInto('supplier_item')
    .values([supplierItem('bolts-inc', 'bolt-m8'), supplierItem('oils-inc', 'oil-5w30')])
    .execute();
  await db
    .insertInto('bin')
    .values([bin('ours', 's1', 'b1', 'bolt-m8'), bin('ours', 's1', 'b2', 'oil-5w30'), bin('theirs', 's2', 'b9', 'cup')])
    .execute();
  await db
    .insertInto('app_user')
    .values([
      user('admin@ours.example', 'ours', 'admin', passwordHash),
      user('viewer@ours.example', 'ours', 'viewer', passwordHash),
      user('sales@bolts.example', 'ours', 'supplier', passwordHash, 'bolts-inc'),
      user('admin@theirs.example', 'theirs', 'admin', passwordHash),
    ])
    .execute();
  await db.insertInto('event_subscription').values(listener('ours', 'b1')).execute();
  await insertOrder(db, { orderId: ORDER_ID, supplierId: 'bolts-inc', binId: 'b1', itemId: 'bolt-m8' });
  await insertOrder(db, { orderId: OTHER_SUPPLIERS_ORDER_ID, supplierId: 'oils-inc', binId: 'b2', itemId: 'oil-5w30' });
}

export async function insertOrder(
  db: Db,
  order: {
    orderId: string;
    supplierId: string;
    binId: string;
    itemId: string;
    status?: OrderStatus;
    episodeId?: string;
  },
): Promise<void> {
  const { orderId, supplierId, binId, itemId, status = 'SENT', episodeId = null } = order;
  const sentence = `${binId} is low: 12 left, the reorder point is 20.`;
  await db
    .insertInto('purchase_order')
    .values({
      order_id: orderId,
      tenant_id: 'ours',
      site_id: 's1',
      supplier_id: supplierId,
      order_number: `PO-${orderId.slice(-4)}`,
      episode_id: episodeId,
      status,
      sentence,
      created_at_ms: AT_MS,
      sent_at_ms: status === 'SENT' ? AT_MS + 1_000 : null,
    })
    .execute();
  await db
    .insertInto('purchase_order_line')
    .values({
      order_id: orderId,
      line_number: 1,
      tenant_id: 'ours',
      site_id: 's1',
      bin_id: binId,
      item_id: itemId,
      episode_id: episodeId,
      part_number: 'P-1',
      description: itemId,
      order_unit: 'pack',
      stock_units_per_order_unit: 10,
      ordered_quantity: 40,
    })
    .execute();
  const proof = {
    decidedAtMs: AT_MS,
    sentence,
    readings: [{ deviceId: 'scale-1', netGrams: 150 }],
    policy: { policyId: 'p', version: 1, type: 'MIN_MAX', parameters: { reorderPoint: 20, orderUpTo: 50 } },
    position: { onHand: 12, onOrder: 0 },
    arithmetic: [{ step: 'up to 50, minus position 12', value: 38 }],
  };
  await db
    .insertInto('order_proof')
    .values({ order_id: orderId, tenant_id: 'ours', proof: JSON.stringify(proof) })
    .execute();
  await db
    .insertInto('order_event')
    .values({ order_id: orderId, tenant_id: 'ours', at_ms: AT_MS, status, event: 'OrderSent', actor: 'system' })
    .execute();
}

const tenant = (id: string) => ({ tenant_id: id, name: id });
const site = (tenantId: string, siteId: string) => ({
  tenant_id: tenantId,
  site_id: siteId,
  name: siteId,
  time_zone: 'UTC',
  deliver_to: 'Gate 1',
});
/** Disabled, so that nothing is sent. */
const listener = (tenantId: string, subscriptionId: string) => ({
  tenant_id: tenantId,
  subscription_id: subscriptionId,
  url: 'https://erp.example/hook',
  description: '',
  types: ['shelfwire.*'],
  site_ids: [],
  secret: 'whsec_AAAA',
  created_at_ms: AT_MS,
  created_by: 'admin@ours.example',
  disabled_at_ms: AT_MS,
});
const location = (tenantId: string, siteId: string) => ({
  tenant_id: tenantId,
  site_id: siteId,
  location_id: 'loc',
  name: 'Rack 1',
});
const supplier = (supplierId: string, token: string) => ({
  tenant_id: 'ours',
  supplier_id: supplierId,
  name: supplierId,
  endpoint: 'http://127.0.0.1:9',
  api_token: token,
  api_token_sha256: createHash('sha256').update(token).digest('hex'),
});
const item = (tenantId: string, itemId: string) => ({
  tenant_id: tenantId,
  item_id: itemId,
  sku: itemId.toUpperCase(),
  name: itemId,
  unit: 'pcs',
});
const supplierItem = (supplierId: string, itemId: string) => ({
  tenant_id: 'ours',
  supplier_id: supplierId,
  item_id: itemId,
  part_number: 'P-1',
  order_unit: 'pack',
  pack_quantity: 10,
  lead_time_days: 2,
});
const bin = (tenantId: string, siteId: string, binId: string, itemId: string) => ({
  tenant_id: tenantId,
  site_id: siteId,
  bin_id: binId,
  name: binId,
  location_id: 'loc',
  item_id: itemId,
});
const user = (
  email: string,
  tenantId: string,
  role: 'admin' | 'viewer' | 'supplier',
  passwordHash: string,
  supplierId: string | null = null,
) => ({
  tenant_id: tenantId,
  email,
  display_name: email,
  password_hash: passwordHash,
  role,
  supplier_id: supplierId,
  created_at_ms: AT_MS,
});
