import { createHash } from 'node:crypto';

import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';

/**
 * From so many joins on, planning a statement takes PostgreSQL longer than running it for a few bins: 6.6 ms and 0.6 ms for
 * what a decision rests on. Simpler ones are planned each time, by what their tables hold then.
 */
const JOINS_MIN = 4;
/** About thousands of bins at once, a plan made for exactly these is a third faster than one that must do for any number. */
const ELEMENTS_MAX = 100;
/** Of one process; a connection keeps the plan of each. */
const STATEMENTS_MAX = 50;
/** Texts that were looked at, so that each is looked at once. */
const TEXTS_MAX = 1_000;
/** `cached plan must not change result type`: a migration ran meanwhile. */
const FEATURE_NOT_SUPPORTED = '0A000';

const names = new Map<string, string | undefined>();
let named = 0;

/** @returns the name under which a connection keeps the plan of this statement; undefined if it is planned each time */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= TEXTS_MAX || names.has(text)) return known;
  const joins = text.match(/\bjoin\b/g)?.length ?? 0;
  // Kysely spells out every element of a list, so that there is no end of such texts.
  const isWorthIt = joins >= JOINS_MIN && !/ in \(\$\d+/.test(text) && named < STATEMENTS_MAX;
  const name = isWorthIt ? `s${createHash('sha256').update(text).digest('hex').slice(0, 24)}` : undefined;
  if (name !== undefined) named += 1;
  names.set(text, name);
  return name;
}

/** A pool whose connections plan the statements with many joins once. After a few runs PostgreSQL keeps such a plan. */
export function preparing(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PreparingClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect();
      const known = clients.get(client) ?? new PreparingClient(client);
      clients.set(client, known);
      return known;
    },
  };
}

class PreparingClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #prepares = true;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  readonly query = (async (text: string, parameters: readonly unknown[]) => {
    const values = [...parameters];
    const isSmall = values.every((value) => !Array.isArray(value) || value.length <= ELEMENTS_MAX);
    const name = this.#prepares && isSmall ? nameOf(text) : undefined;
    if (name === undefined) return this.#client.query(text, values);
    try {
      return await this.#client.query({ name, text, values });
    } catch (error) {
      // What is tried again on this connection is planned anew.
      if ((error as { code?: unknown }).code === FEATURE_NOT_SUPPORTED) this.#prepares = false;
      throw error;
    }
  }) as unknown as PostgresPoolClient['query']; // of its two forms the one without a cursor, which nobody here has

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}
