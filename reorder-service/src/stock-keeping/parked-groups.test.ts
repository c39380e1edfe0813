import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { beforeEach, expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { TEST_LOGGER, testMetrics } from '../replenishment/situation.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { ParkedGroups } from './parked-groups.ts';
import { ParkedReadings } from './parked-readings.ts';
import { SensorAssignment } from './sensor-assignment.ts';

onEachEngine('parked readings by device', (database) => {
  let nowMs = 1_763_800_000_000;
  let tenantId = '';
  let ledger: StockLedger;
  let groups: ParkedGroups;
  let sensors: SensorAssignment;
  let sequence = 0;
  const outboxId = randomUUID();
  const person = () => ({ tenantId, email: 'ann@demo.local' });
  const clock = (): number => nowMs;

  beforeEach(async () => {
    tenantId = `t-${randomUUID().slice(0, 8)}`;
    const touched = new TouchedBins();
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    ledger = new StockLedger(database.db, clock, TEST_LOGGER, testMetrics(), touched, publisher);
    groups = new ParkedGroups(database.db, new ParkedReadings(database.db, ledger));
    sensors = new SensorAssignment(database.db, clock, touched);
    const bins = ['A', 'B']
      .map(
        (bin) =>
          `  - { tenantId: ${tenantId}, siteId: one, binId: ${bin}, name: ${bin}, locationId: hall, itemId: m8 }`,
      )
      .join('\n');
    const catalogue = `
tenants: [{ tenantId: ${tenantId}, name: D, sites: [{ siteId: one, name: S, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
bins:
${bins}`;
    await seedCatalogue(database.db, parseCatalogue(catalogue, 'test'), nowMs);
  });

  async function shows(deviceId: string, pieces: number): Promise<void> {
    nowMs += 1_000;
    const common = { receivedAtMs: nowMs, clockQuality: 'gateway', quality: 'good' } as const;
    const reading: Reading = { kind: 'weight', deviceId, ...common, netGrams: pieces * 10, stable: true };
    await ledger.apply(
      { tenantId, siteId: 'one' },
      { gatewayId: 'gw', outboxId, readings: [{ sequence: ++sequence, reading, raw: reading }] },
    );
  }
  const onHand = async (binId: string): Promise<number | undefined> =>
    (
      await database.db
        .selectFrom('stock_level')
        .select('on_hand')
        .where('tenant_id', '=', tenantId)
        .where('bin_id', '=', binId)
        .executeTakeFirst()
    )?.on_hand;
  const listed = async () => groups.list(tenantId, {});

  test('a device that nobody knows is one line, however much it says; assigned to a bin, all of it is accounted', async () => {
    for (const pieces of [40, 38, 35]) await shows('scale-new', pieces);
    await shows('scale-other', 7);
    expect(await listed()).toMatchObject([
      { deviceId: 'scale-other', count: 1 },
      { deviceId: 'scale-new', count: 3, reason: 'unknown-device', reading: { kind: 'weight', netGrams: 350 } },
    ]);
    const group = { siteId: 'one', gatewayId: 'gw', deviceId: 'scale-new', sensorId: null, reason: 'unknown-device' };
    expect(await groups.replay(tenantId, group)).toMatchObject({ settled: 0, remaining: 3 });

    const at = { siteId: 'one', binId: 'A' };
    expect(await sensors.assign(person(), at, { deviceId: 'scale-new', kind: 'weight' })).toEqual({ ok: true });
    expect(await groups.replay(tenantId, group)).toEqual({ settled: 3, remaining: 0, detail: '' });
    expect(await onHand('A')).toBe(35);
    await shows('scale-new', 34);
    expect(await onHand('A')).toBe(34);
    expect(await listed()).toMatchObject([{ deviceId: 'scale-other' }]);
  });

  test('discarding a group leaves the others, and other tenants’', async () => {
    await shows('scale-new', 40);
    await shows('scale-other', 7);
    const group = { siteId: 'one', gatewayId: 'gw', deviceId: 'scale-new', sensorId: null, reason: 'unknown-device' };
    expect(await groups.discard('somebody-else', group)).toBe(0);
    expect(await groups.discard(tenantId, group)).toBe(1);
    expect(await listed()).toMatchObject([{ deviceId: 'scale-other' }]);
  });

  test('a device is not taken from one bin by assigning it to another, and assigning it twice is once', async () => {
    const device = { deviceId: 'scale-new', kind: 'weight' } as const;
    for (const _ of [1, 2]) {
      expect(await sensors.assign(person(), { siteId: 'one', binId: 'A' }, device)).toEqual({ ok: true });
    }
    expect(await sensors.assign(person(), { siteId: 'one', binId: 'B' }, device)).toMatchObject({
      ok: false,
      code: 'SENSOR_ASSIGNED',
      detail: expect.stringContaining('bin A'),
    });
    expect(await sensors.assign(person(), { siteId: 'one', binId: 'NOWHERE' }, device)).toMatchObject({
      code: 'NOT_FOUND',
    });
    const trail = await database.db
      .selectFrom('audit_event')
      .select(['actor', 'subject_id'])
      .where('tenant_id', '=', tenantId)
      .where('what', '=', 'bin-sensor')
      .execute();
    expect(trail).toEqual([
      { actor: 'ann@demo.local', subject_id: 'one/A' },
      { actor: 'ann@demo.local', subject_id: 'one/A' },
    ]);
  });
});
