import { randomUUID } from 'node:crypto';

import type { MovementKind } from '@shelfwire/contract';
import { expect, test } from 'vitest';

import { writePolicy } from '../catalogue/write-policy.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { policySchema } from '../replenishment/policy.ts';
import { BinStory } from '../replenishment/situation.ts';
import { BinForecasts } from './bin-forecasts.ts';
import { EffectivePolicies } from './effective-policies.ts';
import { KpiQueries } from './kpi-queries.ts';
import { PolicyBook } from './policy-book.ts';
import { PolicyPreviews } from './policy-previews.ts';
import { Snoozes } from './snoozes.ts';
import { SupplierKpiQueries } from './supplier-kpi-queries.ts';
import { PolicySuggestions } from './policy-suggestions.ts';

const DAY_MS = 86_400_000;

onEachEngine('planning', (database) => {
  /** Movements of the one bin, by day; the level is what they leave. */
  async function ledger(story: BinStory, moves: [day: number, kind: MovementKind, change: number][]): Promise<void> {
    const key = { tenant_id: story.tenantId, site_id: 'plant-1', bin_id: 'A-01', item_id: 'm8' };
    let onHand = 0;
    for (const [index, [day, kind, change]] of moves.entries()) {
      onHand += change;
      const at = story.nowMs + day * DAY_MS;
      const identity = { gateway_id: 'gw', outbox_id: randomUUID(), sequence: index + 1 };
      const what = { kind, change, on_hand_after: onHand, at_ms: at, recorded_at_ms: at, revision: 1, evidence: '{}' };
      await database.db
        .insertInto('stock_movement')
        .values({ ...key, ...identity, ...what })
        .execute();
    }
    await database.db
      .insertInto('stock_level')
      .values({
        ...key,
        on_hand: onHand,
        uncertainty: 0,
        state: '{}',
        status: 'OK',
        observed_at_ms: story.nowMs,
        ledger_version: 1,
      })
      .execute();
  }

  async function closedOrder(story: BinStory, days: { made: number; due: number; closed: number }): Promise<void> {
    const at = (day: number): number => story.nowMs + day * DAY_MS;
    await database.db
      .insertInto('purchase_order')
      .values({
        tenant_id: story.tenantId,
        site_id: 'plant-1',
        supplier_id: 'bolts',
        order_number: randomUUID().slice(0, 8),
        status: 'CLOSED',
        sentence: 'because',
        created_at_ms: at(days.made),
        due_at_ms: at(days.due),
        closed_at_ms: at(days.closed),
      })
      .execute();
  }

  test('the figures of ten days are those that one counts by hand', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await ledger(story, [
      [-1, 'RECEIPT', 100],
      [2, 'CONSUMPTION', -60],
      [5, 'CONSUMPTION', -40],
      [7, 'RECEIPT', 50],
      [8, 'ADJUSTMENT', -10],
    ]);
    await closedOrder(story, { made: 6, due: 7.5, closed: 7 });
    await closedOrder(story, { made: 3, due: 8, closed: 9 });
    await database.db
      .insertInto('sensor_state')
      .values({
        tenant_id: story.tenantId,
        site_id: 'plant-1',
        bin_id: 'A-01',
        last_reading_at_ms: story.nowMs + 10 * DAY_MS - 60_000,
        quality: 'good',
        quality_since_ms: story.nowMs,
      })
      .execute();
    const query = { fromMs: story.nowMs, toMs: story.nowMs + 10 * DAY_MS, deadAfterDays: 180 };
    const kpis = await new KpiQueries(database.db).of(story.tenantId, query);
    expect(kpis).toEqual({
      fromMs: query.fromMs,
      toMs: query.toMs,
      // Empty from day 5 to day 7 of 10; 100 taken in the 8 others would have been 25 more.
      availability: 0.8,
      stockoutDays: 2,
      stockouts: 1,
      // 40 at 20 cents a piece: a pack of 10 costs 2.00.
      inventoryValueCents: 800,
      unitFillRate: 0.8,
      // 40 are there, 100 were taken in 10 days.
      daysOfSupply: 4,
      turns: 91.25,
      // 10 of the 160 moved were a correction.
      inventoryAccuracy: 0.9375,
      orderCycleDays: 3.5,
      perfectOrders: 0.5,
      ordersClosed: 2,
      deadStock: { afterDays: 180, bins: 0, units: 0, valueCents: 0 },
      excessStock: { bins: 0, units: 0, valueCents: 0 },
      sensorUptime: 1,
      binsWithoutPrice: 0,
    });
  });

  test('stock that nobody takes is dead, and what is above the maximum and a pack is too much', async () => {
    const policy = 'type: MIN_MAX, reorderPoint: 2, orderUpTo: 5';
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2', policy });
    await ledger(story, [
      [-300, 'RECEIPT', 30],
      [-200, 'CONSUMPTION', -5],
    ]);
    const query = { fromMs: story.nowMs - 30 * DAY_MS, toMs: story.nowMs, deadAfterDays: 180 };
    const kpis = await new KpiQueries(database.db).of(story.tenantId, query);
    expect(kpis).toMatchObject({
      deadStock: { bins: 1, units: 25, valueCents: 500 },
      excessStock: { bins: 1, units: 10, valueCents: 200 },
      availability: 1,
      turns: 0,
      daysOfSupply: null,
      sensorUptime: 0,
    });
  });

  test('a reorder point far below what demand says is suggested once, and no more when somebody follows it', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 5' });
    const fortyDays = Array.from({ length: 40 }, (_, day): [number, MovementKind, number] => [
      day - 40,
      'CONSUMPTION',
      -10,
    ]);
    await ledger(story, [[-41, 'RECEIPT', 450], ...fortyDays]);
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

  test('a forecast says what will be used, for how long the stock lasts, and what that suggests', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 5, price: 2' });
    await story.shows(190);
    const forecasts = new BinForecasts(database.db, () => story.nowMs);
    const bin = { siteId: 'plant-1', binId: 'A-01' };
    const wish = { target: 0.95, cycleDays: 7 };
    expect(await forecasts.of(story.tenantId, bin, wish)).toMatchObject({
      historyDays: 0,
      demand: null,
      suggestion: null,
    });
    let pieces = 190;
    for (let day = 1; day <= 20; day += 1) await story.later(DAY_MS).shows((pieces -= day % 2 === 0 ? 10 : 2));
    const forecast = await forecasts.of(story.tenantId, bin, wish);
    expect(forecast).toMatchObject({
      historyDays: 20,
      demand: { demandClass: 'erratic', meanPerDay: 5.5 },
      leadTime: { days: 5, source: 'agreed' },
      onHand: 70,
      suggestion: { reorderPoint: 44, orderUpTo: 83, target: 0.95 },
    });
    expect(forecast?.daysUntilEmpty).toBeCloseTo(70 / 5.5, 9);
    // The line meets zero where 5.5 a day have taken 70; on the fifth day the band is as wide as the reorder point says.
    expect(forecast?.outlook?.runsOutAtMs).toBe(Math.round(story.nowMs + (70 / 5.5) * DAY_MS));
    expect(forecast?.outlook?.runsOutEarliestAtMs).toBeLessThan(forecast?.outlook?.runsOutAtMs ?? 0);
    expect(forecast?.outlook?.days[5]).toMatchObject({ expected: 42.5, low: 70 - 40, high: 70 - 16 });
    expect(forecast?.reorderPoint).toBe(20);
    // √(2 · 5 · 2007.5 a year ÷ (0.2 · 0.20)) = 708.4
    expect(forecast?.suggestion?.economicQuantity).toBe(709);
    expect(forecast?.leadTimeDemand.find(({ p }) => p === 0.95)).toEqual({ p: 0.95, quantity: 44 });
    expect(await forecasts.of(story.tenantId, { ...bin, binId: 'none' }, wish)).toBeUndefined();
    // A preview of the same service level has the numbers that the job would compute.
    const policy = { type: 'SERVICE_LEVEL', target: 0.95, cycleDays: 7 };
    const scope = { scope: 'bin' as const, ...bin };
    const previewed = await new PolicyPreviews(database.db, () => story.nowMs).of(story.tenantId, { scope, policy });
    expect(previewed.ok && previewed.preview.bins[0]?.proposed).toMatchObject({ reorderPoint: 44, orderUpTo: 83 });
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

  test('a time in parts has in each what was then, not what is now', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await ledger(story, [
      [-1, 'RECEIPT', 100],
      [2, 'CONSUMPTION', -60],
      [5, 'CONSUMPTION', -40],
      [7, 'RECEIPT', 50],
    ]);
    await closedOrder(story, { made: 3, due: 8, closed: 7 });
    const query = { fromMs: story.nowMs - 10 * DAY_MS, toMs: story.nowMs + 15 * DAY_MS };
    const steps = await new KpiQueries(database.db).trend(story.tenantId, query, 5);
    // Before day −1 there was no such bin; from day 10 on its 50 lay there, from day 5 to 7 nothing.
    expect(steps.map((step) => [step.availability, step.stockoutDays, step.unitsTaken, step.ordersClosed])).toEqual([
      [null, 0, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 60, 0],
      [0.6, 2, 40, 1],
      [1, 0, 0, 0],
    ]);
  });

  test('what a supplier has kept is what one counts by hand', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', leadTimeDays: 4' });
    // Later than the hour it was due, on the same day.
    await closedOrder(story, { made: 0, due: 2.9, closed: 3 });
    await closedOrder(story, { made: 0, due: 4, closed: 6 });
    const orders = await database.db
      .selectFrom('purchase_order')
      .select(['order_id', 'closed_at_ms'])
      .where('tenant_id', '=', story.tenantId)
      .orderBy('closed_at_ms')
      .execute();
    for (const [index, order] of orders.entries()) {
      await database.db
        .updateTable('purchase_order')
        .set({ sent_at_ms: story.nowMs, acknowledged_at_ms: story.nowMs + (index + 1) * 3_600_000 })
        .where('order_id', '=', order.order_id)
        .execute();
      await database.db
        .insertInto('order_event')
        .values({
          order_id: order.order_id,
          tenant_id: story.tenantId,
          at_ms: order.closed_at_ms ?? 0,
          status: 'CLOSED',
          event: 'GoodsReceived',
          actor: 'scale',
        })
        .execute();
    }
    const range = { fromMs: story.nowMs, toMs: story.nowMs + 10 * DAY_MS };
    const [figures] = await new SupplierKpiQueries(database.db).list(story.tenantId, range, story.nowMs);
    expect(figures).toMatchObject({
      supplierId: 'bolts',
      ordersClosed: 2,
      onTime: 0.5,
      inFull: 1,
      // 3 and 6 days.
      actualLeadTimeDays: 4.5,
      acknowledgedAfterHours: 1.5,
      openOrders: 0,
      overdueOrders: 0,
    });
    expect(figures?.actualLeadTimeSdDays).toBeCloseTo(Math.sqrt(4.5), 6);
  });
});
