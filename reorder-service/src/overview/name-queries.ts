import { Inject, Injectable } from '@nestjs/common';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';

export interface Names {
  suppliers: { supplierId: string; name: string }[];
  itemClasses: string[];
}

/** What forms offer to choose from. Reads only. */
@Injectable()
export class NameQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async names(tenantId: string): Promise<Names> {
    return withTenant(this.db, tenantId, async (tx) => {
      const suppliers = await tx
        .selectFrom('supplier')
        .select(['supplier_id as supplierId', 'name'])
        .where('tenant_id', '=', tenantId)
        .orderBy('name')
        .execute();
      const classes = await tx
        .selectFrom('item')
        .select('item_class')
        .distinct()
        .where('tenant_id', '=', tenantId)
        .where('item_class', 'is not', null)
        .orderBy('item_class')
        .execute();
      return { suppliers, itemClasses: classes.flatMap((row) => row.item_class ?? []) };
    });
  }
}
