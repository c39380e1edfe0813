import { needs, PostgresServer } from '@shelfwire/test-servers';
import { decide, evaluate, policySchema, type Db, type DecisionInput } from '@shelfwire/reorder-service/measurable';
import { sql } from 'kysely';

import { Backlog } from './reorder/backlog.ts';
import { ReadingSource } from './reorder/ledger.ts';
import { memoryAt } from './reorder/memory.ts';
import { openBenchSite, settle, SITE } from './reorder/site.ts';
import type { Row } from './row.ts';

const DEVICES = 5_000;
const ITEM_LOCATIONS = 50_000;
const RUN_MS = 4_000;
const NOW_MS = 1_763_800_000_000;
const BACKLOG_SCALES = 1_000;
const BACKLOG_READINGS = 20_000;
/** What came of the other gateway of the site meanwhile. */
const OTHER_READINGS = 100_000;
/** 100,000 readings in less than two minutes. */
const BACKLOG_BUDGET = 1_000;
const LEDGER_BUDGET = 20_000;
const POLICY_RUN_BUDGET_S = 5;
/** As the evaluator does. */
const BINS_PER_EVALUATION = 5_000;

/** The ledger and the decisions of the reorder-service: design section 6. */
export async function benchReorder(): Promise<Row[]> {
  const rows = [
    benchDecide(),
    ...(await benchEngine('PGlite', 'pglite:memory:')),
    ...(await benchPolicyRun('PGlite', 'pglite:memory:')),
  ];
  if (!needs('postgres')) return rows;
  const server = await PostgresServer.start();
  try {
    rows.push(...(await benchEngine('PostgreSQL', server.createDatabase('ledger'))));
    rows.push(await benchBacklog('PostgreSQL', server.createDatabase('backlog')));
    rows.push(...(await benchPolicyRun('PostgreSQL', server.createDatabase('policy_run'))));
    rows.push({
      id: `reorder/memory at ${ITEM_LOCATIONS} item-locations, PostgreSQL`,
      value: await memoryAt(server.createDatabase('memory'), ITEM_LOCATIONS),
      unit: 'MiB',
      ok: true,
    });
  } finally {
    await server.close();
  }
  return rows;
}

const OFFER: DecisionInput['offers'][number] = {
  supplierId: 'bolts',
  supplierName: 'Bolts Ltd',
  partNumber: 'B-8',
  orderUnit: 'pack',
  packQuantity: 10,
  orderMultiple: 1,
  minOrderQuantity: 1,
  maxOrderQuantity: null,
  preference: 1,
  available: true,
  leadTimeDays: 7,
  learned: null,
  priceBreaks: [],
};

function benchDecide(): Row {
  const input: DecisionInput = {
    nowMs: 1_763_800_000_000,
    unit: 'pcs',
    position: { onHand: 0, onOrder: 0, reserved: 0, backordered: 0 },
    policy: policySchema.parse({ type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }),
    timeZone: 'Europe/Berlin',
    plannedReviewAtMs: undefined,
    offers: [OFFER],
    doubt: { kind: 'none' },
    lowSinceMs: undefined,
    episode: undefined,
  };
  const decisions = 500_000;
  let ordered = 0;
  const startedAtMs = performance.now();
  for (let i = 0; i < decisions; i += 1) {
    input.position.onHand = i % 40;
    if (decide(input).kind === 'ORDER') ordered += 1;
  }
  const perSecond = decisions / ((performance.now() - startedAtMs) / 1_000);
  return { id: 'reorder/decide', value: perSecond, unit: 'decisions/s', ok: ordered > 0 };
}

async function benchEngine(engine: string, url: string): Promise<Row[]> {
  const db = await openBenchSite(url, DEVICES);
  try {
    const source = new ReadingSource(db, DEVICES);
    await settle(db);
    await source.fill();
    await settle(db);
    const rows: Row[] = [];
    for (const [name, share] of [
      ['heartbeats', 0],
      ['1 in 10 changes', 0.1],
      ['all change', 1],
    ] as const) {
      await source.run(share, RUN_MS / 4);
      const value = await source.run(share, RUN_MS);
      const held = engine === 'PostgreSQL' && share < 1;
      rows.push({
        id: `reorder/ledger, ${engine}, ${name}`,
        value,
        unit: 'readings/s',
        ...(held ? { budget: LEDGER_BUDGET } : {}),
        ok: !held || value >= LEDGER_BUDGET,
      });
    }
    rows.push(await balance(db, engine));
    return rows;
  } finally {
    await db.destroy();
  }
}

/** A ledger that is fast and wrong is worth nothing: the levels must be the sums of the movements. */
async function balance(db: Db, engine: string): Promise<Row> {
  const { rows } = await sql<{ wrong: number }>`
    select count(*) as wrong from stock_level l
    where on_hand <> (select sum(change) from stock_movement m where m.bin_id = l.bin_id)`.execute(db);
  const wrong = rows[0]?.wrong ?? Number.NaN;
  return {
    id: `reorder/ledger, ${engine}, levels that are not the sum`,
    value: wrong,
    unit: 'bins',
    budget: 0,
    ok: wrong === 0,
  };
}

/** A gateway that was away for a day: 500 scales, every reading of its backlog late. */
async function benchBacklog(engine: string, url: string): Promise<Row> {
  const db = await openBenchSite(url, BACKLOG_SCALES);
  try {
    await settle(db);
    const value = await new Backlog(db, BACKLOG_SCALES, NOW_MS).run(BACKLOG_READINGS, OTHER_READINGS);
    return {
      id: `reorder/ledger, ${engine}, a day's backlog of a gateway that was away`,
      value,
      unit: 'readings/s',
      budget: BACKLOG_BUDGET,
      ok: value >= BACKLOG_BUDGET,
    };
  } finally {
    await db.destroy();
  }
}

async function benchPolicyRun(engine: string, url: string): Promise<Row[]> {
  const db = await openBenchSite(url, ITEM_LOCATIONS);
  try {
    const source = new ReadingSource(db, ITEM_LOCATIONS);
    await settle(db);
    await source.fill();
    await settle(db);
    const binIds = Array.from({ length: ITEM_LOCATIONS }, (_, i) => `B-${i}`);
    const nowMs = 1_763_800_000_000 + ITEM_LOCATIONS;
    const rows: Row[] = [];
    for (const name of ['first', 'again']) {
      const startedAtMs = performance.now();
      for (let from = 0; from < binIds.length; from += BINS_PER_EVALUATION) {
        await evaluate(db, SITE, binIds.slice(from, from + BINS_PER_EVALUATION), nowMs);
      }
      const value = (performance.now() - startedAtMs) / 1_000;
      rows.push({
        id: `reorder/policy run over ${ITEM_LOCATIONS}, ${engine}, ${name}`,
        value,
        unit: 's',
        ...(engine === 'PostgreSQL' ? { budget: POLICY_RUN_BUDGET_S } : {}),
        ok: engine !== 'PostgreSQL' || value <= POLICY_RUN_BUDGET_S,
      });
    }
    return rows;
  } finally {
    await db.destroy();
  }
}
