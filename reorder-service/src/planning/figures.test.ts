import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { BinForecasts } from './bin-forecasts.ts';
import { KpiQueries } from './kpi-queries.ts';
import { PolicyPreviews } from './policy-previews.ts';
import { SupplierKpiQueries } from './supplier-kpi-queries.ts';
import { closeOrder, moveStock, receiveGoods } from '../testing/planning-records.ts';

const DAY_MS = 86_400_000;

onEachEngine('figures and forecasts', (database) => {
  test('what a bin held when it was first measured is no correction', async () => {
    const story = await BinStory.of(database.db);
    await moveStock(database, story, [
      [1, 'ADJUSTMENT', 90, 'first'],
      [2, 'CONSUMPTION', -30],
      [3, 'ADJUSTMENT', -10, 'count'],
    ]);
    const query = { fromMs: story.nowMs, toMs: story.nowMs + 10 * DAY_MS, deadAfterDays: 180 };
    expect(await new KpiQueries(database.db).of(story.tenantId, query)).toMatchObject({ inventoryAccuracy: 0.75 });
  });

  test('the figures of ten days are those that one counts by hand', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await moveStock(database, story, [
      [-1, 'RECEIPT', 100],
      [2, 'CONSUMPTION', -60],
      [5, 'CONSUMPTION', -40],
      [7, 'RECEIPT', 50],
      [8, 'ADJUSTMENT', -10],
    ]);
    await closeOrder(database, story, { made: 6, due: 7.5, closed: 7 });
    await closeOrder(database, story, { made: 3, due: 8, closed: 9 });
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

  test('an order that came in time and in full is not perfect if something of it was damaged', async () => {
    const story = await BinStory.of(database.db);
    for (const condition of ['good', 'good', 'damaged', 'good'] as const) {
      const orderId = await closeOrder(database, story, { made: 1, due: 3, closed: 2 });
      await receiveGoods(database, story, { orderId, condition });
    }
    const query = { fromMs: story.nowMs, toMs: story.nowMs + 10 * DAY_MS, deadAfterDays: 180 };
    expect(await new KpiQueries(database.db).of(story.tenantId, query)).toMatchObject({ perfectOrders: 0.75 });
  });

  test('stock that nobody takes is dead, and what is above the maximum and a pack is too much', async () => {
    const policy = 'type: MIN_MAX, reorderPoint: 2, orderUpTo: 5';
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2', policy });
    await moveStock(database, story, [
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

  test('a time in parts has in each what was then, not what is now', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await moveStock(database, story, [
      [-1, 'RECEIPT', 100],
      [2, 'CONSUMPTION', -60],
      [5, 'CONSUMPTION', -40],
      [7, 'RECEIPT', 50],
    ]);
    await closeOrder(database, story, { made: 3, due: 8, closed: 7 });
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
    await closeOrder(database, story, { made: 0, due: 2.9, closed: 3 });
    await closeOrder(database, story, { made: 0, due: 4, closed: 6 });
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
