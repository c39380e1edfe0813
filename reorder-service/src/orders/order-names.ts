import type { Tx } from '../database/with-tenant.ts';
import type { Order } from './order.ts';

/** What people call what stands in an order; an id where nothing else is known. */
export interface OrderNames {
  item: (lineNumber: number) => string;
  supplier: (supplierId: string) => string;
  /** "24 Dec 2026, 10:00", where the site is. */
  time: (atMs: number) => string;
}

export async function namesInOrder(tx: Tx, order: Order): Promise<OrderNames> {
  const lines = await tx
    .selectFrom('purchase_order_line')
    .select(['line_number', 'description'])
    .where('order_id', '=', order.orderId)
    .execute();
  const suppliers = await tx
    .selectFrom('supplier')
    .select(['supplier_id', 'name'])
    .where('tenant_id', '=', order.tenantId)
    .execute();
  const site = await tx
    .selectFrom('site')
    .select('time_zone')
    .where('tenant_id', '=', order.tenantId)
    .where('site_id', '=', order.siteId)
    .executeTakeFirst();
  const itemNames = new Map(lines.map((line) => [line.line_number, line.description]));
  const supplierNames = new Map(suppliers.map((supplier) => [supplier.supplier_id, supplier.name]));
  const format = { timeZone: site?.time_zone ?? 'UTC', dateStyle: 'medium', timeStyle: 'short' } as const;
  return {
    item: (lineNumber) => itemNames.get(lineNumber) ?? `line ${lineNumber}`,
    supplier: (supplierId) => supplierNames.get(supplierId) ?? supplierId,
    time: (atMs) => new Date(atMs).toLocaleString('en-GB', format),
  };
}
