import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { evaluate } from '../replenishment/evaluate.ts';
import { TEST_LOGGER, testMetrics } from '../replenishment/situation.ts';
import { SilentSensors } from './silent-sensors.ts';
import { StockLedger } from './stock-ledger.ts';

const MINUTE_MS = 60_000;

onEachEngine('a preferred sensor that falls silent', (database) => {
  async function bin() {
    const { db } = database;
    const tenantId = `t-${randomUUID().slice(0, 8)}`;
    const site = { tenantId, siteId: 'plant-1' };
    const outboxId = randomUUID();
    let [nowMs, sequence] = [1_763_800_000_000, 0];
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
suppliers: [{ tenantId: ${tenantId}, supplierId: bolts, name: Bolts, channel: console }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
supplierItems: [{ tenantId: ${tenantId}, supplierId: bolts, itemId: m8, partNumber: B-8 }]
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A, name: A, locationId: hall, itemId: m8, capacity: 100, fusion: prefer,
  sensors: [{ deviceId: scale, kind: weight }, { deviceId: sonar, kind: level }] }]
policies: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }]`;
    await seedCatalogue(db, parseCatalogue(yaml, 'test'), nowMs);
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    const ledger = new StockLedger(db, () => nowMs, TEST_LOGGER, testMetrics(), new TouchedBins(), publisher);
    const watch = new SilentSensors(db, () => nowMs, TEST_LOGGER, ledger, new TouchedBins());
    const hear = async (reading: object): Promise<void> => {
      const heard = { clockQuality: 'gateway', quality: 'good', receivedAtMs: ++nowMs, ...reading } as Reading;
      const readings = [{ sequence: ++sequence, reading: heard, raw: heard }];
      await ledger.apply(site, { gatewayId: 'gw', outboxId, readings });
      await ledger.flush();
    };
    return {
      tenantId,
      watch,
      weighs: (pieces: number, receivedAtMs = ++nowMs) =>
        hear({ kind: 'weight', deviceId: 'scale', netGrams: pieces * 10, stable: true, receivedAtMs }),
      sees: (pieces: number) => hear({ kind: 'level', deviceId: 'sonar', fillRatio: pieces / 100 }),
      later: (minutes: number) => (nowMs += minutes * MINUTE_MS),
      decides: async () => (await evaluate(db, site, ['A'], nowMs)).decisions[0]?.decision,
      level: async () =>
        (await db.selectFrom('stock_level').select('on_hand').where('tenant_id', '=', tenantId).executeTakeFirst())
          ?.on_hand,
    };
  }

  test('hands over to the next one, which agrees with it; orders rest on that one, and the proof says so', async () => {
    const { tenantId, watch, weighs, sees, later, decides, level } = await bin();
    await weighs(40);
    await sees(41);
    expect(await watch.run()).toBe(0);
    later(14);
    await sees(41);
    expect(await watch.run()).toBe(0);
    later(2);
    await sees(41);
    expect(await decides()).toBe('HELD');
    later(0.5);
    expect(await watch.run()).toBe(1);
    // Said once, by however many replicas.
    expect(await watch.run()).toBe(0);
    // Without a step: the difference was within what both may be wrong by.
    expect(await level()).toBe(40);
    expect(await decides()).toBe('WAIT');
    await sees(16);
    expect(await level()).toBe(15);
    expect(await decides()).toBe('ORDER');
    const { proof } = await database.db
      .selectFrom('order_proof')
      .select('proof')
      .where('tenant_id', '=', tenantId)
      .executeTakeFirstOrThrow();
    expect(proof['position']).toMatchObject({
      sensors: [
        { sensor: 'scale//weight', quality: 'stale', believed: false },
        { sensor: 'sonar//level', quality: 'good', believed: true },
      ],
    });
  });

  test('is believed again with its next good reading', async () => {
    const { watch, weighs, sees, later, decides, level } = await bin();
    await weighs(40);
    await sees(40);
    later(16);
    await sees(40);
    await watch.run();
    await sees(30);
    expect(await level()).toBe(30);
    await weighs(33);
    expect(await level()).toBe(33);
    expect(await decides()).toBe('WAIT');
    await sees(31);
    expect(await level()).toBe(33);
    expect(await watch.run()).toBe(0);
  });

  test('holds the bin where the other contradicts it, or is silent too, or has never spoken', async () => {
    const contradicted = await bin();
    await contradicted.weighs(40);
    await contradicted.sees(10);
    contradicted.later(16);
    await contradicted.sees(10);
    expect(await contradicted.watch.run()).toBe(0);
    expect(await contradicted.level()).toBe(40);
    expect(await contradicted.decides()).toBe('HELD');
    const both = await bin();
    await both.weighs(40);
    await both.sees(40);
    both.later(16);
    expect(await both.watch.run()).toBe(0);
    expect(await both.decides()).toBe('HELD');
    const alone = await bin();
    await alone.weighs(40);
    alone.later(16);
    expect(await alone.watch.run()).toBe(0);
    expect(await alone.decides()).toBe('HELD');
  });

  test('was only far behind: its late readings are put in their place, and it is believed again with the next', async () => {
    const { watch, weighs, sees, later, level } = await bin();
    await weighs(40);
    await sees(40);
    const thenMs = later(10);
    later(6);
    await sees(40);
    await watch.run();
    await weighs(38, thenMs);
    expect([38, 40]).toContain(await level());
    await weighs(37);
    expect(await level()).toBe(37);
  });
});
