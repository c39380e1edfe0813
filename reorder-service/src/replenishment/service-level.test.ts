import { expect, test } from 'vitest';

import { resolvePolicies } from '../catalogue/resolve-policies.ts';
import { writePolicy } from '../catalogue/write-policy.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { policySchema } from './policy.ts';
import { computeServiceLevels } from './service-level.ts';
import { BinStory } from './situation.ts';

const DAY_MS = 86_400_000;
const WRITTEN = {
  scope: { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' },
  policy: policySchema.parse({ type: 'SERVICE_LEVEL', target: 0.95, cycleDays: 7, confirmSeconds: 0 }),
};

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
    // A restart reads the catalogue again: what was computed stays.
    await withTenant(database.db, story.tenantId, (tx) =>
      writePolicy(tx, { ...WRITTEN, tenantId: story.tenantId }, { nowMs: story.nowMs, by: 'catalogue' }),
    );
    const policies = await database.db
      .selectFrom('policy')
      .select(['version', 'parameters'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('version')
      .execute();
    // Of the 20 days that are over, ten had 2 and nine had 10: 5.5 a day are 27.5 in 5 days, and σ² = 5·17.2 = 86; the
    // negative binomial's 95 % is 44. S adds 7 days of 5.5.
    expect(policies).toHaveLength(2);
    expect(policies[1]).toMatchObject({ version: 2, parameters: { reorderPoint: 44, orderUpTo: 83 } });
    expect(await story.showsAndDecides(44)).toBe('ORDER');
  });
  test('of a class is computed for each bin of it, and follows the class', async () => {
    const story = await BinStory.of(database.db, { policy: 'type: DO_NOT_STOCK', supplierItem: ', leadTimeDays: 5' });
    const { tenantId } = story;
    const at = { nowMs: story.nowMs, by: 'test' };
    const { policy } = WRITTEN;
    await withTenant(database.db, tenantId, async (tx) => {
      await writePolicy(tx, { tenantId, scope: WRITTEN.scope, policy: null }, at);
      await writePolicy(tx, { tenantId, scope: { scope: 'item', itemId: 'm8', siteId: undefined }, policy }, at);
      await resolvePolicies(tx, tenantId, story.nowMs);
    });
    await story.shows(190);
    let pieces = 190;
    for (let day = 1; day <= 20; day += 1) await story.later(DAY_MS).shows((pieces -= day % 2 === 0 ? 10 : 2));
    expect(await computeServiceLevels(database.db, story.nowMs)).toBe(1);
    const held = await heldBy(database.db, tenantId);
    expect(held).toMatchObject({ policyId: 'item:m8@plant-1/A-01', parameters: { reorderPoint: 44 } });
    await withTenant(database.db, tenantId, async (tx) => {
      const doNotStock = policySchema.parse({ type: 'DO_NOT_STOCK' });
      const scope = { scope: 'item' as const, itemId: 'm8', siteId: undefined };
      await writePolicy(tx, { tenantId, scope, policy: doNotStock }, { nowMs: story.later(1).nowMs, by: 'test' });
      await resolvePolicies(tx, tenantId, story.nowMs);
    });
    expect(await heldBy(database.db, tenantId)).toMatchObject({ policyId: 'item:m8', type: 'DO_NOT_STOCK' });
  });

  test('learns how long the supplier really takes, and the order says so', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 2' });
    for (const days of [4, 5, 6]) {
      await story.shows(18);
      await story.decide();
      await database.db
        .updateTable('purchase_order')
        .set({ status: 'SENT', sent_at_ms: story.nowMs })
        .where('tenant_id', '=', story.tenantId)
        .where('status', '=', 'APPROVED')
        .execute();
      await story.later(days * DAY_MS).shows(68);
    }
    await computeServiceLevels(database.db, story.nowMs);
    await story.shows(18);
    await story.decide();
    const proofs = await database.db
      .selectFrom('order_proof')
      .select('proof')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    const steps = proofs.map(({ proof }) => JSON.stringify(proof['arithmetic']));
    expect(steps[0]).toContain('lead time of Bolts Ltd in days, as agreed');
    expect(steps.at(-1)).toContain('learned from 3 deliveries (± 1, agreed 2)","value":5');
  });
});

async function heldBy(db: Db, tenantId: string) {
  return db
    .selectFrom('item_location as il')
    .innerJoin('policy as p', (join) =>
      join
        .onRef('p.tenant_id', '=', 'il.tenant_id')
        .onRef('p.policy_id', '=', 'il.policy_id')
        .onRef('p.version', '=', 'il.policy_version'),
    )
    .select(['p.policy_id as policyId', 'p.type', 'p.parameters'])
    .where('il.tenant_id', '=', tenantId)
    .executeTakeFirst();
}
