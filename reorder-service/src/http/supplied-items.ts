import { Inject, Injectable } from '@nestjs/common';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';

/** How long a changed catalogue may go unnoticed by a supplier who is looking. */
const REREAD_AFTER_MS = 60_000;

/** Which items a supplier sells, for filtering what happens without a query for each event. */
@Injectable()
export class SuppliedItems {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** @returns a test that answers at once, from what was read last */
  async watch(tenantId: string, supplierId: string): Promise<(itemId: string) => boolean> {
    let items = await this.#read(tenantId, supplierId);
    let readAtMs = Date.now();
    return (itemId) => {
      if (Date.now() - readAtMs > REREAD_AFTER_MS) {
        readAtMs = Date.now();
        this.#read(tenantId, supplierId).then(
          (fresh) => (items = fresh),
          // The next event after the pause tries again.
          () => undefined,
        );
      }
      return items.has(itemId);
    };
  }

  async #read(tenantId: string, supplierId: string): Promise<ReadonlySet<string>> {
    const rows = await withTenant(this.db, tenantId, (tx) =>
      tx.selectFrom('supplier_item').select('item_id').where('supplier_id', '=', supplierId).execute(),
    );
    return new Set(rows.map((row) => row.item_id));
  }
}
