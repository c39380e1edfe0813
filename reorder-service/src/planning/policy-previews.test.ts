import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { PolicyPreviews } from './policy-previews.ts';

onEachEngine('a policy before it is set', (database) => {
  test('a policy is tried before it is set: what it would order, why, and that nothing was written', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await story.shows(25);
    await story.decide();
    const { tenantId } = story;
    const previews = new PolicyPreviews(database.db, () => story.nowMs);
    const scope = { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' };
    const count = async (): Promise<number[]> =>
      Promise.all(
        (['policy', 'episode', 'purchase_order', 'audit_event'] as const).map(async (table) => {
          const rows = await database.db
            .selectFrom(table)
            .select('tenant_id')
            .where('tenant_id', '=', tenantId)
            .execute();
          return rows.length;
        }),
      );
    const before = await count();
    // 25 on hand is above 20, and at or below 30: 90 − 25 = 65 are 7 packs of 10 for 2.00 each.
    const policy = { type: 'MIN_MAX', reorderPoint: 30, orderUpTo: 90 };
    const result = await previews.of(tenantId, { scope, policy });
    expect(result).toMatchObject({
      ok: true,
      preview: { binsInScope: 1, binsOverruled: 0, binsDecided: 1, binsOrdered: 1, amountCents: 1_400 },
    });
    const bin = result.ok ? result.preview.bins[0] : undefined;
    expect(bin?.current).toMatchObject({ type: 'MIN_MAX', decision: 'WAIT', reorderPoint: 20, orders: [] });
    expect(bin?.proposed).toMatchObject({
      decision: 'ORDER',
      reorderPoint: 30,
      orderUpTo: 90,
      orders: [{ supplierName: 'Bolts Ltd', quantity: 70, quantityText: '7 packs = 70 pcs', amountCents: 1_400 }],
    });
    expect(bin?.proposed.sentence).toBe(
      'Shelfwire would now order 7 packs = 70 pcs of M8 bolts from Bolts Ltd because 25 pcs on hand + 0 on order = 25 is at or below the reorder point 30.',
    );
    expect(await count()).toEqual(before);
    expect(await story.decide()).toBe('WAIT');
  });

  test('a preview tells shadow mode, a review day and an approval apart from an order that goes out', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(5);
    const previews = new PolicyPreviews(database.db, () => story.nowMs);
    const scope = { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' };
    const proposed = async (policy: Record<string, unknown> | null) => {
      const result = await previews.of(story.tenantId, { scope, policy });
      return result.ok ? result.preview.bins[0]?.proposed : result;
    };
    const minMax = { type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60 };
    expect(await proposed({ ...minMax, shadow: true })).toMatchObject({
      decision: 'ORDER',
      sentence: expect.stringMatching(/^In shadow mode nothing is ordered; without it/) as string,
    });
    expect(await proposed({ ...minMax, autoApprove: false })).toMatchObject({
      sentence: expect.stringMatching(/with a person’s approval/) as string,
    });
    expect(await proposed({ type: 'PERIODIC', orderUpTo: 60, reviewDays: ['MON'] })).toMatchObject({
      decision: 'ORDER',
      nextReviewAtMs: expect.any(Number) as number,
      sentence: expect.stringMatching(/^If its review were now/) as string,
    });
    expect(await proposed({ type: 'SERVICE_LEVEL', target: 0.95 })).toMatchObject({
      decision: 'WAIT',
      reorderPoint: null,
    });
    expect(await proposed(null)).toMatchObject({ type: null, decision: 'WAIT' });
    expect(await proposed({ ...minMax, orderUpTo: 20 })).toMatchObject({
      ok: false,
      problems: [{ where: 'body.policy.orderUpTo' }],
    });
  });

  test('a preview of a wider scope leaves out what a narrower policy decides, and says how many', async () => {
    const story = await BinStory.of(database.db);
    await story.shows(5);
    const previews = new PolicyPreviews(database.db, () => story.nowMs);
    const scope = { scope: 'site' as const, siteId: 'plant-1' };
    expect(await previews.of(story.tenantId, { scope, policy: { type: 'DO_NOT_STOCK' } })).toMatchObject({
      preview: { binsInScope: 1, binsOverruled: 1, binsDecided: 0, bins: [] },
    });
    const nowhere = { scope: 'site' as const, siteId: 'nowhere' };
    expect(await previews.of(story.tenantId, { scope: nowhere, policy: null })).toMatchObject({ code: 'NOT_FOUND' });
  });
});
