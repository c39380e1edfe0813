import { randomUUID } from 'node:crypto';

import type { Reading, ReadingQuality } from '@shelfwire/contract';
import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { forgetOld, OBSERVATIONS_KEPT_MS } from '../upkeep/forget-old.ts';
import { applyReadings, type Applied } from './apply-readings.ts';
import type { SiteMemory } from './site-memory.ts';
import { writeEachSensor, writeSensors } from './write-ledger.ts';

const NOW_MS = 1_763_800_000_000;
const SITE = { tenantId: 'demo', siteId: 'plant-1' };

function catalogue(bins: number): string {
  const list = Array.from(
    { length: bins },
    (_, i) =>
      `  - { tenantId: demo, siteId: plant-1, binId: B-${i}, name: B ${i}, locationId: hall, itemId: m8, sensor: { deviceId: scale-${i}, kind: weight } }`,
  );
  return [
    'tenants: [{ tenantId: demo, name: Demo, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]',
    'items: [{ tenantId: demo, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]',
    'bins:',
    ...list,
  ].join('\n');
}

const weight = (bin: number, atMs: number, pieces: number, more: Partial<Reading> = {}): Reading =>
  ({
    kind: 'weight',
    deviceId: `scale-${bin}`,
    receivedAtMs: NOW_MS + atMs,
    clockQuality: 'gateway',
    quality: 'good',
    netGrams: pieces * 10,
    stable: true,
    ...more,
  }) as Reading;

/** A gateway whose outbox numbers its readings, and a replica of ours that remembers. */
class Replica {
  memory: SiteMemory | undefined;
  nowMs = NOW_MS + 60_000; // behind every reading
  constructor(private readonly db: Db) {}

  async apply(outboxId: string, from: number, readings: readonly (Reading | undefined)[]): Promise<Applied> {
    const sequenced = readings.map((reading, i) => ({ sequence: from + i, reading, raw: reading ?? 'broken' }));
    const applied = await withTenant(this.db, SITE.tenantId, (tx) =>
      applyReadings(
        tx,
        SITE,
        { gatewayId: 'gw-1', outboxId, readings: sequenced },
        { nowMs: this.nowMs, remembered: this.memory },
      ),
    );
    for (const [binId, bin] of applied.bins) applied.memory?.bins.set(binId, bin);
    this.memory = applied.memory;
    return applied;
  }
}

