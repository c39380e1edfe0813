import type { MovementKind } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { writePolicy } from '../catalogue/write-policy.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { policySchema } from '../replenishment/policy.ts';
import { BinStory } from '../replenishment/situation.ts';
import { moveStock } from '../testing/planning-records.ts';
import { EffectivePolicies } from './effective-policies.ts';
import { PolicyBook } from './policy-book.ts';
import { Snoozes } from './snoozes.ts';
import { PolicySuggestions } from './policy-suggestions.ts';

const DAY_MS = 86_400_000;

onEachEngine('policies of bins and scopes', (database) => {
  test('a reorder point far below what demand says is suggested once, and no more when somebody follows it', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 5' });
    const fortyDays = Array.from({ length: 40 }, (_, day): [number, MovementKind, number] => [
      day - 40,
      'CONSUMPTION',
      -10,
    ]);
    await moveStock(database, story, [[-41, 'RECEIPT', 450], ...fortyDays]);
    await database.db
      .insertInto('event_subscription')
      .values({
        tenant_id: story.tenantId,
        subscription_id: 'erp',
        url: 'https://erp.example',
        description: '',
        types: ['shelfwire.*'],
        site_ids: [],
        secret: 'whsec_AAAA',
        created_at_ms: 0,
        created_by: 'ann',
      })
      .execute();
    const told = async () => {
      const rows = await database.db
        .selectFrom('message_outbox')
        .select('payload')
        .where('tenant_id', '=', story.tenantId)
        .where('channel', '=', 'webhook')
        .orderBy('position')
        .execute();
      return rows.flatMap(({ payload }) => payload['events'] as { name: string; details: object }[]);
    };
    const suggestions = new PolicySuggestions(database.db, () => story.nowMs);
    await suggestions.run();
    const [suggestion] = (await suggestions.list(story.tenantId, { limit: 10 })).items;
    expect(suggestion).toMatchObject({ binId: 'A-01', current: { reorderPoint: 20, orderUpTo: 60 } });
    expect(suggestion?.suggested.reorderPoint).toBeGreaterThanOrEqual(50);
    expect(suggestion?.because).toMatch(/9\.76 pcs a day over 41 days/);
    expect(await told()).toMatchObject([{ name: 'policy.suggested', details: { binId: 'A-01' } }]);

    story.later(DAY_MS);
    await suggestions.run();
    expect(await told()).toHaveLength(1);

    const bin = { siteId: 'plant-1', binId: 'A-01' };
    expect(await suggestions.decline(story.tenantId, bin, 'a big job ended', 'ann')).toBe(true);
    expect(await suggestions.decline(story.tenantId, bin, 'a big job ended', 'ann')).toBe(false);
    story.later(DAY_MS);
    await suggestions.run();
    expect((await suggestions.list(story.tenantId, { limit: 10 })).items).toEqual([]);
    expect(await told()).toHaveLength(1);

    const book = new PolicyBook(database.db, () => story.nowMs, new TouchedBins());
    const policy = { type: 'MIN_MAX', ...suggestion?.suggested };
    const scope = { scope: 'bin', siteId: 'plant-1', binId: 'A-01' } as const;
    await book.put(story.tenantId, { scope, policy, reason: 'as suggested' }, 'ann');
    expect((await told()).at(-1)).toMatchObject({
      name: 'policy.changed',
      details: { policy, reason: 'as suggested', by: 'ann' },
    });
    story.later(DAY_MS);
    await suggestions.run();
    expect(await suggestions.list(story.tenantId, { limit: 10 })).toEqual({ items: [], nextCursor: null });
    expect(await told()).toHaveLength(2);
  });

  test('a policy that a buyer sets holds at once, is in the trail, and the same again changes nothing', async () => {
    const story = await BinStory.of(database.db);
    const { tenantId } = story;
    const touched = new TouchedBins();
    const touches: string[] = [];
    touched.touches.subscribe((touch) => touches.push(...touch.binIds));
    const book = new PolicyBook(database.db, () => story.nowMs, touched);
    const scope = { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' };
    const policy = { type: 'MIN_MAX', reorderPoint: 30, orderUpTo: 90 };
    const put = { scope, policy, reason: 'more is used in summer' };
    expect(await book.put(tenantId, put, 'ann@plant.example')).toMatchObject({ ok: true, version: 2, changed: true });
    expect(touches).toEqual(['A-01']);
    expect(await book.put(tenantId, put, 'ann@plant.example')).toMatchObject({ ok: true, version: 2, changed: false });
    const trail = await database.db
      .selectFrom('audit_event')
      .select(['actor', 'what', 'details'])
      .where('tenant_id', '=', tenantId)
      .execute();
    expect(trail).toMatchObject([
      {
        actor: 'ann@plant.example',
        what: 'PolicyChanged',
        details: { before: { reorderPoint: 20 }, after: { reorderPoint: 30, reason: 'more is used in summer' } },
      },
    ]);
    // A restart reads the catalogue again, and leaves what a person has set since.
    const written = { type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 };
    await withTenant(database.db, tenantId, (tx) =>
      writePolicy(
        tx,
        { tenantId, scope, policy: policySchema.parse(written) },
        { nowMs: story.nowMs + 1, by: 'catalogue' },
      ),
    );
    const later = { ...put, policy: { type: 'DO_NOT_STOCK' }, effectiveFromMs: story.nowMs + DAY_MS };
    expect(await book.put(tenantId, later, 'ann@plant.example')).toMatchObject({ version: 3 });
    const { items } = await book.list(tenantId, { limit: 10 });
    expect(items.map((each) => [each.version, each.state, each.type, each.bins])).toEqual([
      [3, 'scheduled', 'DO_NOT_STOCK', 0],
      [2, 'in-effect', 'MIN_MAX', 1],
      [1, 'past', 'MIN_MAX', 0],
    ]);
    expect((await book.list(tenantId, { limit: 10, state: 'in-effect' })).items).toHaveLength(1);
    const first = await book.list(tenantId, { limit: 2 });
    expect(first.nextCursor).not.toBeNull();
    const rest = await book.list(tenantId, { limit: 2, cursor: first.nextCursor ?? '' });
    expect(rest.items.map((each) => each.version)).toEqual([1]);
  });

  test('a scope that inherits again follows the wider one', async () => {
    const story = await BinStory.of(database.db);
    const { tenantId } = story;
    const book = new PolicyBook(database.db, () => story.nowMs, new TouchedBins());
    const reason = 'as everywhere';
    const site = { scope: 'site' as const, siteId: 'plant-1' };
    const bin = { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' };
    await book.put(tenantId, { scope: site, policy: { type: 'DO_NOT_STOCK' }, reason }, 'ann');
    await book.put(tenantId, { scope: bin, policy: null, reason }, 'ann');
    await story.shows(5);
    expect(await story.decide()).toBe('WAIT');
    const held = await database.db
      .selectFrom('item_location')
      .select('policy_id')
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst();
    expect(held?.policy_id).toBe('site:plant-1');
  });

  test('a policy that is none, or holds for nothing, is refused with every problem', async () => {
    const story = await BinStory.of(database.db);
    const book = new PolicyBook(database.db, () => story.nowMs, new TouchedBins());
    const scope = { scope: 'bin' as const, siteId: 'plant-1', binId: 'A-01' };
    const wrong = { type: 'MIN_MAX', reorderPoint: 30, orderUpTo: 30, safetyStock: -1 };
    const refused = await book.put(story.tenantId, { scope, policy: wrong, reason: 'a try' }, 'ann');
    expect(refused).toMatchObject({ ok: false, code: 'REQUEST_INVALID' });
    expect(!refused.ok && refused.problems?.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['body.policy.orderUpTo', 'body.policy.safetyStock']),
    );
    for (const nobody of [
      { ...scope, binId: 'Z-99' },
      { scope: 'item' as const, itemId: 'nothing' },
      { scope: 'class' as const, itemClass: 'nothing' },
      { scope: 'site' as const, siteId: 'nowhere' },
    ]) {
      const put = { scope: nobody, policy: { type: 'DO_NOT_STOCK' }, reason: 'a try' };
      expect(await book.put(story.tenantId, put, 'ann')).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    }
  });

  test('each bin says which policy decides about it, where it was set, and what else could', async () => {
    const story = await BinStory.of(database.db);
    const { tenantId } = story;
    const book = new PolicyBook(database.db, () => story.nowMs, new TouchedBins());
    const effective = new EffectivePolicies(database.db, () => story.nowMs);
    const reason = 'as everywhere';
    const minMax = { type: 'MIN_MAX', reorderPoint: 5, orderUpTo: 10, shadow: true };
    await book.put(tenantId, { scope: { scope: 'site', siteId: 'plant-1' }, policy: minMax, reason }, 'ann');
    const bin = { siteId: 'plant-1', binId: 'A-01' };
    expect((await effective.ofBin(tenantId, bin))?.chain.map((link) => [link.policyId, link.holds])).toEqual([
      ['plant-1/A-01', true],
      ['item:m8@plant-1', false],
      ['item:m8', false],
      ['site:plant-1', false],
    ]);
    await book.put(tenantId, { scope: { scope: 'bin', ...bin }, policy: null, reason }, 'ann');
    const later = { effectiveFromMs: story.nowMs + DAY_MS, reason };
    await book.put(
      tenantId,
      { scope: { scope: 'item', itemId: 'm8' }, policy: { type: 'DO_NOT_STOCK' }, ...later },
      'bob',
    );
    const held = await effective.ofBin(tenantId, bin);
    expect(held).toMatchObject({
      policy: { policyId: 'site:plant-1', scope: 'site', type: 'MIN_MAX', createdBy: 'ann' },
    });
    expect(held?.chain).toMatchObject([
      { inEffect: null, holds: false },
      { inEffect: null },
      { inEffect: null, scheduled: [{ type: 'DO_NOT_STOCK', createdBy: 'bob' }] },
      { inEffect: { type: 'MIN_MAX', reason }, holds: true },
    ]);
    expect((await effective.list(tenantId, { limit: 10, only: 'shadow' })).items).toHaveLength(1);
    expect((await effective.list(tenantId, { limit: 10, only: 'none' })).items).toHaveLength(0);
    expect((await effective.list(tenantId, { limit: 10, type: 'KANBAN_TWO_BIN' })).items).toHaveLength(0);
    expect(await effective.ofBin(tenantId, { ...bin, binId: 'none' })).toBeUndefined();
    expect((await effective.list('t-other', { limit: 10 })).items).toHaveLength(0);
  });

  test('a bin that a person snoozed orders nothing until then, also where nothing was needed yet', async () => {
    const story = await BinStory.of(database.db);
    const { tenantId } = story;
    const bin = { siteId: 'plant-1', binId: 'A-01' };
    const snoozes = new Snoozes(database.db, () => story.nowMs, new TouchedBins());
    const effective = new EffectivePolicies(database.db, () => story.nowMs);
    expect(await story.showsAndDecides(50)).toBe('WAIT');
    const wish = { untilMs: story.nowMs + DAY_MS, reason: 'the line is rebuilt' };
    expect(await snoozes.set(tenantId, bin, wish, 'ann@plant.example')).toBe(true);
    expect(await story.decide()).toBe('WAIT');
    expect(await story.showsAndDecides(5)).toBe('SNOOZED');
    expect((await effective.list(tenantId, { limit: 10, only: 'snoozed' })).items).toMatchObject([
      { binId: 'A-01', snooze: { untilMs: wish.untilMs, by: 'ann@plant.example', because: 'the line is rebuilt' } },
    ]);
    expect(await snoozes.end(tenantId, bin, 'bob@plant.example')).toBe(true);
    expect(await story.decide()).toBe('ORDER');
    expect(await story.openEpisodes()).toBe(1);
    const trail = await database.db
      .selectFrom('audit_event')
      .select('what')
      .where('tenant_id', '=', tenantId)
      .execute();
    expect(trail.map(({ what }) => what)).toEqual(['BinSnoozed', 'SnoozeEnded']);
    expect(await snoozes.set(tenantId, { ...bin, binId: 'none' }, wish, 'ann')).toBe(false);
  });
});
