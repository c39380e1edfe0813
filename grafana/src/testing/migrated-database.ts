import { Client } from 'pg';

interface Migrations {
  migrateToLatest: (db: unknown) => Promise<unknown>;
}
interface Databases {
  openDatabase: (url: string) => { destroy(): Promise<void> };
}

/**
 * Brings an empty database to the form the reorder-service gives it, by its own migrations, and connects to it. Dashboards
 * depend on those tables as any other reader of the database does, so this is the one place where they meet; only tests
 * come here.
 */
export async function migratedDatabase(url: string): Promise<Client> {
  const folder = new URL('../../../reorder-service/src/database/', import.meta.url);
  const { openDatabase } = (await import(new URL('open-database.ts', folder).pathname)) as Databases;
  const { migrateToLatest } = (await import(new URL('migrate.ts', folder).pathname)) as Migrations;
  const db = openDatabase(url);
  await migrateToLatest(db);
  await db.destroy();
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}
