import { randomUUID } from 'node:crypto';

import { API_ROUTES, problemSchema, type RouteDefinition } from '@shelfwire/contract/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestApp, type TestApp } from './test-app.ts';
import { AT_MS, ORDER_ID, OTHER_SUPPLIERS_ORDER_ID, SUPPLIER_TOKEN } from './two-tenants.ts';

let running: TestApp;
let admin: string;
let sales: string;

beforeAll(async () => {
  running = await startTestApp();
  admin = await running.signIn('admin@ours.example');
  sales = await running.signIn('sales@bolts.example');
});
afterAll(async () => {
  await running.app.close();
});

const routes: [name: string, route: RouteDefinition][] = Object.entries(API_ROUTES);
const fill = (path: string): string =>
  path
    .replace(/:(order|receipt|return|alert|reservation|user)Id/, ORDER_ID)
    .replace(':parkedId', '1')
    .replace(':siteId', 's1')
    .replace(':kind', 'items')
    .replaceAll(/:\w+/g, 'b1');
/** What a list cannot be asked without. */
const REQUIRED: Readonly<Record<string, string>> = {
  listConsignmentConsumption: `?fromMs=${AT_MS}&toMs=${AT_MS + 1}`,
};

/** For people of suppliers only. */
const OF_SUPPLIERS: ReadonlySet<string> = new Set([
  'acknowledgeOrder',
  'announceShipment',
  'answerCancellation',
  'answerUrging',
]);

