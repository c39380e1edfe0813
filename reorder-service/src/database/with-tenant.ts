import { sql, type Transaction } from 'kysely';

import type { Db } from './open-database.ts';
import type { Schema } from './schema.ts';

export type Tx = Transaction<Schema>;

/**
 * `for these`: each statement is planned for the values it is given. `for any`: planned once, under a name, for any values
 * (prepared-statements.ts); where a few rows are read by many joins, planning costs several times what running does.
 * PostgreSQL left alone never keeps such a plan: made for any array, it looks dearer than one made for an array of one.
 */
export type Plans = 'for these' | 'for any';

const PLAN_CACHE_MODE = { 'for these': 'auto', 'for any': 'force_generic_plan' } as const;

/**
 * Runs `work` in one transaction that sees and writes the rows of one tenant only: PostgreSQL enforces it (design D12).
 * Commits when `work` resolves, rolls back when it rejects. Role, tenant and plans end with the transaction, so a pooled
 * connection never carries them over.
 */
export async function withTenant<Result>(
  db: Db,
  tenantId: string,
  work: (tx: Tx) => Promise<Result>,
  plans: Plans = 'for these',
): Promise<Result> {
  return db.transaction().execute(async (tx) => {
    await sql`
      select set_config('role', 'shelfwire_tenant', true), set_config('shelfwire.tenant', ${tenantId}, true),
             set_config('plan_cache_mode', ${PLAN_CACHE_MODE[plans]}, true)`.execute(tx);
    return work(tx);
  });
}
