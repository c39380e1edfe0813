import { describe, expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { BinStory, TEST_LOGGER } from '../replenishment/situation.ts';
import { parseCatalogue } from './catalogue-file.ts';
import { PolicySchedule } from './policy-schedule.ts';
import { seedCatalogue } from './seed.ts';

const DAY_MS = 86_400_000;
const COMMON = 'confirmSeconds: 0';

onEachEngine('policies', (database) => {
  async function storyWith(policies: string): Promise<BinStory> {
    const story = await BinStory.of(database.db, {
      bin: '',
      policy: `type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, ${COMMON}`,
    });
    await seed(story, policies);
    return story;
  }

  async function seed(story: BinStory, policies: string): Promise<void> {
    const { tenantId } = story;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items:
  - { tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10, itemClass: fasteners }
  - { tenantId: ${tenantId}, itemId: oil, sku: OIL, name: Oil }
bins:
  - { tenantId: ${tenantId}, siteId: plant-1, binId: A-02, name: A 2, locationId: hall, itemId: m8 }
  - { tenantId: ${tenantId}, siteId: plant-1, binId: B-01, name: B 1, locationId: hall, itemId: oil }
policies:
${policies.replaceAll('TENANT', tenantId)}`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), story.nowMs);
  }

  async function held(story: BinStory): Promise<Record<string, string | null>> {
    const rows = await database.db
      .selectFrom('item_location')
      .select(['bin_id', 'policy_id', 'policy_version'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('bin_id')
      .execute();
    return Object.fromEntries(
      rows.map((row) => [row.bin_id, row.policy_id === null ? null : `${row.policy_id} v${row.policy_version}`]),
    );
  }

  test('the narrowest holds: bin, item at the site, item, class at the site, class, site', async () => {
    const story = await storyWith(`  - { tenantId: TENANT, siteId: plant-1, type: DO_NOT_STOCK }`);
    expect(await held(story)).toEqual({
      'A-01': 'plant-1/A-01 v1',
      'A-02': 'site:plant-1 v1',
      'B-01': 'site:plant-1 v1',
    });
    const steps = [
      ['itemClass: fasteners', 'class:fasteners v1'],
      ['itemClass: fasteners, siteId: plant-1', 'class:fasteners@plant-1 v1'],
      ['itemId: m8', 'item:m8 v1'],
      ['itemId: m8, siteId: plant-1', 'item:m8@plant-1 v1'],
    ];
    for (const [scope, policyId] of steps) {
      await seed(story, `  - { tenantId: TENANT, ${scope}, type: LOT_FOR_LOT }`);
      expect(await held(story)).toEqual({
        'A-01': 'plant-1/A-01 v1',
        'A-02': policyId,
        'B-01': 'site:plant-1 v1',
      });
    }
  });

  test('what was written for a date takes effect by itself at that moment, and the bin is decided about anew', async () => {
    const story = await BinStory.of(database.db);
    const touched = new TouchedBins();
    const touches: string[] = [];
    touched.touches.subscribe((touch) => touches.push(...touch.binIds));
    const schedule = new PolicySchedule(database.db, () => story.nowMs, TEST_LOGGER, touched);
    await story.shows(30);
    expect(await story.decide()).toBe('WAIT');
    const fromMs = story.nowMs + DAY_MS;
    await seedOwn(story, fromMs);
    await schedule.run();
    touches.length = 0;
    story.later(fromMs - 1 - story.nowMs);
    await schedule.run();
    expect(touches).toEqual([]);
    await story.shows(30);
    expect(await story.decide()).toBe('WAIT');
    story.later(Math.max(0, fromMs - story.nowMs));
    await schedule.run();
    expect(touches).toContain('A-01');
    expect((await held(story))['A-01']).toBe('plant-1/A-01 v2');
    expect(await story.decide()).toBe('ORDER');
    expect(await story.orders()).toMatchObject([{ ordered: 50 }]);
  });

  async function seedOwn(story: BinStory, fromMs: number): Promise<void> {
    const { tenantId } = story;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-01, name: A 1, locationId: hall, itemId: m8, capacity: 200 }]
policies: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-01, type: MIN_MAX, reorderPoint: 40, orderUpTo: 80, ${COMMON}, effectiveFrom: ${fromMs} }]`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), story.nowMs);
  }
});

describe('a policy in the catalogue', () => {
  const problemsOf = (policy: string): string => {
    try {
      parseCatalogue(`tenants: [{ tenantId: t, name: T, sites: [] }]\npolicies: [{ tenantId: t, ${policy} }]`, 'test');
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('says what it holds for, in one way', () => {
    expect(problemsOf('type: DO_NOT_STOCK')).toMatch(/say what it holds for/);
    expect(problemsOf('siteId: s, type: DO_NOT_STOCK')).toBe('');
    expect(problemsOf('itemClass: c, itemId: i, type: DO_NOT_STOCK')).toMatch(/name one/);
    expect(problemsOf('binId: b, type: DO_NOT_STOCK')).toMatch(/needs its siteId/);
    expect(problemsOf('itemId: nothing, type: DO_NOT_STOCK')).toMatch(/there is no t\/nothing/);
  });

  test('has a target, or says what a missing unit costs', () => {
    expect(problemsOf('siteId: s, type: SERVICE_LEVEL')).toMatch(/needs a target/);
    expect(problemsOf('siteId: s, type: SERVICE_LEVEL, missingUnitCostPerDay: 2')).toBe('');
  });
});
