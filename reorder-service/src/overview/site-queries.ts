import { Inject, Injectable } from '@nestjs/common';
import type { Site } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';

/** The places of a tenant. Reads only. */
@Injectable()
export class SiteQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  list(tenantId: string): Promise<Site[]> {
    return withTenant(this.db, tenantId, (tx) =>
      tx
        .selectFrom('site')
        .select(['site_id as siteId', 'name', 'time_zone as timeZone'])
        .where('tenant_id', '=', tenantId)
        .orderBy('name')
        .execute(),
    );
  }
}