onEachEngine('the ledger', (database) => {
  beforeAll(() => seedCatalogue(database.db, parseCatalogue(catalogue(84), 'test'), NOW_MS));

  async function ledgerOf(
    bin: number,
  ): Promise<{ net: Record<string, number>; onHand: number | undefined; sum: number }> {
    const { rows } = await sql<{ at: number; change: number }>`
      select at_ms - ${NOW_MS} as at, sum(change)::bigint as change from stock_movement where bin_id = ${`B-${bin}`}
      group by at_ms having sum(change) <> 0 order by at_ms`.execute(database.db);
    const level = await database.db
      .selectFrom('stock_level')
      .select('on_hand')
      .where('bin_id', '=', `B-${bin}`)
      .executeTakeFirst();
    return {
      net: Object.fromEntries(rows.map((row) => [row.at, row.change])),
      onHand: level?.on_hand,
      sum: rows.reduce((total, row) => total + row.change, 0),
    };
  }

  const count = async (
    table: 'stock_movement' | 'stock_checkpoint' | 'applied_run' | 'parked_reading',
  ): Promise<number> => {
    const row = await database.db
      .selectFrom(table)
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    return row.n;
  };

  test('late readings that say what was known rewrite nothing and touch no bin, the others only their own', async () => {
    const replica = new Replica(database.db);
    const [away, back] = [randomUUID(), randomUUID()];
    await replica.apply(away, 1, [weight(83, 1, 40), weight(82, 1, 40)]);
    const live = await replica.apply(back, 1, [weight(83, 1_000, 30), weight(82, 1_000, 30)]);
    expect([...live.lateBinIds]).toEqual([]);
    const [movements, checkpoints] = [await count('stock_movement'), await count('stock_checkpoint')];

    const repeated = [100, 200, 300].flatMap((atMs) => [weight(83, atMs, 40), weight(82, atMs, 40.1)]);
    const silent = await replica.apply(away, 3, repeated);
    expect(silent.counts).toMatchObject({ changed: 0, unchanged: 6 });
    expect(silent.touchedBinIds).toEqual([]);
    expect([await count('stock_movement'), await count('stock_checkpoint')]).toEqual([movements, checkpoints]);

    const told = await replica.apply(away, 9, [weight(83, 400, 40), weight(82, 400, 35)]);
    expect(told.touchedBinIds).toEqual(['B-82']);
    expect([...told.lateBinIds]).toEqual(['B-82']);
    expect(await ledgerOf(83)).toEqual({ net: { 1: 40, 1000: -10 }, onHand: 30, sum: 30 });
    expect(await ledgerOf(82)).toEqual({ net: { 1: 40, 400: -5, 1000: -5 }, onHand: 30, sum: 30 });
  });

  test('books what changed and remembers the rest in one row', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    const first = await replica.apply(outbox, 1, [weight(0, 1, 40), weight(1, 1, 10)]);
    expect(first.counts).toEqual({ changed: 2, unchanged: 0, doubtful: 0, ignored: 0, parked: 0 });
    const movements = await count('stock_movement');
    const runs = await count('applied_run');
    const heartbeats = Array.from({ length: 50 }, (_, i) => weight(0, 2 + i, 40.1));
    const quiet = await replica.apply(outbox, 3, heartbeats);
    expect(quiet.counts).toMatchObject({ changed: 0, unchanged: 50 });
    expect(await count('stock_movement')).toBe(movements);
    expect(await count('applied_run')).toBe(runs + 1);
  });

  test('counts a reading once, however often and however cut it comes', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    const readings = [weight(2, 1, 40), weight(2, 2, 30), weight(2, 3, 35), weight(2, 4, 5)];
    await replica.apply(outbox, 1, readings.slice(0, 3));
    const again = await replica.apply(outbox, 2, readings.slice(1));
    expect(again.repeated).toBe(2);
    await replica.apply(outbox, 1, readings);
    expect(await ledgerOf(2)).toEqual({ net: { 1: 40, 2: -10, 3: 5, 4: -30 }, onHand: 5, sum: 5 });
  });

  test('puts a late reading where it belongs, with corrections that keep the sum', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await replica.apply(outbox, 1, [weight(3, 10, 40), weight(3, 20, 40.1), weight(3, 30, 25)]);
    const late = await replica.apply(outbox, 4, [weight(3, 15, 30, { historical: true })]);
    expect(late.movements.length).toBeGreaterThan(1);
    expect(late.counts, 'one reading came').toMatchObject({ changed: 1, unchanged: 0 });
    expect(await ledgerOf(3)).toEqual({ net: { 10: 40, 15: -10, 20: 10, 30: -15 }, onHand: 25, sum: 25 });
  });

  test('knows after a restart, and on another replica, that a reading is late', async () => {
    const outbox = randomUUID();
    await new Replica(database.db).apply(outbox, 1, [weight(4, 10, 40), weight(4, 30, 40)]);
    await new Replica(database.db).apply(outbox, 3, [weight(4, 20, 30)]);
    expect(await ledgerOf(4)).toEqual({ net: { 10: 40, 20: -10, 30: 10 }, onHand: 40, sum: 40 });
  });

  test('two replicas in turns see what the other did', async () => {
    const [one, two] = [new Replica(database.db), new Replica(database.db)];
    const outbox = randomUUID();
    for (let i = 0; i < 6; i += 1) await (i % 2 === 0 ? one : two).apply(outbox, i + 1, [weight(5, i + 1, 40 - i)]);
    expect(await ledgerOf(5)).toMatchObject({ onHand: 35, sum: 35 });
  });

  test('keeps what it cannot use, and goes on', async () => {
    const before = await count('parked_reading');
    const outbox = randomUUID();
    const stranger = { ...weight(0, 1, 1), deviceId: 'stranger' };
    const applied = await new Replica(database.db).apply(outbox, 1, [stranger, undefined, weight(6, 1, 7)]);
    expect(applied.counts).toMatchObject({ changed: 1, parked: 2 });
    expect(await count('parked_reading')).toBe(before + 2);
  });

  test('a scale that is replaced in the catalogue is replaced in the level, and what the old one says is parked', async () => {
    const site = 'B-replaced';
    const bin = (deviceId: string): string =>
      `${catalogue(1)}\n  - { tenantId: demo, siteId: plant-1, binId: ${site}, name: R, locationId: hall, itemId: m8, sensor: { deviceId: ${deviceId}, kind: weight } }`;
    const shown = (deviceId: string, atMs: number): Reading => ({ ...weight(0, atMs, 40), deviceId });
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await seedCatalogue(database.db, parseCatalogue(bin('old-scale'), 'test'), NOW_MS);
    await replica.apply(outbox, 1, [shown('old-scale', 10)]);
    await seedCatalogue(database.db, parseCatalogue(bin('new-scale'), 'test'), NOW_MS);
    await replica.apply(outbox, 2, [shown('new-scale', 20)]);
    const late = await replica.apply(outbox, 3, [shown('new-scale', 15), shown('old-scale', 30)]);
    expect(late.counts).toMatchObject({ parked: 1 });
    const levels = await database.db
      .selectFrom('stock_level')
      .select(['on_hand', 'state'])
      .where('bin_id', '=', site)
      .execute();
    expect(levels).toMatchObject([{ on_hand: 40, state: { values: { 'new-scale': 40 } } }]);
    expect(levels[0]?.state['values']).not.toHaveProperty('old-scale');
  });

  test('a gateway whose clock is a day ahead does not freeze the level', async () => {
    const DAY_MS = 86_400_000;
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await replica.apply(outbox, 1, [weight(8, DAY_MS, 40), weight(8, DAY_MS + 1, 39)]);
    await replica.apply(outbox, 3, [weight(8, DAY_MS + 2, 12)]);
    expect(await ledgerOf(8)).toMatchObject({ onHand: 12 });
    replica.nowMs += 2 * 60_000;
    await replica.apply(outbox, 4, [weight(8, 2 * 60_000, 11)]);
    expect(await ledgerOf(8)).toMatchObject({ onHand: 11, sum: 11 });
    const sensor = await database.db
      .selectFrom('sensor_state')
      .select('last_reading_at_ms')
      .where('bin_id', '=', 'B-8')
      .executeTakeFirstOrThrow();
    expect(sensor.last_reading_at_ms).toBeLessThanOrEqual(replica.nowMs);
  });

  test('a gateway whose clock was set back by an hour does not freeze the level', async () => {
    const HOUR_MS = 3_600_000;
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await replica.apply(outbox, 1, [weight(80, 10, 40)]);
    const notBeforeMs = NOW_MS + 10;
    await replica.apply(outbox, 2, [weight(80, 20 - HOUR_MS, 31, { notBeforeMs })]);
    expect(await ledgerOf(80)).toMatchObject({ onHand: 31 });
    await replica.apply(outbox, 3, [weight(80, 30 - HOUR_MS, 30, { notBeforeMs }), weight(80, 40, 25)]);
    expect(await ledgerOf(80)).toMatchObject({ onHand: 25, sum: 25 });
  });

  test('a reading older than what is kept is parked, and the level stays', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await replica.apply(outbox, 1, [weight(9, 1, 40)]);
    replica.nowMs += 2 * OBSERVATIONS_KEPT_MS;
    await forgetOld(database.db, replica.nowMs);
    const late = await replica.apply(outbox, 2, [weight(9, 0, 3, { historical: true })]);
    expect(late.counts).toMatchObject({ changed: 0, parked: 1 });
    expect(await ledgerOf(9)).toMatchObject({ onHand: 40, sum: 40 });
  });

  test('a doubtful reading changes no level and marks the sensor', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    await replica.apply(outbox, 1, [weight(7, 1, 40)]);
    const doubtful = await replica.apply(outbox, 2, [weight(7, 2, 3, { quality: 'uncalibrated' })]);
    expect(doubtful).toMatchObject({ counts: { changed: 0, doubtful: 1 }, touchedBinIds: ['B-7'] });
    const sensor = await database.db.selectFrom('sensor_state').select('quality').where('bin_id', '=', 'B-7').execute();
    expect(sensor).toEqual([{ quality: 'uncalibrated' }]);
    expect(await ledgerOf(7)).toMatchObject({ onHand: 40 });
  });

  test('a good reading of a load that still moves is no fault of the sensor; one of a weight that cannot be is', async () => {
    const replica = new Replica(database.db);
    const outbox = randomUUID();
    const quality = async (): Promise<string | undefined> =>
      (await database.db.selectFrom('sensor_state').select('quality').where('bin_id', '=', 'B-79').executeTakeFirst())
        ?.quality;
    await replica.apply(outbox, 1, [weight(79, 1, 40)]);
    const moving = await replica.apply(outbox, 2, [weight(79, 2, 38, { stable: false })]);
    expect(moving.counts).toMatchObject({ changed: 0, doubtful: 1 });
    expect(await quality()).toBe('unstable');
    // Far below the empty bin: the tare is lost.
    await replica.apply(outbox, 3, [weight(79, 3, -50)]);
    expect(await quality()).toBe('implausible');
    expect(await ledgerOf(79)).toMatchObject({ onHand: 40 });
  });

  test('a sensor is in doubt since its quality changed, and what is older than what it said last changes nothing', async () => {
    const stateOf = async () => {
      const rows = database.db.selectFrom('sensor_state').select(['last_reading_at_ms', 'quality', 'quality_since_ms']);
      const row = await rows.where('bin_id', '=', 'B-78').executeTakeFirstOrThrow();
      return [row.quality, row.last_reading_at_ms, row.quality_since_ms];
    };
    const says = async (quality: ReadingQuality, lastReadingAtMs: number) => {
      await withTenant(database.db, SITE.tenantId, (tx) =>
        writeSensors(tx, SITE, [{ binId: 'B-78', lastReadingAtMs, quality }]),
      );
      return stateOf();
    };
    expect(await says('good', 10)).toEqual(['good', 10, 10]);
    expect(await says('overload', 20)).toEqual(['overload', 20, 20]);
    expect(await says('overload', 30)).toEqual(['overload', 30, 20]);
    expect(await says('good', 29)).toEqual(['overload', 30, 20]);
    // Of one millisecond the later word counts.
    expect(await says('good', 30)).toEqual(['good', 30, 30]);
  });

  test('of each sensor of a bin its newest word is kept, whichever replica writes last', async () => {
    const says = async (lastReadingAtMs: number, quality: ReadingQuality) => {
      const row = { binId: 'B-77', sensor: 'left', lastReadingAtMs, quality };
      await withTenant(database.db, SITE.tenantId, (tx) => writeEachSensor(tx, SITE, [row]));
      const rows = database.db.selectFrom('each_sensor_state').select(['last_reading_at_ms', 'quality']);
      return rows.where('bin_id', '=', 'B-77').execute();
    };
    expect(await says(20, 'overload')).toEqual([{ last_reading_at_ms: 20, quality: 'overload' }]);
    expect(await says(19, 'good')).toEqual([{ last_reading_at_ms: 20, quality: 'overload' }]);
    expect(await says(20, 'good')).toEqual([{ last_reading_at_ms: 20, quality: 'good' }]);
  });

  test('any order, any cuts, any repeats, by any replica: the ledger of readings in order', async () => {
    let next = 10;
    let epoch = 1_000;
    const anyCase = fc
      .array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 8 })
      .chain((pieces) =>
        fc.tuple(
          fc.constant(pieces),
          fc.shuffledSubarray([...pieces.keys()], { minLength: pieces.length, maxLength: pieces.length }),
          fc.array(fc.nat(pieces.length), { maxLength: 3 }),
          fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(anyCase, async ([pieces, order, cuts, who]) => {
        const [inOrder, mixed] = [next, next + 1];
        next = next + 2 >= 80 ? 10 : next + 2;
        // Bins are used again: later than everything before.
        const startMs = (epoch += 1_000);
        const replicas = [new Replica(database.db), new Replica(database.db), new Replica(database.db)];
        for (const replica of replicas) replica.nowMs += startMs; // behind every reading, in however many runs
        const outbox = randomUUID();
        const zero = pieces.map((each, i) => weight(inOrder, startMs + i, each));
        await replicas[0]?.apply(outbox, 1, zero);
        const readings = order.map((at) => weight(mixed, startMs + at, pieces[at] ?? 0));
        const other = randomUUID();
        const bounds = [0, ...cuts.sort((a, b) => a - b), readings.length];
        for (const [i, from] of bounds.entries()) {
          // Each part overlaps what came before: repeats at the front.
          const start = Math.max(0, from - 1);
          const part = readings.slice(start, bounds[i + 1]);
          if (part.length > 0) await replicas[who[i] ?? 0]?.apply(other, start + 1, part);
        }
        const [a, b] = [await ledgerOf(inOrder), await ledgerOf(mixed)];
        expect(b.sum).toBe(b.onHand);
        expect(b.onHand).toBe(a.onHand);
        const since = ({ net }: { net: Record<string, number> }): unknown =>
          Object.entries(net).filter(([at]) => Number(at) > startMs);
        expect(since(b)).toEqual(since(a));
      }),
      { numRuns: 15 },
    );
  });

  test('a sensor that was silent and then tells of a pick is known to have spoken when that is decided about', async () => {
    const replica = new Replica(database.db);
    const [outbox, pauseMs] = [randomUUID(), 30 * 60_000];
    replica.nowMs += pauseMs;
    const lastSeenMs = async (): Promise<number> => {
      const row = database.db.selectFrom('sensor_state').select('last_reading_at_ms').where('bin_id', '=', 'B-81');
      return (await row.executeTakeFirstOrThrow()).last_reading_at_ms - NOW_MS;
    };
    await replica.apply(outbox, 1, [weight(81, 1, 40)]);
    await replica.apply(outbox, 2, [weight(81, 30_000, 38)]);
    expect(await lastSeenMs()).toBe(1); // flushed within seconds: no sensor is given up so soon
    await replica.apply(outbox, 3, [weight(81, pauseMs, 35)]);
    expect(await lastSeenMs()).toBe(pauseMs);
  });
});
