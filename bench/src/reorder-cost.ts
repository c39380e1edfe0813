import { evaluate, type Db } from '@shelfwire/reorder-service/measurable';
import { needs, PostgresServer } from '@shelfwire/test-servers';
import { sql } from 'kysely';

import { cpuSecondsOfTree } from './cpu-seconds.ts';
import { Backlog } from './reorder/backlog.ts';
import { StatementCount } from './reorder/counting.ts';
import { ReadingSource } from './reorder/ledger.ts';
import { openBenchSite, settle, SITE } from './reorder/site.ts';
import type { Row } from './row.ts';

const BINS = 2_000;
const NOW_MS = 1_763_800_000_000;
/** What the evaluator decides about at once when it has just begun. */
const BINS_PER_EVALUATION = 500;
const SINGLE_BINS = 50;
const READINGS = 50_000;
const BACKLOG_READINGS = 5_000;

const CHANGED_SHARES = [
  ['an unchanged reading', 0],
  ['a reading, one in ten changes', 0.1],
  ['a changed reading', 1],
] as const;

/** One piece of work, and how many readings, decisions or orders it is. */
type Work = (db: Db) => Promise<number>;

/**
 * What the reorder-service's work costs in things that a neighbour on the machine does not change: statements, and
 * processor time of this process and of PostgreSQL.
 */
export async function benchReorderCost(): Promise<Row[]> {
  if (!needs('postgres')) return [];
  const server = await PostgresServer.start();
  try {
    const db = await openBenchSite(server.createDatabase('cost'), BINS);
    const meter = new Meter(server.pid ?? 0, db);
    await settle(db);
    await meter.measure('a bin never measured, held', decideAll);
    const filled = new ReadingSource(db, BINS);
    await filled.fill();
    await settle(db);
    await meter.measure('a bin measured for the first time', decideAll);
    await meter.measure('a decision that changes nothing', decideAll);
    await meter.measure('a decision about one bin that changes nothing', decideSingly('now'));
    for (const [name, share] of CHANGED_SHARES) {
      await meter.measure(name, (counted) => filled.apply(READINGS * (share === 1 ? 0.1 : 1), share, counted));
    }
    await sql`update stock_level set on_hand = 10`.execute(db);
    await meter.measure('order of one low bin', decideSingly('first'));
    await meter.measure('order, all bins low', decideAll);
    await db.destroy();
    const backlogDb = await openBenchSite(server.createDatabase('backlog'), 1_000);
    await settle(backlogDb);
    const backlog = new Meter(server.pid ?? 0, backlogDb);
    await backlog.measure("late reading of a day's backlog", async (counted) => {
      await new Backlog(counted, 1_000, NOW_MS).run(BACKLOG_READINGS, BACKLOG_READINGS);
      return BACKLOG_READINGS;
    });
    await backlogDb.destroy();
    return [...meter.rows, ...backlog.rows];
  } finally {
    await server.close();
  }
}

async function decideAll(db: Db): Promise<number> {
  for (let from = 0; from < BINS; from += BINS_PER_EVALUATION) {
    const binIds = Array.from({ length: BINS_PER_EVALUATION }, (_, i) => `B-${from + i}`);
    await evaluate(db, SITE, binIds, NOW_MS + READINGS * 4);
  }
  return BINS;
}

function decideSingly(urgency: 'first' | 'now'): Work {
  return async (db) => {
    for (let i = 0; i < SINGLE_BINS; i += 1) await evaluate(db, SITE, [`B-${i}`], NOW_MS + READINGS * 4, urgency);
    return SINGLE_BINS;
  };
}

class Meter {
  readonly rows: Row[] = [];
  readonly #postgresPid: number;
  readonly #db: Db;

  constructor(postgresPid: number, db: Db) {
    this.#postgresPid = postgresPid;
    this.#db = db;
  }

  async measure(name: string, work: Work): Promise<void> {
    const statements = new StatementCount();
    const [own, postgres] = [process.cpuUsage(), await cpuSecondsOfTree(this.#postgresPid)];
    const pieces = await work(statements.of(this.#db));
    const used = process.cpuUsage(own);
    const postgresMicros = ((await cpuSecondsOfTree(this.#postgresPid)) - postgres) * 1e6;
    const row = (what: string, value: number, unit: string): void => {
      this.rows.push({ id: `reorder-cost/${name}, ${what}`, value: value / pieces, unit, ok: true });
    };
    if (statements.count > 0) row('statements', statements.count, 'statements');
    row('service', used.user + used.system, 'µs CPU');
    row('PostgreSQL', postgresMicros, 'µs CPU');
  }
}
