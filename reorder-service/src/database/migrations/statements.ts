import { sql, type Kysely } from 'kysely';

/** Runs plain SQL one statement at a time: PGlite's extended protocol takes no more than one in a query. */
export async function runStatements(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Row level security for a table that came after row-level-security.ts, in the same words. */
export function tenantOnly(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `create policy tenant_only on ${table} to shelfwire_tenant
       using (tenant_id = current_setting('shelfwire.tenant', true))
       with check (tenant_id = current_setting('shelfwire.tenant', true))`,
    `grant select, insert, update, delete on ${table} to shelfwire_tenant`,
  ];
}
