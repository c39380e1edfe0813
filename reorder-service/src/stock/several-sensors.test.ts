import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { beforeEach, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { evaluate } from '../replenishment/evaluate.ts';
import { applyReadings } from './apply-readings.ts';

onEachEngine('a bin with several sensors', (database) => {
  let nowMs = 1_763_800_000_000;
  let tenantId = '';
  let sequence = 0;
  const outboxId = randomUUID();
  const site = () => ({ tenantId, siteId: 'plant-1' });

  async function binWith(sensors: string, more = ''): Promise<void> {
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A, name: A, locationId: hall, itemId: m8, capacity: 100, sensors: [${sensors}]${more} }]
policies: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 }]`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), nowMs);
  }
  const scale = (deviceId: string): string => `{ deviceId: ${deviceId}, kind: weight }`;
  const PREFERRED = [
    `${scale('scale')}, { deviceId: sonar, kind: level }`,
    ', fusion: prefer, disagreeAfterSeconds: 60',
  ];

  const common = { clockQuality: 'gateway', quality: 'good' } as const;
  const shows = (deviceId: string, pieces: number, more: Partial<Reading> = {}): Promise<unknown> =>
    apply({ kind: 'weight', deviceId, ...common, netGrams: pieces * 10, stable: true, ...more } as Reading);
  const sees = (pieces: number): Promise<unknown> =>
    apply({ kind: 'level', deviceId: 'sonar', ...common, fillRatio: pieces / 100 } as Reading);
  const apply = (reading: Reading): Promise<unknown> => one({ ...reading, receivedAtMs: ++nowMs });
  const one = (reading: Reading | undefined, count?: { binId: string; quantity: number; by: string; atMs: number }) => {
    sequence += 1;
    const readings = [{ sequence, reading, raw: reading, ...(count ? { count } : {}) }];
    return withTenant(database.db, tenantId, (tx) =>
      applyReadings(tx, site(), { gatewayId: 'gw', outboxId, readings }, { nowMs, remembered: undefined }),
    );
  };
  const counts = (quantity: number) => one(undefined, { binId: 'A', quantity, by: 'anna', atMs: ++nowMs });
  const level = async (): Promise<number | undefined> =>
    (await database.db.selectFrom('stock_level').select('on_hand').where('tenant_id', '=', tenantId).executeTakeFirst())
      ?.on_hand;
  const decision = async (): Promise<string> =>
    (await evaluate(database.db, site(), ['A'], nowMs)).decisions[0]?.decision ?? 'none';
  const tasks = () =>
    database.db
      .selectFrom('counting_task')
      .select('reason')
      .where('tenant_id', '=', tenantId)
      .where('closed_at_ms', 'is', null)
      .execute();
  const movements = async () =>
    (
      await database.db
        .selectFrom('stock_movement')
        .select(['kind', 'change'])
        .where('tenant_id', '=', tenantId)
        .orderBy('movement_id')
        .execute()
    ).map(({ kind, change }) => `${kind} ${change}`);

  beforeEach(() => {
    tenantId = `t-${randomUUID().slice(0, 8)}`;
  });

  test('that add up is in doubt while one of them is, whatever the other says afterwards', async () => {
    await binWith(`${scale('left')}, ${scale('right')}`);
    await shows('left', 40);
    await shows('right', 5);
    expect(await level()).toBe(45);
    await shows('right', 5, { quality: 'overload' });
    await shows('left', 10);
    expect(await decision()).toBe('HELD');
    await shows('right', 5);
    expect(await decision()).toBe('HELD');
    expect(await level()).toBe(15);
  });

  test('that add up is in doubt when one of them has fallen silent', async () => {
    await binWith(`${scale('left')}, ${scale('right')}`);
    await shows('left', 40);
    await shows('right', 5);
    nowMs += 16 * 60_000;
    await shows('left', 40);
    await shows('left', 39, { quality: 'overload' });
    await shows('left', 39);
    expect(await decision()).toBe('HELD');
    expect(await tasks()).toEqual([{ reason: 'the sensor has been silent for 16 minutes' }]);
  });

  test('believes the preferred one, and the other only while that one is in doubt', async () => {
    await binWith(...(PREFERRED as [string, string]));
    await shows('scale', 40);
    await sees(41);
    expect(await level()).toBe(40);
    await shows('scale', 0, { quality: 'overload' });
    expect(await level()).toBe(40);
    await sees(31);
    expect(await level()).toBe(30);
    await shows('scale', 33);
    expect(await level()).toBe(33);
    expect(await movements()).toEqual(['ADJUSTMENT 40', 'CONSUMPTION -10', 'ADJUSTMENT 3']);
  });

  test('holds when its sensors contradict each other for long, asks for a count, and believes it', async () => {
    await binWith(...(PREFERRED as [string, string]));
    await shows('scale', 40);
    await sees(40);
    await sees(15);
    expect(await decision()).toBe('WAIT');
    nowMs += 61_000;
    await shows('scale', 40);
    expect(await decision()).toBe('HELD');
    expect(await tasks()).toEqual([{ reason: 'its sensors contradict each other' }]);
    await counts(38);
    expect(await decision()).toBe('WAIT');
    expect(await level()).toBe(38);
    await shows('scale', 30);
    expect(await level()).toBe(28);
  });

  test('is believed again when its sensors agree again', async () => {
    await binWith(...(PREFERRED as [string, string]));
    await shows('scale', 40);
    await sees(15);
    nowMs += 61_000;
    await shows('scale', 40);
    expect(await decision()).toBe('HELD');
    await sees(40);
    expect(await decision()).toBe('WAIT');
  });

  test('a count while the scale was in doubt is not taken off what the scale says when it is well again', async () => {
    await binWith(scale('scale'));
    await shows('scale', 40);
    await shows('scale', 0, { quality: 'overload' });
    await counts(22);
    await shows('scale', 22);
    expect(await level()).toBe(22);
    await shows('scale', 20);
    expect(await level()).toBe(20);
    expect(await movements()).toEqual(['ADJUSTMENT 40', 'ADJUSTMENT -18', 'CONSUMPTION -2']);
  });
});
