import { sql, type Transaction } from 'kysely';

import type { Db } from './open-database.ts';
import type { Schema } from './schema.ts';

export type Tx = Transaction<Schema>;

/**
 * `for these`: each statement is planned for the values it is given. `for any`: planned once, under a name, for any few rows
 * (prepared-statements.ts); where few rows are read by many joins, planning costs several times what running does.
 */
export type Plans = 'for these' | 'for any';

/**
 * PostgreSQL left alone never keeps a plan for any array: it looks dearer than one made for an array of one. What is kept must
 * not depend on how full the tables were when it was made, so it finds few rows by index whatever their sizes: a plan that
 * read an empty table of orders from end to end takes the longer the more of them there are.
 */
const PLANNED_FOR = {
  'for these': sql``,
  'for any': sql`, set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
} as const;

/**
 * Runs `work` in one transaction that sees and writes the rows of one tenant only: PostgreSQL enforces it (design D12).
 * Commits when `work` resolves, rolls back when it rejects. Role, tenant and plans end with the transaction, so a pooled
 * connection never carries them over. Nothing is compiled (`jit`): that took longer than running what we ask, half of the
 * policy run over 50,000 bins.
 */
export async function withTenant<Result>(
  db: Db,
  tenantId: string,
  work: (tx: Tx) => Promise<Result>,
  plans: Plans = 'for these',
): Promise<Result> {
  return db.transaction().execute(async (tx) => {
    await sql`
      select set_config('role', 'shelfwire_tenant', true),
             set_config('shelfwire.tenant', ${tenantId}, true),
             set_config('jit', 'off', true)${PLANNED_FOR[plans]}`.execute(tx);
    return work(tx);
  });
}
