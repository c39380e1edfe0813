import { setImmediate, setTimeout } from 'node:timers/promises';

import type { SeededRandom } from '@shelfwire/test-servers';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

interface Statement {
  replica: string;
  pid: number;
  run: () => Promise<unknown>;
  /** For a lock. */
  hasWaited?: boolean;
}

/** So often whoever had the last turn has the next one too. */
const GOES_ON_CHANCE = 0.5;
/** Work that waits for nothing outside goes on within so many turns of the event loop. */
const CALM_TURNS = 3;

/**
 * Lets the statements of several replicas through to a real PostgreSQL one at a time, in an order that a seed chooses. A
 * statement that waits for a lock stays where it is, and the others go on: so every interleaving is one that could happen.
 */
export class Turnstile {
  statements = 0;
  /** How many of them waited for a lock that another held. */
  waits = 0;
  readonly #random: SeededRandom;
  /** @returns those of these connections that wait for a lock */
  readonly #waitingForLocks: (pids: readonly number[]) => Promise<readonly number[]>;
  #waiting: Statement[] = [];
  readonly #underWay = new Set<Statement>();
  #last = '';
  #isFree = true;

  constructor(random: SeededRandom, waitingForLocks: (pids: readonly number[]) => Promise<readonly number[]>) {
    this.#random = random;
    this.#waitingForLocks = waitingForLocks;
  }

  /** A pool of this replica: each of its statements waits for its turn. */
  around(replica: string, pool: PostgresPool): PostgresPool {
    const known = new Map<PostgresPoolClient, number>();
    return {
      ...pool,
      end: () => pool.end(),
      connect: async () => {
        const client = await pool.connect();
        const pid = known.get(client) ?? (await pidOf(client));
        known.set(client, pid);
        const query = (text: string, parameters: readonly unknown[]): Promise<unknown> =>
          this.#turn({ replica, pid, run: () => client.query(text, parameters) });
        return { query, release: () => client.release() } as PostgresPoolClient;
      },
    };
  }

  /** Everybody may go through until these are done. */
  async during(works: readonly Promise<unknown>[]): Promise<void> {
    let isOver = false;
    void Promise.allSettled(works).then(() => {
      isOver = true;
    });
    this.#isFree = false;
    for (;;) {
      await this.#calm();
      if (isOver) break;
      const next = this.#take();
      if (next) this.#start(next);
      else await setTimeout(1);
    }
    this.#isFree = true;
  }

  #turn<Result>(statement: Omit<Statement, 'run'> & { run: () => Promise<Result> }): Promise<Result> {
    if (this.#isFree) return statement.run();
    return new Promise((resolve, reject) => {
      const run = (): Promise<unknown> => statement.run().then(resolve, reject);
      this.#waiting.push({ ...statement, run });
    });
  }

  #take(): Statement | undefined {
    if (this.#waiting.length === 0) return undefined;
    const same = this.#waiting.filter(({ replica }) => replica === this.#last);
    const among = same.length > 0 && this.#random.next() < GOES_ON_CHANCE ? same : this.#waiting;
    const next = among[Math.floor(this.#random.next() * among.length)];
    this.#waiting = this.#waiting.filter((each) => each !== next);
    return next;
  }

  #start(statement: Statement): void {
    this.statements += 1;
    this.#last = statement.replica;
    this.#underWay.add(statement);
    void statement.run().then(() => this.#underWay.delete(statement));
  }

  /** Until every statement under way is done or waits for a lock, and nobody comes any more. */
  async #calm(): Promise<void> {
    for (;;) {
      const before = this.#waiting.length + this.statements;
      for (let turn = 0; turn < CALM_TURNS; turn += 1) await setImmediate();
      const pids = [...this.#underWay].map(({ pid }) => pid);
      if (pids.length > 0) {
        const blocked = await this.#waitingForLocks(pids);
        if (this.#underWay.size > blocked.length) continue;
        for (const statement of this.#underWay) {
          if (!statement.hasWaited) this.waits += 1;
          statement.hasWaited = true;
        }
      }
      if (this.#waiting.length + this.statements === before) return;
    }
  }
}

async function pidOf(client: PostgresPoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', []);
  const pid = rows[0]?.pid;
  if (pid === undefined) throw new Error('a connection without a process');
  return pid;
}
