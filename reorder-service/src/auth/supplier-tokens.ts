import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import type { SupplierPrincipal } from './principal.ts';

/**
 * Knows a supplier's system by the API token it sends. Looked up by the token's SHA-256: comparing hashes in the index
 * tells nothing about the token by its timing.
 */
@Injectable()
export class SupplierTokens {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async verify(token: string): Promise<SupplierPrincipal | undefined> {
    if (token === '') return undefined;
    const sha256 = createHash('sha256').update(token).digest('hex');
    const row = await this.db
      .selectFrom('supplier')
      .select(['tenant_id', 'supplier_id'])
      .where('api_token_sha256', '=', sha256)
      .executeTakeFirst();
    return row && { kind: 'supplier-system', tenantId: row.tenant_id, supplierId: row.supplier_id };
  }
}
