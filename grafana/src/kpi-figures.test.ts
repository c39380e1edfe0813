import { InfluxServer, needs, PostgresServer } from '@shelfwire/test-servers';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { allQueries } from './testing/all-queries.ts';
import { expandInfluxQl, expandSql } from './testing/expand.ts';
import { migratedDatabase } from './testing/migrated-database.ts';

/**
 * A month that can be reckoned by hand: ten days, two bins.
 *
 * Bin A (nails; 3.00 for a pack of 10): 50 at the beginning; 10 taken on day 2, 40 on day 4: empty until 60 come on day 6;
 * a count on day 8 finds 2 less. Mean stock: (2·50 + 2·40 + 2·0 + 2·60 + 2·58) ÷ 10 = 41.6.
 * Bin B (glue; 5.00 a piece): 20, untouched since half a year.
 */
const DAY_MS = 86_400_000;
const TO_MS = Date.now();
const RANGE = { fromMs: TO_MS - 10 * DAY_MS, toMs: TO_MS };
const CHOICES = { tenant: 'demo', bin: 'A', site: ['plant-1'], item: ['nail', 'glue'], device: [] };
const onDay = (day: number): number => RANGE.fromMs + day * DAY_MS;

function text(panel: string): string {
  const query = allQueries().find(({ name }) => name === `KPIs: ${panel}`);
  if (!query) throw new Error(`no panel ${panel}`);
  return query.text;
}

describe.runIf(needs('postgres'))('the figures of a month reckoned by hand', () => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    server = await PostgresServer.start();
    client = await migratedDatabase(server.createDatabase('shelfwire'));
    for (const statement of records()) await client.query(statement);
  });
  afterAll(async () => {
    await client?.end();
    await server?.close();
  });

  async function rows(panel: string): Promise<Record<string, unknown>[]> {
    const answer = await client.query<Record<string, unknown>>(expandSql(text(panel), CHOICES, RANGE));
    return answer.rows;
  }

  async function figure(panel: string): Promise<number> {
    const [row = {}] = await rows(panel);
    return Number(Object.values(row)[0]);
  }

  test.each([
    // 20 bin days, 2 of them empty.
    ['Availability', 18 / 20],
    ['Stockout days', 2],
    // 50 taken in 8 days with stock; in the 2 empty ones as fast: 12.5 more were wanted.
    ['Unit fill rate', 50 / 62.5],
    // Corrected 2 of 112 moved.
    ['Inventory accuracy', 1 - 2 / 112],
    // 50 in 10 days is 1,825 a year; the mean stock is 41.6 and 20.
    ['Turns a year', 1_825 / 61.6],
    // Three closed: one in time and whole, one late, one with a damaged piece. The cancelled one does not count.
    ['Perfect orders', 1 / 3],
    // Two, three and four days.
    ['Order cycle time', 3 * DAY_MS],
    ['Dead stock value', 20 * 5],
    // 58 of a bin that should be filled up to 50, at 0.30 a piece.
    ['Excess stock value', 8 * 0.3],
    // One of two.
    ['Sensors in order', 0.5],
  ])('%s', async (panel, expected) => {
    expect(await figure(panel)).toBeCloseTo(expected, 4);
  });

  test('Days of supply and turns', async () => {
    const [nails, glue] = await rows('Days of supply and turns');
    expect(nails).toMatchObject({ sku: 'N', unit: 'pcs' });
    expect(Number(nails?.['a day'])).toBeCloseTo(5, 4);
    expect(Number(nails?.['days of supply'])).toBeCloseTo(58 / 5, 4);
    expect(Number(nails?.['turns'])).toBeCloseTo((5 * 365) / 58, 4);
    expect(glue).toMatchObject({ sku: 'G', 'days of supply': null, turns: null });
  });

  test('Time without stock', async () => {
    const [only, ...others] = await rows('Time without stock');
    expect(only).toMatchObject({ site: 'plant-1', bin: 'A' });
    expect(Number(only?.['empty'])).toBe(2 * DAY_MS);
    expect(others).toEqual([]);
  });

  test('Dead and excess stock', async () => {
    const all = await rows('Dead and excess stock');
    expect(all.map(({ bin, why, value }) => [bin, why, Number(value)])).toEqual([
      ['B', 'dead', 100],
      ['A', 'excess', 2.4],
    ]);
  });
});

describe.runIf(needs('influxdb'))('the uptime of sensors', () => {
  test('is the share of hours with a value, over all of a kind', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('shelfwire');
    const firstHour = Math.ceil(RANGE.fromMs / 3_600_000);
    const lines = Array.from({ length: 240 }, (_, hour) => {
      const at = `${(firstHour + hour) * 3_600_000}000000`;
      const of = (device: string): string =>
        `reading_hourly,tenantId=demo,siteId=plant-1,deviceId=${device} netGrams_count=60 ${at}`;
      // One spoke always, the other in a quarter of the hours.
      return [of('always'), ...(hour % 4 === 0 ? [of('seldom')] : [])];
    });
    await fetch(`${server.directUrl}/write?db=shelfwire`, { method: 'POST', body: lines.flat().join('\n') });
    const answer = await server.query(expandInfluxQl(text('Sensor uptime'), CHOICES, RANGE), 'shelfwire');
    await server.close();
    const value = answer.results?.[0]?.series?.[0]?.values[0]?.[1];
    expect(Number(value)).toBeCloseTo((1 + 0.25) / 2, 1);
  });
});

