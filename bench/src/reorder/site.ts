import { migrateToLatest, openDatabase, type Db } from '@shelfwire/reorder-service/measurable';
import { sql } from 'kysely';

export const SITE = { tenantId: 'bench', siteId: 'plant-1' } as const;

/** A site with so many bins, each with a scale and a min-max policy, and one supplier; written by a few statements. */
export async function openBenchSite(url: string, bins: number): Promise<Db> {
  const db = openDatabase(url);
  await migrateToLatest(db);
  const policy = JSON.stringify({
    reorderPoint: 20,
    orderUpTo: 60,
    safetyStock: 5,
    confirmSeconds: 0,
    autoApprove: true,
  });
  for (const statement of [
    sql`insert into tenant (tenant_id, name) values ('bench', 'Bench')`,
    sql`insert into site values ('bench', 'plant-1', 'Plant', 'Europe/Berlin', '')`,
    sql`insert into site_ledger (tenant_id, site_id) values ('bench', 'plant-1')`,
    sql`insert into storage_location values ('bench', 'plant-1', 'hall', 'Hall')`,
    sql`insert into supplier values ('bench', 'bolts', 'Bolts Ltd', 'http://127.0.0.1:1', 'token', 'hash')`,
    sql`insert into item (tenant_id, item_id, sku, name, unit, piece_grams) values ('bench', 'm8', 'M8', 'M8 bolts', 'pcs', 10)`,
    sql`insert into supplier_item (tenant_id, supplier_id, item_id, part_number, order_unit, pack_quantity, lead_time_days)
        values ('bench', 'bolts', 'm8', 'B-8', 'pack', 10, 7)`,
    sql`insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id)
        select 'bench', 'plant-1', 'B-' || i, 'Bin ' || i, 'hall', 'm8' from generate_series(0, ${bins - 1}) i`,
    sql`insert into bin_sensor (tenant_id, site_id, device_id, bin_id, kind)
        select 'bench', 'plant-1', 'scale-' || i, 'B-' || i, 'weight' from generate_series(0, ${bins - 1}) i`,
    sql`insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, type, parameters, effective_from_ms,
                            created_at_ms, created_by)
        select 'bench', 'B-' || i, 1, 'bin', 'plant-1', 'B-' || i, 'MIN_MAX', ${policy}::jsonb, 0, 0, 'bench'
        from generate_series(0, ${bins - 1}) i`,
    sql`insert into item_location (tenant_id, site_id, bin_id, item_id, policy_id, policy_version)
        select 'bench', 'plant-1', 'B-' || i, 'm8', 'B-' || i, 1 from generate_series(0, ${bins - 1}) i`,
  ]) {
    await statement.execute(db);
  }
  return db;
}

export async function settle(db: Db): Promise<void> {
  await sql`analyze`.execute(db);
}
