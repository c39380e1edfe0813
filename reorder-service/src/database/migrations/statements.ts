import { sql, type Kysely } from 'kysely';

/** Runs plain SQL one statement at a time: PGlite's extended protocol takes no more than one in a query. */
export async function runStatements(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
