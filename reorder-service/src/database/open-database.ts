import { PGlite, types as pgliteTypes } from '@electric-sql/pglite';
import { ShelfwireError } from '@shelfwire/contract';
import { makeFolder } from '@shelfwire/contract/service';
import { Kysely, PGliteDialect, PostgresDialect, type PostgresPool } from 'kysely';
import { Pool, types as pgTypes, type CustomTypesConfig } from 'pg';

import { PreparedPglite } from './prepared-pglite.ts';
import { preparing } from './prepared-statements.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;

const INT8_OID = 20;
const INT8_ARRAY_OID = 1016;

/**
 * Opens the system of record: `postgres://…`, or `pglite:<folder>` for PostgreSQL inside this process
 * (`pglite:memory:` keeps nothing). Both answer bigint as number: milliseconds, sequences and quantities all stay below
 * 2^53, and one that does not throws. Connects at the first query, not here.
 *
 * PGlite has one connection: a query on `db` while a transaction is open waits for it, so inside a transaction use the
 * transaction only.
 * @param options.around puts something around the connections to PostgreSQL: tests let each statement wait for its turn
 */
export function openDatabase(
  url: string,
  options: { connectionsMax?: number; around?: (pool: PostgresPool) => PostgresPool } = {},
): Db {
  if (url.startsWith('pglite:')) return overPglite(() => openPglite(url));
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new ShelfwireError(
      'DATABASE_URL_UNKNOWN',
      'The database URL must begin with postgres:// or pglite: (then a folder)',
    );
  }
  const pool = new Pool({ connectionString: url, max: options.connectionsMax ?? 10, types: POSTGRES_TYPES });
  // An idle connection that breaks (server restarted) is replaced at the next query; without a listener it would crash.
  pool.on('error', () => undefined);
  // One that breaks between two statements of a transaction tells by the next statement; here it would crash too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely({ dialect: new PostgresDialect({ pool: options.around?.(preparing(pool)) ?? preparing(pool) }) });
}

export function overPglite(pglite: PreparedPglite | (() => Promise<PreparedPglite>)): Db {
  return new Kysely({ dialect: new PGliteDialect({ pglite }) });
}

/** @param url `pglite:<folder>` or `pglite:memory:` */
export async function openPglite(url: string, copyOf?: Blob): Promise<PreparedPglite> {
  return new PreparedPglite(await createPglite(url, copyOf));
}

/** @param copyOf what `dumpDataDir` gave, for a new database to begin with */
export async function createPglite(url: string, copyOf?: Blob): Promise<PGlite> {
  const folder = url.slice('pglite:'.length);
  const inMemory = folder === 'memory:' || folder === 'memory://';
  if (!inMemory) makeFolder(folder);
  return PGlite.create({
    dataDir: inMemory ? 'memory://' : folder,
    ...(copyOf && { loadDataDir: copyOf }),
    parsers: {
      [pgliteTypes.INT8]: toNumber,
      [INT8_ARRAY_OID]: (text: string) => parseBigintArray(text),
    },
  });
}

const defaultParser = pgTypes.getTypeParser as (oid: number, format?: 'text' | 'binary') => unknown;

const POSTGRES_TYPES: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8_OID) return toNumber;
    if (oid === INT8_ARRAY_OID) return parseBigintArray;
    return defaultParser(oid, format);
  }) as CustomTypesConfig['getTypeParser'],
};

function toNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number exactly`);
  return value;
}

function parseBigintArray(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(toNumber);
}