function records(): string[] {
  const T = `'demo'`;
  let sequence = 0;
  const movement = (
    bin: string,
    item: string,
    kind: string,
    change: number,
    after: number,
    atMs: number,
    cause = 'up',
  ): string =>
    `insert into stock_movement (tenant_id, site_id, bin_id, item_id, kind, change, on_hand_after, at_ms, recorded_at_ms,
       gateway_id, outbox_id, sequence, revision, evidence)
     values (${T}, 'plant-1', '${bin}', '${item}', '${kind}', ${change}, ${after}, ${atMs}, ${atMs}, 'gw', 'o',
       ${(sequence += 1)}, 0, '{"cause": "${cause}"}')`;
  const level = (bin: string, item: string, onHand: number): string =>
    `insert into stock_level (tenant_id, site_id, bin_id, item_id, on_hand, uncertainty, state, status, observed_at_ms,
       ledger_version) values (${T}, 'plant-1', '${bin}', '${item}', ${onHand}, 0, '{}', 'OK', ${TO_MS}, 1)`;
  const sensor = (bin: string, quality: string): string =>
    `insert into sensor_state values (${T}, 'plant-1', '${bin}', ${TO_MS}, '${quality}', ${TO_MS})`;
  return [
    `insert into tenant (tenant_id, name) values (${T}, 'Demo')`,
    `insert into site (tenant_id, site_id, name, time_zone, deliver_to) values (${T}, 'plant-1', 'P', 'UTC', 'Gate')`,
    `insert into storage_location (tenant_id, site_id, location_id, name) values (${T}, 'plant-1', 'l', 'L')`,
    `insert into supplier (tenant_id, supplier_id, name, endpoint, api_token, api_token_sha256)
     values (${T}, 'acme', 'Acme', 'http://127.0.0.1:1', 't', 'h')`,
    `insert into item (tenant_id, item_id, sku, name, unit) values
     (${T}, 'nail', 'N', 'Nail', 'pcs'), (${T}, 'glue', 'G', 'Glue', 'pcs')`,
    `insert into supplier_item (tenant_id, supplier_id, item_id, part_number, order_unit, pack_quantity, lead_time_days,
       price_breaks) values
     (${T}, 'acme', 'nail', 'N-1', 'pack', 10, 3, '[{"fromUnits": 1, "unitPriceCents": 300}]'),
     (${T}, 'acme', 'glue', 'G-1', 'pcs', 1, 3, '[{"fromUnits": 1, "unitPriceCents": 500}]')`,
    `insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id) values
     (${T}, 'plant-1', 'A', 'A', 'l', 'nail'), (${T}, 'plant-1', 'B', 'B', 'l', 'glue')`,
    `insert into policy (tenant_id, policy_id, version, scope, site_id, bin_id, type, parameters, effective_from_ms,
       created_at_ms, created_by)
     values (${T}, 'p', 1, 'bin', 'plant-1', 'A', 'MIN_MAX', '{"reorderPoint": 20, "orderUpTo": 50}', 1, 1, 'seed')`,
    `insert into item_location (tenant_id, site_id, bin_id, item_id, policy_id, policy_version, decision, because)
     values (${T}, 'plant-1', 'A', 'nail', 'p', 1, 'wait', 'enough')`,
    movement('A', 'nail', 'ADJUSTMENT', 50, 50, onDay(0), 'first'),
    movement('A', 'nail', 'CONSUMPTION', -10, 40, onDay(2)),
    movement('A', 'nail', 'CONSUMPTION', -40, 0, onDay(4)),
    movement('A', 'nail', 'RECEIPT', 60, 60, onDay(6)),
    movement('A', 'nail', 'ADJUSTMENT', -2, 58, onDay(8)),
    movement('B', 'glue', 'RECEIPT', 20, 20, TO_MS - 180 * DAY_MS),
    level('A', 'nail', 58),
    level('B', 'glue', 20),
    sensor('A', 'good'),
    sensor('B', 'stale'),
    ...order(1, { cycleDays: 2, lateDays: 0 }),
    ...order(2, { cycleDays: 3, lateDays: 1 }),
    ...order(3, { cycleDays: 4, lateDays: 0, condition: 'damaged' }),
    ...order(4, { cycleDays: 5, lateDays: 0, status: 'CANCELLED' }),
  ];
}

function order(
  number: number,
  of: { cycleDays: number; lateDays: number; condition?: string; status?: string },
): string[] {
  const orderId = `00000000-0000-4000-8000-00000000000${number}`;
  const receiptId = `10000000-0000-4000-8000-00000000000${number}`;
  const closedAtMs = onDay(9);
  const received = of.status === 'CANCELLED' ? 0 : 10;
  return [
    `insert into purchase_order (order_id, tenant_id, site_id, supplier_id, order_number, status, sentence, created_at_ms,
       sent_at_ms, due_at_ms, closed_at_ms)
     values ('${orderId}', 'demo', 'plant-1', 'acme', 'PO-${number}', '${of.status ?? 'CLOSED'}', 'Low.',
       ${closedAtMs - of.cycleDays * DAY_MS}, ${closedAtMs - of.cycleDays * DAY_MS}, ${closedAtMs - of.lateDays * DAY_MS},
       ${closedAtMs})`,
    `insert into purchase_order_line (order_id, line_number, tenant_id, site_id, bin_id, item_id, part_number, description,
       order_unit, stock_units_per_order_unit, ordered_quantity, received_quantity, open)
     values ('${orderId}', 1, 'demo', 'plant-1', 'A', 'nail', 'N-1', 'Nails', 'pack', 10, 10, ${received}, false)`,
    `insert into order_receipt (receipt_id, order_id, tenant_id, site_id, status, source, created_at_ms)
     values ('${receiptId}', '${orderId}', 'demo', 'plant-1', 'CONFIRMED', 'person', ${closedAtMs})`,
    `insert into order_receipt_line (receipt_id, position, tenant_id, line_number, quantity, condition)
     values ('${receiptId}', 1, 'demo', 1, 10, '${of.condition ?? 'good'}')`,
  ];
}
