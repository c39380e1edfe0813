import {
  createPglite,
  migrateToLatest,
  openPglite,
  overPglite,
  PreparedPglite,
  type Db,
} from '@shelfwire/reorder-service/parts';
import { sql } from 'kysely';

import type { Life } from './life.ts';

type Pglite = Awaited<ReturnType<typeof openPglite>>;

class ProcessDied extends Error {}

/** PostgreSQL in this process. It outlives the processes that use it, and a process may die between any two statements. */
export class SimulatedDatabase {
  readonly #pglite: Pglite;
  /** For looking and for setting up: not of any process. */
  readonly db: Db;
  #statementsUntilDeath = Infinity;
  #dieAfterCommit = false;
  #dieBeforeCommit = false;

  private constructor(pglite: Pglite) {
    this.#pglite = pglite;
    this.db = overPglite(pglite);
  }

  /** @param copyOf an image of another: making a database takes seconds, copying one does not */
  static async open(copyOf?: Blob): Promise<SimulatedDatabase> {
    const database = new SimulatedDatabase(await openPglite('pglite:memory:', copyOf));
    if (!copyOf) await migrateToLatest(database.db);
    // Six shelves fill no table: planning a statement anew costs more than any plan could save.
    await sql`set plan_cache_mode = force_generic_plan`.execute(database.db);
    return database;
  }

  /** Of a new database, in its newest form. */
  static async image(): Promise<Blob> {
    const pglite = await createPglite('pglite:memory:');
    await migrateToLatest(overPglite(new PreparedPglite(pglite)));
    const image = await pglite.dumpDataDir('none');
    await pglite.close();
    return image;
  }

  /** A site of its own for each run, in one database: making a database takes seconds. */
  async empty(): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(this.db);
    const tables = rows.map(({ name }) => sql.id(name));
    await sql`truncate ${sql.join(tables)} restart identity cascade`.execute(this.db);
  }

  close(): Promise<void> {
    return this.db.destroy();
  }

  armDeath(afterStatements: number): void {
    this.#statementsUntilDeath = afterStatements;
  }

  armDeathAfterCommit(): void {
    this.#dieAfterCommit = true;
  }

  /** All of a transaction is done but its end. */
  armDeathBeforeCommit(): void {
    this.#dieBeforeCommit = true;
  }

  get isDeathNear(): boolean {
    return this.#dieAfterCommit || this.#dieBeforeCommit || this.#statementsUntilDeath < Infinity;
  }

  disarm(): void {
    this.#statementsUntilDeath = Infinity;
    this.#dieAfterCommit = false;
    this.#dieBeforeCommit = false;
  }

  /** The connection of one process. After its death every statement fails and an open transaction is rolled back. */
  connectionOf(life: Life, die: () => void): Db {
    const pglite = this.#pglite;
    const statement = async <Result>(run: () => Promise<Result>): Promise<Result> => {
      if (!life.isDead) {
        this.#statementsUntilDeath -= 1;
        if (this.#statementsUntilDeath <= 0) die();
      }
      if (life.isDead) throw new ProcessDied('the process died');
      return run();
    };
    const overlay = {
      query: (...parameters: Parameters<Pglite['query']>) => statement(() => pglite.query(...parameters)),
      transaction: async (work: Parameters<Pglite['transaction']>[0]) => {
        const result = await pglite.transaction(async (tx) => {
          const query = (...parameters: Parameters<typeof tx.query>): Promise<unknown> =>
            statement(() => tx.query(...parameters));
          const done = await work(
            new Proxy(tx, { get: (of, key) => (key === 'query' ? query : Reflect.get(of, key)) }),
          );
          if (!this.#dieBeforeCommit || life.isDead) return done;
          die();
          throw new ProcessDied('the process died');
        });
        if (this.#dieAfterCommit && !life.isDead) die();
        return result;
      },
    };
    const proxy = new Proxy(pglite, {
      get: (of, key) => (key in overlay ? Reflect.get(overlay, key) : bound(of, Reflect.get(of, key, of))),
    });
    return overPglite(proxy);
  }
}

function bound(of: object, value: unknown): unknown {
  return typeof value === 'function' ? value.bind(of) : value;
}
