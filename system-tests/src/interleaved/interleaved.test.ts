import { needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { interleave } from './interleave.ts';
import { SharedDatabase } from './replicas.ts';

// New each day; a failure prints the seed. `SHELFWIRE_INTERLEAVED_RUNS=500` is the long form.
const seed = Number(process.env['FAULT_SEED'] ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const RUNS = Number(process.env['SHELFWIRE_INTERLEAVED_RUNS'] ?? 2);

describe.runIf(needs('postgres'))('two replicas over one PostgreSQL', () => {
  let database: SharedDatabase;
  beforeAll(async () => {
    database = await SharedDatabase.start();
  });
  afterAll(() => database.close());

  test(
    `do nothing twice and forget nothing, whosever statement comes first (${RUNS} orders of statements)`,
    async () => {
      let [statements, waits, orders] = [0, 0, 0];
      for (let run = 0; run < RUNS; run += 1) {
        const lived = await interleave(database, seed + run);
        expect(lived.broken, `seed ${seed + run}`).toEqual([]);
        statements += lived.statements;
        waits += lived.waits;
        orders += lived.orders;
      }
      process.stdout.write(`${RUNS} runs: ${statements} statements, ${waits} waits for locks, ${orders} orders\n`);
      // Or nobody met anybody, and nothing was tried.
      expect(waits).toBeGreaterThan(0);
      expect(orders).toBeGreaterThan(0);
    },
    60_000 + RUNS * 20_000,
  );
});
