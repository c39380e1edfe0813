import type { Tx } from '../database/with-tenant.ts';

interface Named {
  site_id: string;
  bin_id: string;
  item_id: string;
}

export interface Names {
  binName: string;
  itemName: string;
  unit: string;
}

/** What people call the bins and items that these rows speak of. */
export async function namesOf(
  tx: Tx,
  tenantId: string,
  rows: readonly Named[],
): Promise<(row: Pick<Named, 'site_id' | 'bin_id' | 'item_id'>) => Names> {
  if (rows.length === 0) return () => ({ binName: '', itemName: '', unit: '' });
  const bins = await tx
    .selectFrom('bin')
    .select(['site_id', 'bin_id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('bin_id', 'in', [...new Set(rows.map((row) => row.bin_id))])
    .execute();
  const items = await tx
    .selectFrom('item')
    .select(['item_id', 'name', 'unit'])
    .where('tenant_id', '=', tenantId)
    .where('item_id', 'in', [...new Set(rows.map((row) => row.item_id))])
    .execute();
  const binNames = new Map(bins.map((bin) => [`${bin.site_id}/${bin.bin_id}`, bin.name]));
  const itemsById = new Map(items.map((item) => [item.item_id, item]));
  return (row) => ({
    binName: binNames.get(`${row.site_id}/${row.bin_id}`) ?? row.bin_id,
    itemName: itemsById.get(row.item_id)?.name ?? row.item_id,
    unit: itemsById.get(row.item_id)?.unit ?? '',
  });
}
