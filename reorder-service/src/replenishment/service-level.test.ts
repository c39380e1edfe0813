import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { computeServiceLevels, statistics } from './service-level.ts';
import { BinStory } from './situation.ts';

const DAY_MS = 86_400_000;

onEachEngine('a service level', (database) => {
  test('becomes a reorder point from the ledger, as a new version of the policy, once', async () => {
    const story = await BinStory.of(database.db, {
      policy: 'type: SERVICE_LEVEL, target: 0.95, cycleDays: 7, confirmSeconds: 0',
      supplierItem: ', leadTimeDays: 5',
    });
    await story.shows(190);
    expect(await computeServiceLevels(database.db, story.nowMs)).toBe(0);
    let pieces = 190;
    for (let day = 1; day <= 20; day += 1) await story.later(DAY_MS).shows((pieces -= day % 2 === 0 ? 10 : 2));
    expect(await computeServiceLevels(database.db, story.nowMs)).toBe(1);
    expect(await computeServiceLevels(database.db, story.nowMs)).toBe(0);
    const policies = await database.db
      .selectFrom('policy')
      .select(['version', 'parameters'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('version')
      .execute();
    // 6 a day over 5 days is 30, and σ = 4.1·√5 = 9.2: 30 + 1.645·9.2 is 45.1.
    expect(policies[1]).toMatchObject({ version: 2, parameters: { reorderPoint: 46, orderUpTo: 88 } });
    expect(await story.showsAndDecides(46)).toBe('ORDER');
  });
});

test('days without demand count as days', () => {
  expect(statistics([10, 10], 4)).toEqual({ meanPerDay: 5, sdPerDay: Math.sqrt(100 / 3) });
});
