import type { ScannedReceipt } from '@shelfwire/contract/api';

import type { Tx } from '../database/with-tenant.ts';
import { openLinesOf, toDeliverOf } from '../orders/open-lines.ts';

/**
 * Lines that goods with this GTIN may have come on, the oldest order first.
 * @param count how many the code says there are; null: as many as are missing
 */
export async function findOpenLines(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  gtin: string,
  count: number | null,
): Promise<ScannedReceipt['openLines']> {
  const bins = await tx
    .selectFrom('bin as b')
    .innerJoin('item as i', (join) =>
      join.onRef('i.tenant_id', '=', 'b.tenant_id').onRef('i.item_id', '=', 'b.item_id'),
    )
    .select(['b.bin_id', 'b.name as bin_name', 'i.item_id', 'i.name', 'i.unit'])
    .where('b.tenant_id', '=', site.tenantId)
    .where('b.site_id', '=', site.siteId)
    .where('i.gtin', '=', gtin)
    .execute();
  const binNames = new Map(bins.map((bin) => [bin.bin_id, bin.bin_name]));
  const items = new Map(bins.map((bin) => [bin.item_id, bin]));
  const lines = await openLinesOf(
    tx,
    site,
    bins.map((bin) => bin.bin_id),
  );
  let rest = count;
  return lines.flatMap((line) => {
    const [item, remaining] = [items.get(line.itemId), toDeliverOf(line)];
    if (!item || remaining === 0) return [];
    const quantity = rest === null ? remaining : Math.min(rest, remaining);
    if (rest !== null) rest -= quantity;
    const { orderId, orderNumber, supplierId, lineNumber, binId, itemId } = line;
    return [
      {
        orderId,
        orderNumber,
        supplierId,
        lineNumber,
        binId,
        binName: binNames.get(binId) ?? binId,
        itemId,
        itemName: item.name,
        unit: item.unit,
        remaining,
        quantity,
      },
    ];
  });
}
