import { sql, type Transaction } from 'kysely';

import type { Db } from './open-database.ts';
import type { Schema } from './schema.ts';

export type Tx = Transaction<Schema>;

/**
 * Runs `work` in one transaction that sees and writes the rows of one tenant only: PostgreSQL enforces it (design D12).
 * Commits when `work` resolves, rolls back when it rejects. Role and tenant end with the transaction, so a pooled
 * connection never carries them over.
 */
export async function withTenant<Result>(db: Db, tenantId: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return db.transaction().execute(async (tx) => {
    await sql`select set_config('role', 'shelfwire_tenant', true), set_config('shelfwire.tenant', ${tenantId}, true)`.execute(
      tx,
    );
    return work(tx);
  });
}
