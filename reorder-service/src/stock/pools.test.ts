import { beforeAll, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { loadSituations } from '../replenishment/load-inputs.ts';
import { splitDemand } from './demand.ts';

const NOW_MS = 1_763_800_000_000;
const SITE = { tenantId: 'pool', siteId: 'plant-1' };
const bin = (binId: string, more = ''): string =>
  `  - { tenantId: pool, siteId: plant-1, binId: ${binId}, name: ${binId}, locationId: hall, itemId: m8${more} }`;
const CATALOGUE = `
tenants: [{ tenantId: pool, name: Demo, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: pool, itemId: m8, sku: M8, name: M8 bolts }, { tenantId: pool, itemId: m6, sku: M6, name: M6 bolts }]
bins:
${bin('OVER', ', overflowOf: MAIN')}
${bin('MAIN')}
${bin('ALONE')}
policies: [{ tenantId: pool, siteId: plant-1, binId: MAIN, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60 }]
`;

test('demand beyond the stock is backordered, and the position is the same', () => {
  expect(splitDemand(30, 12)).toEqual({ reserved: 12, backordered: 18 });
  expect(splitDemand(8, 12)).toEqual({ reserved: 8, backordered: 0 });
});

test('an overflow names a bin of the same item that has a policy of its own', () => {
  const wrong = (more: string): string => {
    try {
      parseCatalogue(CATALOGUE.replace('overflowOf: MAIN', more), 'test');
      return 'nothing wrong';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  expect(wrong('overflowOf: ALONE')).toBe('nothing wrong');
  expect(wrong('overflowOf: NOWHERE')).toContain('there is no pool/plant-1/NOWHERE');
  expect(wrong('overflowOf: OVER')).toContain('is itself an overflow');
});

onEachEngine('a pool of bins', (database) => {
  beforeAll(async () => {
    await seedCatalogue(database.db, parseCatalogue(CATALOGUE, 'test'), NOW_MS);
    const level = { tenant_id: 'pool', site_id: 'plant-1', item_id: 'm8', state: '{}', status: 'OK' as const };
    const known = { ...level, uncertainty: 0, observed_at_ms: NOW_MS, ledger_version: 1, disagreeing_since_ms: null };
    await database.db
      .insertInto('stock_level')
      .values([
        { ...known, bin_id: 'MAIN', on_hand: 15 },
        { ...known, bin_id: 'OVER', on_hand: 40 },
        { ...known, bin_id: 'ALONE', on_hand: 7 },
      ])
      .execute();
  });

  const positions = (binIds: string[]) =>
    withTenant(database.db, 'pool', async (tx) =>
      (await loadSituations(tx, SITE, binIds, NOW_MS)).map((each) => [each.binId, each.input.position]),
    );
  const position = (onHand: number, reserved = 0) => ({ onHand, onOrder: 0, reserved, backordered: 0 });

  test('is decided about once, with the sum of its bins, whichever of them was touched', async () => {
    expect(await positions(['OVER'])).toEqual([['MAIN', position(55)]]);
    expect(await positions(['ALONE', 'MAIN', 'OVER'])).toEqual([
      ['ALONE', position(7)],
      ['MAIN', position(55)],
    ]);
  });

  test('counts what is reserved at any of its bins, until it expires', async () => {
    const reservation = { tenant_id: 'pool', site_id: 'plant-1', item_id: 'm8', created_at_ms: 1, created_by: 'test' };
    await database.db
      .insertInto('reservation')
      .values([
        { ...reservation, bin_id: 'MAIN', reference: 'WO-1', quantity: 10, expires_at_ms: NOW_MS },
        { ...reservation, bin_id: 'MAIN', reference: 'WO-2', quantity: 5, expires_at_ms: NOW_MS + 1 },
        { ...reservation, bin_id: 'OVER', reference: 'WO-3', quantity: 7, fulfilled_quantity: 3 },
      ])
      .execute();
    expect(await positions(['MAIN'])).toEqual([['MAIN', position(55, 9)]]);
  });
});
