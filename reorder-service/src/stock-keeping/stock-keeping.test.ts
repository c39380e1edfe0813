import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { beforeEach, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { loadSituations } from '../replenishment/load-inputs.ts';
import { TEST_LOGGER, testMetrics } from '../replenishment/situation.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { findViolations } from '../upkeep/invariants.ts';
import { Consignment } from './consignment.ts';
import { Lots } from './lots.ts';
import { Moves } from './moves.ts';
import { ParkedReadings } from './parked-readings.ts';
import { Reservations } from './reservations.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

onEachEngine('keeping stock', (database) => {
  let nowMs = 1_763_800_000_000;
  let tenantId = '';
  let ledger: StockLedger;
  let moves: Moves;
  let sequence = 0;
  const outboxId = randomUUID();
  const clock = (): number => nowMs;
  const publisher = { wake: () => undefined } as unknown as EventPublisher;
  const touched = new TouchedBins();

  const binLine = (siteId: string, binId: string, more = ''): string =>
    `  - { tenantId: ${tenantId}, siteId: ${siteId}, binId: ${binId}, name: ${binId}, locationId: hall, itemId: m8${more} }`;
  const sensor = (deviceId: string): string => `, sensor: { deviceId: ${deviceId}, kind: weight }`;
  const place = '{ siteId: SITE, name: S, locations: [{ locationId: hall, name: H }] }';
  const yaml = (more = ''): string => `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [${place.replace('SITE', 'one')}, ${place.replace('SITE', 'two')}] }]
suppliers: [{ tenantId: ${tenantId}, supplierId: bolts, name: Bolts, endpoint: 'http://127.0.0.1:1', apiToken: token-${tenantId} }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
supplierItems: [{ tenantId: ${tenantId}, supplierId: bolts, itemId: m8, partNumber: B-8, orderUnit: pack, packQuantity: 10, price: 2.5 }]
bins:
${binLine('one', 'A', `${sensor('scale-a')}, consignment: true`)}
${binLine('one', 'B', sensor('scale-b'))}
${binLine('one', 'SHELF')}
${binLine('two', 'FAR')}
${more}
policies: [{ tenantId: ${tenantId}, siteId: one, binId: B, type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, usableDaysLeft: 0 }]`;

  beforeEach(async () => {
    tenantId = `t-${randomUUID().slice(0, 8)}`;
    ledger = new StockLedger(database.db, clock, TEST_LOGGER, testMetrics(), touched, publisher);
    moves = new Moves(database.db, clock, ledger, touched);
    await seedCatalogue(database.db, parseCatalogue(yaml(), 'test'), nowMs);
  });

  const site = (siteId = 'one') => ({ tenantId, siteId });
  function weighing(deviceId: string, pieces: number, more: Partial<Reading> = {}): Reading {
    const common = { receivedAtMs: ++nowMs, clockQuality: 'gateway', quality: 'good' };
    return { kind: 'weight', deviceId, ...common, netGrams: pieces * 10, stable: true, ...more } as Reading;
  }
  async function shows(deviceId: string, pieces: number, more: Partial<Reading> = {}): Promise<void> {
    const reading = weighing(deviceId, pieces, more);
    const readings = [{ sequence: ++sequence, reading, raw: reading }];
    await ledger.apply(site(), { gatewayId: 'gw', outboxId, readings });
  }
  const booked = async (binId: string): Promise<string[]> =>
    (
      await database.db
        .selectFrom('stock_movement')
        .select(['kind', 'change'])
        .where('tenant_id', '=', tenantId)
        .where('bin_id', '=', binId)
        .orderBy('movement_id')
        .execute()
    ).map(({ kind, change }) => `${kind} ${change}`);
  const onHand = async (binId: string): Promise<number | undefined> =>
    (
      await database.db
        .selectFrom('stock_level')
        .select('on_hand')
        .where('tenant_id', '=', tenantId)
        .where('bin_id', '=', binId)
        .executeTakeFirst()
    )?.on_hand;
  const broken = async (): Promise<unknown[]> =>
    (await findViolations(database.db, nowMs)).filter((each) => each.tenantId === tenantId);
  const transfer = (quantity: number, to: { siteId: string; binId: string }, from = 'A') =>
    moves.announce(tenantId, { kind: 'TRANSFER', quantity, from: { siteId: 'one', binId: from }, to, by: 'ann' });

  test('steps that the scales show after a transfer was announced are its two sides', async () => {
    await shows('scale-a', 60);
    await shows('scale-b', 10);
    const announced = await transfer(40, { siteId: 'one', binId: 'B' });
    expect(announced).toMatchObject({ ok: true, move: { status: 'OPEN' } });
    await shows('scale-a', 20);
    await shows('scale-a', 19);
    await shows('scale-b', 30);
    await shows('scale-b', 50);
    expect(await booked('A')).toEqual(['ADJUSTMENT 60', 'TRANSFER -40', 'CONSUMPTION -1']);
    expect(await booked('B')).toEqual(['ADJUSTMENT 10', 'TRANSFER 20', 'TRANSFER 20']);
    const page = await moves.list(tenantId, { limit: 10 });
    expect(page.items).toMatchObject([{ status: 'DONE', from: { moved: 40 }, to: { moved: 40 } }]);
    expect(await broken()).toEqual([]);
  });

  test('several grabs of one move that come in one batch are all of it, and end it', async () => {
    await shows('scale-a', 60);
    await shows('scale-b', 10);
    await transfer(40, { siteId: 'one', binId: 'B' });
    const steps = [weighing('scale-a', 45), weighing('scale-a', 35), weighing('scale-a', 20), weighing('scale-b', 50)];
    const readings = steps.map((reading) => ({ sequence: ++sequence, reading, raw: reading }));
    await ledger.apply(site(), { gatewayId: 'gw', outboxId, readings });
    expect(await booked('A')).toEqual(['ADJUSTMENT 60', 'TRANSFER -15', 'TRANSFER -10', 'TRANSFER -15']);
    const page = await moves.list(tenantId, { limit: 10 });
    expect(page.items).toMatchObject([{ status: 'DONE', from: { moved: 40 }, to: { moved: 40 } }]);
    // It is over: what is taken next is used.
    await shows('scale-a', 10);
    expect((await booked('A')).at(-1)).toBe('CONSUMPTION -10');
  });

  test('a move between bins of the same name at two sites has two sides, each with its own steps', async () => {
    await seedCatalogue(database.db, parseCatalogue(yaml(binLine('two', 'A', sensor('scale-far'))), 'test'), nowMs);
    await shows('scale-a', 60);
    await transfer(40, { siteId: 'two', binId: 'A' });
    await shows('scale-a', 20);
    const page = await moves.list(tenantId, { limit: 10 });
    expect(page.items).toMatchObject([{ status: 'OPEN', from: { moved: 40 }, to: { moved: 0 } }]);
  });

  test('a bin is decided about at once when a person counts it, also behind a gateway whose clock is ahead', async () => {
    await shows('scale-b', 30);
    nowMs -= 500; // to the ledger the count is older than the reading: old news, for which nobody waits
    const decidedAgain: string[] = [];
    const subscription = touched.touches.subscribe(({ binIds, urgency }) =>
      decidedAgain.push(...binIds.map((binId) => `${binId} ${urgency}`)),
    );
    expect(await ledger.count(site(), { binId: 'B', quantity: 30, by: 'ann' })).toBe(true);
    expect(await ledger.count(site(), { binId: 'NONE', quantity: 30, by: 'ann' })).toBe(false);
    subscription.unsubscribe();
    expect(decidedAgain).toContain('B now');
    expect(decidedAgain.join()).not.toContain('NONE');
  });

  test('what is in two bins cannot be moved from one to the other if it is not the same', async () => {
    const other = { tenant_id: tenantId, item_id: 'm6', sku: 'M6', name: 'M6 bolts', unit: 'pcs' };
    await database.db.insertInto('item').values(other).execute();
    const shelf = database.db.updateTable('bin').set({ item_id: 'm6' }).where('tenant_id', '=', tenantId);
    await shelf.where('bin_id', '=', 'SHELF').execute();
    const moved = await transfer(5, { siteId: 'one', binId: 'SHELF' });
    expect(moved).toEqual({ ok: false, because: 'other-item' });
    expect((await moves.list(tenantId, { limit: 10 })).items).toEqual([]);
  });

  test('one reservation after the other is taken on the same connection, also when its plan is kept', async () => {
    const reservations = new Reservations(database.db, clock, touched);
    for (let job = 1; job <= 12; job += 1) {
      const wanted = { quantity: job, reference: `JOB-${job}` };
      await reservations.reserve(tenantId, { siteId: 'one', binId: 'B' }, wanted, 'ann');
    }
    expect((await reservations.list(tenantId, { limit: 20 })).items).toHaveLength(12);
  });

  test('a reservation is not set to less than was handed out of it', async () => {
    const reservations = new Reservations(database.db, clock, touched);
    const [at, reference] = [{ siteId: 'one', binId: 'B' }, 'JOB-1'];
    const first = await reservations.reserve(tenantId, at, { quantity: 10, reference }, 'ann');
    await reservations.fulfil(tenantId, first?.reservationId ?? '', 6, 'ann');
    const again = await reservations.reserve(tenantId, at, { quantity: 4, reference }, 'ann');
    expect(again).toMatchObject({ reservationId: first?.reservationId, quantity: 6, fulfilledQuantity: 6 });
  });

  test('steps that the scales showed before are taken back and booked as the transfer they were', async () => {
    await shows('scale-a', 60);
    await shows('scale-b', 10);
    await shows('scale-a', 20);
    await shows('scale-b', 50);
    expect(await booked('B')).toEqual(['ADJUSTMENT 10', 'UNEXPLAINED 40']);
    const told = await transfer(40, { siteId: 'one', binId: 'B' });
    expect(told).toMatchObject({ ok: true, move: { status: 'DONE', from: { moved: 40 }, to: { moved: 40 } } });
    expect(await booked('A')).toEqual(['ADJUSTMENT 60', 'CONSUMPTION -40', 'CONSUMPTION 40', 'TRANSFER -40']);
    expect([await onHand('A'), await onHand('B')]).toEqual([20, 50]);
    // A late reading changes how it came, not what it was.
    await shows('scale-a', 30, { observedAtMs: nowMs - 3, clockQuality: 'device' });
    expect(await broken()).toEqual([]);
  });

  test('where no scale looks, the word of the person is the movement, on both sides and both sites, once', async () => {
    await ledger.count(site(), { binId: 'SHELF', quantity: 30, by: 'ann' });
    nowMs += 1; // in one millisecond, nobody can say what came first
    const moveId = randomUUID();
    const move = {
      kind: 'TRANSFER',
      quantity: 12,
      from: { siteId: 'one', binId: 'SHELF' },
      by: 'ann',
      moveId,
    } as const;
    for (let times = 0; times < 3; times += 1) {
      const told = await moves.announce(tenantId, { ...move, to: { siteId: 'two', binId: 'FAR' } });
      expect(told).toMatchObject({ ok: true, move: { status: 'DONE' } });
    }
    expect(await booked('SHELF')).toEqual(['ADJUSTMENT 30', 'TRANSFER -12']);
    expect(await booked('FAR')).toEqual(['TRANSFER 12']);
    expect(await moves.announce(tenantId, { ...move, quantity: 13 })).toEqual({ ok: false, because: 'other-move' });
    expect(await broken()).toEqual([]);
  });

  test('a side that a crash left unbooked is booked by the next run; one that no scale shows asks for a count', async () => {
    await shows('scale-a', 60);
    const side = { tenant_id: tenantId, item_id: 'm8', kind: 'TRANSFER' as const, at_ms: nowMs, by: 'ann', note: null };
    const move_id = randomUUID();
    await database.db
      .insertInto('announced_move')
      .values([
        { ...side, move_id, site_id: 'one', bin_id: 'A', quantity: -12, sensed: true },
        { ...side, move_id, site_id: 'two', bin_id: 'FAR', quantity: 12, sensed: false },
      ])
      .execute();
    await moves.settle();
    expect(await booked('FAR')).toEqual(['TRANSFER 12']);
    nowMs += 5 * 60 * MINUTE_MS;
    expect(await moves.settle()).toBeGreaterThan(0);
    expect((await moves.list(tenantId, { limit: 1 })).items).toMatchObject([{ status: 'INCOMPLETE' }]);
    const task = await database.db
      .selectFrom('counting_task')
      .select(['bin_id', 'reason'])
      .where('tenant_id', '=', tenantId)
      .execute();
    expect(task).toEqual([{ bin_id: 'A', reason: 'of a move of 12, its sensor has shown 0' }]);
  });

  test('goods that go back to the supplier or come back into stock are returns', async () => {
    await shows('scale-b', 50);
    const b = { siteId: 'one', binId: 'B' };
    await moves.announce(tenantId, { kind: 'RETURN', quantity: 10, from: b, by: 'ann' });
    await shows('scale-b', 40);
    nowMs += 20 * MINUTE_MS;
    await moves.announce(tenantId, { kind: 'RETURN', quantity: 5, to: b, by: 'ann' });
    await shows('scale-b', 45);
    expect(await booked('B')).toEqual(['ADJUSTMENT 50', 'RETURN -10', 'RETURN 5']);
  });

  test('what is reserved counts against the position until it is fulfilled, released or expired', async () => {
    const reservations = new Reservations(database.db, clock, touched);
    await shows('scale-b', 50);
    const position = async () => {
      const [situation] = await withTenant(database.db, tenantId, (tx) => loadSituations(tx, site(), ['B'], nowMs));
      const { reserved, backordered } = situation?.input.position ?? { reserved: -1, backordered: -1 };
      return { reserved, backordered };
    };
    const b = { siteId: 'one', binId: 'B' };
    const order = await reservations.reserve(tenantId, b, { quantity: 20, reference: 'WO-1' }, 'erp');
    await reservations.reserve(tenantId, b, { quantity: 25, reference: 'WO-1' }, 'erp');
    const other = await reservations.reserve(tenantId, b, { quantity: 40, reference: 'WO-2' }, 'erp');
    await reservations.reserve(tenantId, b, { quantity: 7, reference: 'WO-3', expiresAtMs: nowMs + 10 }, 'erp');
    expect(await position()).toEqual({ reserved: 50, backordered: 22 });
    nowMs += 11;
    expect(await position()).toEqual({ reserved: 50, backordered: 15 });
    expect(await reservations.expire()).toBeGreaterThan(0);
    await reservations.fulfil(tenantId, order?.reservationId ?? '', 20, 'ann');
    expect(await position()).toEqual({ reserved: 45, backordered: 0 });
    expect(await reservations.fulfil(tenantId, order?.reservationId ?? '', 5, 'ann')).toMatchObject({
      status: 'FULFILLED',
      fulfilledQuantity: 25,
    });
    expect(await reservations.release(tenantId, other?.reservationId ?? '', 'ann')).toMatchObject({
      status: 'RELEASED',
    });
    expect(await position()).toEqual({ reserved: 0, backordered: 0 });
    expect(await reservations.release(tenantId, randomUUID(), 'ann')).toBeUndefined();
    expect((await reservations.list(tenantId, { status: 'EXPIRED', limit: 10 })).items).toHaveLength(1);
    expect(await broken()).toEqual([]);
  });

  test('goods that are handed out count once, before somebody has said so and after; what was something else counts later', async () => {
    const reservations = new Reservations(database.db, clock, touched);
    const position = async (): Promise<number> => {
      const [situation] = await withTenant(database.db, tenantId, (tx) => loadSituations(tx, site(), ['B'], nowMs));
      const { onHand, reserved, backordered } = situation?.input.position ?? {
        onHand: -1,
        reserved: 0,
        backordered: 0,
      };
      return onHand - reserved - backordered;
    };
    await shows('scale-b', 50);
    const b = { siteId: 'one', binId: 'B' };
    const order = await reservations.reserve(tenantId, b, { quantity: 20, reference: 'WO-1' }, 'erp');
    expect(await position()).toBe(30);
    await shows('scale-b', 38);
    expect(await position()).toBe(30);
    nowMs += 5 * MINUTE_MS;
    await reservations.fulfil(tenantId, order?.reservationId ?? '', 12, 'ann');
    expect(await position()).toBe(30);
    // Ten minutes later the taking is over a quarter of an hour old, and the saying is not.
    nowMs += 11 * MINUTE_MS;
    expect(await position()).toBe(30);
    // Five that nobody says are of the reservation, until they must have been something else.
    await shows('scale-b', 33);
    expect(await position()).toBe(30);
    nowMs += 15 * MINUTE_MS;
    expect(await position()).toBe(25);
    const decidedAgain: string[] = [];
    const subscription = touched.touches.subscribe((touch) => decidedAgain.push(...touch.binIds));
    await reservations.expire();
    subscription.unsubscribe();
    expect(decidedAgain).toContain('B');
  });

  test('the lot that expires first is taken first, and what has expired is no stock to a policy that says so', async () => {
    const lots = new Lots(database.db, clock, TEST_LOGGER, testMetrics(), touched);
    const b = { siteId: 'one', binId: 'B' };
    await shows('scale-b', 0);
    await lots.record(tenantId, b, { lotNumber: 'L-LATE', quantity: 30, expiresAtMs: nowMs + 90 * DAY_MS }, 'ann');
    await shows('scale-b', 30);
    await shows('scale-b', 50);
    await lots.record(tenantId, b, { lotNumber: 'L-SOON', quantity: 20, expiresAtMs: nowMs + 10 * DAY_MS }, 'ann');
    await shows('scale-b', 42);
    const left = async () =>
      (await lots.ofBin(tenantId, b)).map((lot) => `${lot.lotNumber} ${lot.remainingQuantity} ${lot.state}`);
    expect(await left()).toEqual(['L-SOON 12 expiring', 'L-LATE 30 usable']);
    nowMs += 11 * DAY_MS;
    expect(await left()).toEqual(['L-SOON 12 expired', 'L-LATE 30 usable']);
    const expiring = await lots.expiring(tenantId, { days: 30, limit: 10 });
    expect(expiring.items.map((lot) => lot.lotNumber)).toEqual(['L-SOON']);
    const [situation] = await withTenant(database.db, tenantId, (tx) => loadSituations(tx, site(), ['B'], nowMs));
    expect(situation?.input.position).toMatchObject({ onHand: 42, unusable: 12 });
    expect(await broken()).toEqual([]);
  });

  test('what is taken of consignment stock, less what was put back, is to be invoiced', async () => {
    const fromMs = nowMs;
    await shows('scale-a', 60);
    await shows('scale-a', 40);
    await shows('scale-a', 45);
    nowMs += 20 * MINUTE_MS;
    await moves.announce(tenantId, { kind: 'RETURN', quantity: 10, from: { siteId: 'one', binId: 'A' }, by: 'ann' });
    await shows('scale-a', 35);
    await shows('scale-b', 60);
    await shows('scale-b', 10);
    const { items } = await new Consignment(database.db).consumption(tenantId, { fromMs, toMs: nowMs + 1, limit: 10 });
    expect(items).toMatchObject([{ binId: 'A', quantity: 15, supplierId: 'bolts', amountCents: 375 }]);
  });

  test('a reading of an unknown device is accounted at its own time once the catalogue knows it', async () => {
    const parked = new ParkedReadings(database.db, ledger);
    await shows('scale-new', 40);
    const lateAtMs = nowMs;
    const [reading] = (await parked.list(tenantId, { limit: 10 })).items;
    expect(reading).toMatchObject({ deviceId: 'scale-new', reason: 'unknown-device' });
    const parkedId = reading?.parkedId ?? '';
    expect(await parked.replay(tenantId, parkedId)).toMatchObject({ outcome: 'parked' });
    await seedCatalogue(database.db, parseCatalogue(yaml(binLine('one', 'NEW', sensor('scale-new'))), 'test'), nowMs);
    await shows('scale-new', 35);
    expect(await parked.replay(tenantId, parkedId)).toEqual({ outcome: 'accounted', detail: '' });
    expect(await parked.replay(tenantId, parkedId)).toBeUndefined();
    const first = await database.db
      .selectFrom('stock_movement')
      .select(['at_ms', 'change'])
      .where('tenant_id', '=', tenantId)
      .where('at_ms', '=', lateAtMs)
      .execute();
    expect(first).toEqual([{ at_ms: lateAtMs, change: 40 }]);
    expect(await onHand('NEW')).toBe(35);
    expect(await broken()).toEqual([]);
  });
});