describe('every route of the contract', () => {
  test.each(routes.filter(([, route]) => route.auth !== 'none'))('%s answers 401 without a token', async (_, route) => {
    const answer = await running.app.inject({ method: route.method, url: fill(route.path) });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
  });

  test.each(routes.filter(([, route]) => route.method === 'GET'))(
    '%s answers in the form of the contract',
    async (name, route) => {
      const answer = await running.app.inject({
        method: route.method,
        url: fill(route.path) + (REQUIRED[name] ?? ''),
        headers: { authorization: admin },
      });
      expect(answer.statusCode).toBe(route.responseStatus ?? 200);
      expect(route.response.safeParse(route.responseTypes ? answer.body : answer.json())).toMatchObject({
        success: true,
      });
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  test.each(routes.filter(([, route]) => route.body))(
    '%s refuses a body that is none, naming every problem',
    async (name, route) => {
      const person = OF_SUPPLIERS.has(name) ? sales : admin;
      const authorization = route.auth === 'supplier-token' ? `Bearer ${SUPPLIER_TOKEN}` : person;
      const answer = await running.app.inject({
        method: route.method,
        url: fill(route.path),
        headers: { authorization },
        payload: { nonsense: true },
      });
      expect(answer.statusCode).toBe(400);
      const problem = problemSchema.parse(answer.json());
      expect(problem.code).toBe('REQUEST_INVALID');
      expect(problem.problems?.every(({ where }) => where.startsWith('body'))).toBe(true);
    },
  );
});

describe('errors', () => {
  test.each([
    ['an unknown order', `/api/v1/orders/${randomUUID()}`],
    ['an id that cannot be one', '/api/v1/orders/17'],
    ['an unknown path', '/api/v1/nothing'],
  ])('%s is a 404', async (_, url) => {
    const answer = await running.app.inject({ url, headers: { authorization: admin } });
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test.each([
    ['limit=0', 'query.limit'],
    ['status=FINE', 'query.status'],
    ['siteId=a%2Fb', 'query.siteId'],
  ])('the query %s is refused with its place', async (query, where) => {
    const answer = await running.app.inject({ url: `/api/v1/stock?${query}`, headers: { authorization: admin } });
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 400, problems: [{ where }] });
  });

  test('a made-up cursor is refused', async () => {
    const answer = await running.app.inject({ url: '/api/v1/stock?cursor=made-up', headers: { authorization: admin } });
    expect(answer.json()).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });

  test('a character that PostgreSQL keeps in no text is refused, and is no error of the service', async () => {
    const group = {
      siteId: 's1',
      gatewayId: 'b1',
      deviceId: 'b1',
      sensorId: '\u0000',
      reason: 'any',
      action: 'replay',
    };
    const answer = await running.app.inject({
      method: 'POST',
      url: '/api/v1/parked-readings/settle',
      headers: { authorization: admin },
      payload: group,
    });
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  test('a body that is no JSON, or not called JSON, is refused', async () => {
    const send = async (type: string, payload: string): Promise<unknown> =>
      (
        await running.app.inject({
          method: 'POST',
          url: '/api/v1/auth/login',
          headers: { 'content-type': type },
          payload,
        })
      ).json();
    expect(await send('application/json', '{"email":')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(await send('text/xml', '<a/>')).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
    expect(await send('application/json', `"${'x'.repeat(2_000_000)}"`)).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
  });
});

describe('a document in XML', () => {
  const send = async (url: string, type: string, payload: string | Buffer) =>
    running.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${SUPPLIER_TOKEN}`, 'content-type': type },
      payload,
    });
  const xml = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?><Größe/>`;

  test('is read in the encoding that it names, and told what is wrong with which element', async () => {
    const latin = await send('/api/v1/supplier/ubl', 'text/xml', Buffer.from(xml('ISO-8859-1'), 'latin1'));
    expect(latin.json()).toMatchObject({ status: 422, code: 'DOCUMENT_REFUSED', problems: [{ where: '/Größe' }] });
    const broken = await send('/api/v1/supplier/ubl', 'application/xml', Buffer.from(xml('UTF-8'), 'latin1'));
    expect(broken.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  test('is taken where documents are taken, and nowhere else', async () => {
    const answer = await send('/api/v1/supplier/order-responses', 'application/xml', xml('UTF-8'));
    expect(answer.json()).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
  });
});

describe('files in and out', () => {
  const csv = (payload: string, query = '') =>
    running.app.inject({
      method: 'POST',
      url: `/api/v1/import/items${query}`,
      headers: { authorization: admin, 'content-type': 'text/csv' },
      payload,
    });

  test('a spreadsheet is imported, and its mistakes are told by line and column', async () => {
    const wrong = await csv('itemId,sku,name,gtin\nnut-m8,N8,M8 nuts,4711\n');
    expect(wrong.json()).toMatchObject({ code: 'IMPORT_REFUSED', problems: [{ where: 'line 2, gtin' }] });
    const tried = await csv('itemId;sku;name\nnut-m8;N8;"M8 nuts; zinc"\n', '?dryRun=true');
    expect(tried.json()).toMatchObject({ dryRun: true, created: 1, rows: [{ line: 2, id: 'nut-m8' }] });
  });

  test('exports are the tenant’s own', async () => {
    const url = '/api/v1/export/stock.csv';
    const ours = await running.app.inject({ url, headers: { authorization: admin } });
    expect(ours.headers['content-type']).toMatch(/^text\/csv/);
    expect(ours.body.split('\r\n').filter((line) => line.startsWith('s'))).toMatchObject([
      expect.stringMatching(/^siteId,/),
      expect.stringMatching(/^s1,loc,b1,bolt-m8,/),
      expect.stringMatching(/^s1,loc,b2,oil-5w30,/),
    ]);
    const supplier = await running.app.inject({
      url,
      headers: { authorization: await running.signIn('sales@bolts.example') },
    });
    expect(supplier.statusCode).toBe(403);
  });
});

describe('who sees what', () => {
  const get = async (url: string, email: string): Promise<{ statusCode: number; json: () => unknown }> =>
    running.app.inject({ url, headers: { authorization: await running.signIn(email) } });

  test('a tenant sees its own bins and orders only', async () => {
    expect((await get('/api/v1/stock', 'admin@ours.example')).json()).toMatchObject({
      items: [{ binId: 'b1' }, { binId: 'b2' }],
    });
    expect((await get('/api/v1/stock', 'admin@theirs.example')).json()).toMatchObject({ items: [{ binId: 'b9' }] });
    expect((await get('/api/v1/orders', 'admin@theirs.example')).json()).toEqual({ items: [], nextCursor: null });
    expect((await get(`/api/v1/orders/${ORDER_ID}`, 'admin@theirs.example')).statusCode).toBe(404);
  });

  test('finds orders by a part of their number, and lists the sites', async () => {
    const found = (await get('/api/v1/orders?search=po-8057', 'admin@ours.example')).json() as { items: unknown[] };
    expect(found.items).toMatchObject([{ orderId: ORDER_ID }]);
    expect((await get('/api/v1/orders?search=PO-9', 'admin@ours.example')).json()).toMatchObject({ items: [] });
    expect((await get('/api/v1/sites', 'admin@theirs.example')).json()).toMatchObject({ items: [{ siteId: 's2' }] });
  });

  test('a supplier sees the stock of what it sells and its own orders only', async () => {
    const stock = (await get('/api/v1/stock', 'sales@bolts.example')).json() as { items: { binId: string }[] };
    expect(stock.items.map(({ binId }) => binId)).toEqual(['b1']);
    const orders = (await get('/api/v1/orders', 'sales@bolts.example')).json() as { items: { orderId: string }[] };
    expect(orders.items.map(({ orderId }) => orderId)).toEqual([ORDER_ID]);
    expect((await get(`/api/v1/orders/${OTHER_SUPPLIERS_ORDER_ID}`, 'sales@bolts.example')).statusCode).toBe(404);
    expect((await get('/api/v1/stock/b2/movements', 'sales@bolts.example')).statusCode).toBe(403);
  });

  test('a person’s token opens nothing to a supplier’s system, nor the other way round', async () => {
    const asSystem = { authorization: `Bearer ${SUPPLIER_TOKEN}` };
    expect((await running.app.inject({ url: '/api/v1/stock', headers: asSystem })).statusCode).toBe(401);
    const url = '/api/v1/supplier/order-responses';
    const asPerson = await running.app.inject({ method: 'POST', url, headers: { authorization: admin }, payload: {} });
    expect(asPerson.statusCode).toBe(401);
  });
});

describe('the overview', () => {
  test('counts bins by status, open orders and tasks', async () => {
    const url = '/api/v1/summary';
    const ours = await running.app.inject({ url, headers: { authorization: admin } });
    expect(ours.json()).toMatchObject({ binsByStatus: { UNKNOWN: 2, OK: 0 }, openOrders: 2, openCountingTasks: 0 });
    const supplier = await running.app.inject({
      url,
      headers: { authorization: await running.signIn('sales@bolts.example') },
    });
    expect(supplier.json()).toMatchObject({ binsByStatus: { UNKNOWN: 1 }, openOrders: 1 });
  });

  test('shows a bin to whom it concerns, and to a supplier only itself as its source', async () => {
    const get = async (url: string, authorization: string) => running.app.inject({ url, headers: { authorization } });
    const supplier = await running.signIn('sales@bolts.example');
    expect((await get('/api/v1/stock/s1/b1', supplier)).json()).toMatchObject({
      binId: 'b1',
      supply: [{ supplierId: 'bolts-inc', stockUnitsPerOrderUnit: 10 }],
    });
    expect((await get('/api/v1/stock/s1/b2', supplier)).statusCode).toBe(404);
    expect((await get('/api/v1/stock/s1/b1', await running.signIn('admin@theirs.example'))).statusCode).toBe(404);
  });

  test('lists who is to be counted, the longest waiting first', async () => {
    const task = (binId: string, openedAtMs: number) => ({
      tenant_id: 'ours',
      site_id: 's1',
      bin_id: binId,
      reason: 'the sensor has gone silent',
      opened_at_ms: openedAtMs,
    });
    await running.db
      .insertInto('counting_task')
      .values([task('b1', AT_MS + 1), task('b2', AT_MS)])
      .execute();
    const list = async (query: string) =>
      (await running.app.inject({ url: `/api/v1/counting-tasks?${query}`, headers: { authorization: admin } })).json<{
        items: { binId: string }[];
        nextCursor: string | null;
      }>();
    const first = await list('limit=1');
    expect(first.items).toMatchObject([{ binId: 'b2', reason: 'the sensor has gone silent' }]);
    expect((await list(`limit=1&cursor=${first.nextCursor}`)).items).toMatchObject([{ binId: 'b1' }]);
  });
});

describe('counting', () => {
  const url = '/api/v1/stock/s1/b1/counts';

  test('sets the level to what a person counted, closes the task and leaves a movement', async () => {
    const answer = await running.app.inject({
      method: 'POST',
      url,
      headers: { authorization: admin },
      payload: { quantity: 31 },
    });
    expect(answer.json()).toEqual({ binId: 'b1', onHand: 31 });
    const get = async (path: string) =>
      (await running.app.inject({ url: path, headers: { authorization: admin } })).json<object>();
    expect(await get('/api/v1/stock/s1/b1')).toMatchObject({ onHand: 31, countingTask: null });
    expect(await get('/api/v1/stock/b1/movements')).toMatchObject({
      items: [{ siteId: 's1', binId: 'b1', kind: 'ADJUSTMENT', change: 31, onHandAfter: 31 }],
    });
  });

  test('is not for viewers or suppliers, nor at bins that are not there', async () => {
    const count = async (email: string, path: string): Promise<number> => {
      const headers = { authorization: await running.signIn(email) };
      return (await running.app.inject({ method: 'POST', url: path, headers, payload: { quantity: 1 } })).statusCode;
    };
    expect(await count('viewer@ours.example', url)).toBe(403);
    expect(await count('sales@bolts.example', url)).toBe(403);
    expect(await count('admin@theirs.example', url)).toBe(404);
    expect(await count('admin@ours.example', '/api/v1/stock/s1/nothing/counts')).toBe(404);
  });
});

describe('what needs no sign-in', () => {
  test.each(['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json'])(
    '%s answers, with security headers',
    async (url) => {
      const answer = await running.app.inject({ url });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
      expect(answer.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-inline/);
    },
  );
});

describe('a supplier’s person, of what two suppliers have', () => {
  const RECEIPTS = ['01890a5d-ac96-774b-bcce-b302099a9001', '01890a5d-ac96-774b-bcce-b302099a9002'] as const;
  const at = { tenant_id: 'ours', site_id: 's1' };

  beforeAll(async () => {
    const ofBoth = [
      { order_id: ORDER_ID, supplier_id: 'bolts-inc', bin_id: 'b1', item_id: 'bolt-m8' },
      { order_id: OTHER_SUPPLIERS_ORDER_ID, supplier_id: 'oils-inc', bin_id: 'b2', item_id: 'oil-5w30' },
    ];
    const { db } = running;
    await db.updateTable('bin').set({ consignment: true }).where('tenant_id', '=', 'ours').execute();
    for (const [index, { order_id, supplier_id, bin_id, item_id }] of ofBoth.entries()) {
      const receipt = { status: 'ANNOUNCED' as const, source: 'asn' as const, created_at_ms: AT_MS + index };
      await db
        .insertInto('order_receipt')
        .values({ ...at, ...receipt, order_id, receipt_id: RECEIPTS[index] ?? '' })
        .execute();
      const returned = { line_number: 1, quantity: 10, reason: 'broken', created_at_ms: AT_MS, created_by: 'ann' };
      await db
        .insertInto('supplier_return')
        .values({ ...at, ...returned, return_id: randomUUID(), order_id, supplier_id, bin_id, item_id })
        .execute();
      const took = { kind: 'CONSUMPTION' as const, change: -3, on_hand_after: 20, revision: 0, evidence: '{}' };
      const reading = { at_ms: AT_MS, recorded_at_ms: AT_MS, gateway_id: 'g', outbox_id: randomUUID(), sequence: 1 };
      await db
        .insertInto('stock_movement')
        .values({ ...at, ...took, ...reading, bin_id, item_id })
        .execute();
    }
  });

  const items = async (url: string, authorization: string): Promise<unknown[]> => {
    const answer = await running.app.inject({ url, headers: { authorization } });
    return answer.json<{ items: unknown[] }>().items;
  };

  test.each([
    ['receipts', '/api/v1/receipts', { orderId: ORDER_ID }],
    ['returns', '/api/v1/returns', { orderId: ORDER_ID, supplierId: 'bolts-inc' }],
    ['consumption', `/api/v1/consignment/consumption?fromMs=${AT_MS}&toMs=${AT_MS + 1}`, { supplierId: 'bolts-inc' }],
  ])('sees its own %s only', async (_, url, own) => {
    expect(await items(url, admin)).toHaveLength(2);
    const seen = await items(url, sales);
    expect(seen).toHaveLength(1);
    expect(seen).toMatchObject([own]);
  });

  test('sees what is expected of the bins with its goods, without the customer’s policy, and of no other bin', async () => {
    const forecast = (binId: string, authorization: string) =>
      running.app.inject({ url: `/api/v1/stock/s1/${binId}/forecast`, headers: { authorization } });
    expect((await forecast('b2', admin)).statusCode).toBe(200);
    expect((await forecast('b2', sales)).statusCode).toBe(404);
    expect((await forecast('b1', sales)).json()).toMatchObject({ reorderPoint: null, suggestion: null });
  });
});

test('history is a 503 with its reason where no ingest-service is set up', async () => {
  const answer = await running.app.inject({ url: '/api/v1/telemetry/series', headers: { authorization: admin } });
  expect(answer.json()).toMatchObject({ status: 503, code: 'TELEMETRY_NOT_CONFIGURED' });
});
