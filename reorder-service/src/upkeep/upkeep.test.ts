import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { forgetOld, OBSERVATIONS_KEPT_MS } from './forget-old.ts';
import { findViolations } from './invariants.ts';

onEachEngine('upkeep', (database) => {
  test('finds nothing in books that balance, and names what does not', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(50);
    await story.shows(18);
    await story.decide();
    expect(await findViolations(database.db)).toEqual([]);
    await database.db.updateTable('stock_level').set({ on_hand: 17 }).where('tenant_id', '=', story.tenantId).execute();
    await database.db
      .updateTable('purchase_order')
      .set({ closed_at_ms: 1 })
      .where('tenant_id', '=', story.tenantId)
      .execute();
    const violations = await findViolations(database.db);
    expect(violations.map(({ invariant }) => invariant).sort()).toEqual([
      'closed-order-is-not-on-order',
      'level-is-sum',
    ]);
    expect(violations).toContainEqual(expect.objectContaining({ detail: 'plant-1/A-01 says 17, its movements 18' }));
    await database.db.updateTable('stock_level').set({ on_hand: 18 }).where('tenant_id', '=', story.tenantId).execute();
  });

  test('forgets old observations, and still knows their readings when they come again', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(50);
    expect(await forgetOld(database.db, Date.now() + 100 * OBSERVATIONS_KEPT_MS)).toBeGreaterThan(0);
    const rows = await database.db
      .selectFrom('applied_run')
      .select(['bin_ids', 'first_sequence', 'last_sequence'])
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(rows).toEqual([{ bin_ids: [], first_sequence: 1, last_sequence: 1 }]);
  });
});
