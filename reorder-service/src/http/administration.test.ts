import { randomUUID } from 'node:crypto';

import type { AuditEntry, Person } from '@shelfwire/contract/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestApp, type TestApp } from './test-app.ts';
import { ORDER_ID, OTHER_SUPPLIERS_ORDER_ID, PASSWORD } from './two-tenants.ts';

let running: TestApp;
let admin: string;

beforeAll(async () => {
  running = await startTestApp();
  admin = await running.signIn('admin@ours.example');
});
afterAll(async () => {
  await running.app.close();
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function call(method: Method, url: string, authorization: string, payload?: object) {
  return running.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization },
    ...(payload ? { payload } : {}),
  });
}

async function login(email: string, password: string) {
  const url = '/api/v1/auth/login';
  return running.app.inject({ method: 'POST', url, remoteAddress: '10.9.9.9', payload: { email, password } });
}

async function invite(email: string, role = 'buyer'): Promise<{ person: Person; temporaryPassword: string }> {
  const answer = await call('POST', '/users', admin, { email, displayName: 'Somebody New', role });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}

async function bearer(email: string, password: string): Promise<string> {
  return `Bearer ${(await login(email, password)).json<{ accessToken: string }>().accessToken}`;
}

async function trail(query: string): Promise<AuditEntry[]> {
  return (await call('GET', `/audit?${query}`, admin)).json<{ items: AuditEntry[] }>().items;
}

describe('people', () => {
  test('whom an administrator lets in must change the password before anything is open', async () => {
    const { person, temporaryPassword } = await invite('Nina@Ours.Example');
    expect(person).toMatchObject({ email: 'nina@ours.example', passwordTemporary: true, lastSignInAtMs: null });
    const first = await bearer('nina@ours.example', temporaryPassword);
    expect((await call('GET', '/me', first)).json()).toMatchObject({ passwordTemporary: true });
    expect((await call('GET', '/stock', first)).json()).toMatchObject({ status: 403, code: 'PASSWORD_TEMPORARY' });
    expect((await call('GET', '/stream', first)).statusCode).toBe(403);
    const change = { currentPassword: temporaryPassword, newPassword: 'a long enough one' };
    expect((await call('POST', '/me/password', first, { ...change, newPassword: 'short' })).statusCode).toBe(400);
    expect((await call('POST', '/me/password', first, { ...change, currentPassword: 'no' })).statusCode).toBe(400);
    const changed = await call('POST', '/me/password', first, change);
    expect(changed.json()).toMatchObject({ user: { passwordTemporary: false } });
    const second = `Bearer ${changed.json<{ accessToken: string }>().accessToken}`;
    expect((await call('GET', '/stock', second)).statusCode).toBe(200);
    expect((await call('GET', '/stock', first)).statusCode).toBe(401);
    expect((await login('nina@ours.example', temporaryPassword)).statusCode).toBe(401);
  });

  test('a temporary password that nobody used within seven days opens nothing, and says so', async () => {
    const { person, temporaryPassword } = await invite('late@ours.example');
    const givenAgo = (ms: number) =>
      running.db
        .updateTable('app_user')
        .set({ password_set_at_ms: Date.now() - ms })
        .where('user_id', '=', person.userId)
        .execute();
    const sevenDaysMs = 7 * 86_400_000;
    await givenAgo(sevenDaysMs - 3_600_000);
    expect((await login('late@ours.example', temporaryPassword)).statusCode).toBe(200);
    await givenAgo(sevenDaysMs);
    expect((await login('late@ours.example', temporaryPassword)).json()).toMatchObject({ code: 'PASSWORD_EXPIRED' });
    expect((await login('late@ours.example', 'wrong')).json()).toMatchObject({ code: 'CREDENTIALS_WRONG' });
  });

  test('an email is taken once, in any case', async () => {
    await invite('once@ours.example');
    const again = { email: 'ONCE@ours.example', displayName: 'Again', role: 'viewer' };
    expect((await call('POST', '/users', admin, again)).json()).toMatchObject({ status: 409, code: 'EMAIL_TAKEN' });
  });

  test('a disabled person, one with another role and one with a new password are out at once', async () => {
    for (const change of [{ disabled: true }, { role: 'viewer' }, 'reset'] as const) {
      const email = `p-${randomUUID()}@ours.example`;
      const { person, temporaryPassword } = await invite(email);
      const session = await bearer(email, temporaryPassword);
      expect((await call('GET', '/me', session)).statusCode).toBe(200);
      const done =
        change === 'reset'
          ? await call('POST', `/users/${person.userId}/password-reset`, admin)
          : await call('PATCH', `/users/${person.userId}`, admin, change);
      expect(done.statusCode).toBe(200);
      expect((await call('GET', '/me', session)).statusCode).toBe(401);
    }
  });

  test('an administrator cannot lock themselves out', async () => {
    const me = (await call('GET', '/me', admin)).json<{ userId: string }>();
    for (const change of [{ disabled: true }, { role: 'viewer' }]) {
      expect((await call('PATCH', `/users/${me.userId}`, admin, change)).json()).toMatchObject({
        code: 'PERSON_CHANGE_REFUSED',
      });
    }
    expect((await call('PATCH', `/users/${me.userId}`, admin, { displayName: 'The Boss' })).statusCode).toBe(200);
  });

  test('people of a supplier come with one that exists, and others with none', async () => {
    const wish = { email: 'new@bolts.example', displayName: 'New', role: 'supplier' };
    expect((await call('POST', '/users', admin, wish)).statusCode).toBe(400);
    expect((await call('POST', '/users', admin, { ...wish, supplierId: 'nobody' })).statusCode).toBe(404);
    expect((await call('POST', '/users', admin, { ...wish, role: 'buyer', supplierId: 'bolts-inc' })).statusCode).toBe(
      400,
    );
    expect((await call('POST', '/users', admin, { ...wish, supplierId: 'bolts-inc' })).statusCode).toBe(201);
  });

  test('another tenant’s people do not exist, and who is no administrator sees nobody', async () => {
    const theirs = await running.db
      .selectFrom('app_user')
      .select('user_id')
      .where('tenant_id', '=', 'theirs')
      .executeTakeFirstOrThrow();
    expect((await call('PATCH', `/users/${theirs.user_id}`, admin, { disabled: true })).statusCode).toBe(404);
    expect((await call('POST', `/users/${theirs.user_id}/password-reset`, admin)).statusCode).toBe(404);
    const people = (await call('GET', '/users', admin)).json<{ items: Person[] }>().items;
    expect(people.some(({ userId }) => userId === theirs.user_id)).toBe(false);
    const viewer = await running.signIn('viewer@ours.example');
    for (const url of ['/users', '/audit', '/gateways']) expect((await call('GET', url, viewer)).statusCode).toBe(403);
  });
});

describe('the audit trail', () => {
  test('has sign-ins, good and bad, with where they came from; of nobody’s email nothing', async () => {
    await login('viewer@ours.example', 'wrong');
    await login('viewer@ours.example', PASSWORD);
    await login('nobody@ours.example', 'wrong');
    const ofViewer = (): Promise<AuditEntry[]> => trail('kind=sign-ins&actor=viewer@ours&limit=500');
    const failed = { what: 'SignInFailed', details: { address: '10.9.9.9', because: 'wrong password' } };
    const good = { what: 'SignedIn', details: { address: '10.9.9.9' } };
    // Written beside the answer.
    await expect
      .poll(ofViewer, { timeout: 20_000 })
      .toEqual(expect.arrayContaining([expect.objectContaining(failed), expect.objectContaining(good)]));
    expect(await trail('actor=nobody@ours')).toEqual([]);
    const people = (await call('GET', '/users', admin)).json<{ items: Person[] }>().items;
    expect(people.find(({ email }) => email === 'viewer@ours.example')?.lastSignInAtMs).not.toBeNull();
  });

  test('has what was changed, before and after, and what people did with orders', async () => {
    const { person } = await invite('changed@ours.example');
    await call('PATCH', `/users/${person.userId}`, admin, { displayName: 'Another Name' });
    expect(await trail(`subjectId=${person.userId}`)).toMatchObject([
      {
        actor: 'admin@ours.example',
        what: 'PersonChanged',
        details: { before: { displayName: 'Somebody New' }, after: { displayName: 'Another Name' } },
      },
      { what: 'PersonInvited' },
    ]);
    expect(JSON.stringify(await trail('limit=500'))).not.toMatch(/scrypt|temporaryPassword/);
    await running.db
      .insertInto('order_event')
      .values({
        order_id: ORDER_ID,
        tenant_id: 'ours',
        at_ms: Date.now(),
        status: 'SENT',
        event: 'OrderEdited',
        actor: 'admin@ours.example',
        note: 'more',
      })
      .execute();
    expect(await trail('kind=orders')).toMatchObject([
      { what: 'OrderEdited', subjectId: ORDER_ID, details: { note: 'more' } },
    ]);
  });

  test('is read page by page, each entry once, and by one tenant only', async () => {
    const all = await trail('limit=500');
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await call('GET', `/audit?limit=3${cursor ? `&cursor=${cursor}` : ''}`, admin);
      const page = answer.json<{ items: AuditEntry[]; nextCursor: string | null }>();
      seen.push(...page.items.map(({ entryId }) => entryId));
      cursor = page.nextCursor;
    }
    expect(seen.length).toBeGreaterThan(3);
    // What was written meanwhile may stand before them.
    expect(seen).toEqual(expect.arrayContaining(all.map(({ entryId }) => entryId)));
    expect(new Set(seen).size).toBe(seen.length);
    const theirAdmin = await running.signIn('admin@theirs.example');
    const theirActors = async (): Promise<string[]> => {
      const { items } = (await call('GET', '/audit?limit=500', theirAdmin)).json<{ items: AuditEntry[] }>();
      return [...new Set(items.map(({ actor }) => actor))];
    };
    // Their own sign-in, which is written beside the answer, and nothing of ours.
    await expect.poll(theirActors, { timeout: 20_000 }).toEqual(['admin@theirs.example']);
  });
});

describe('budgets', () => {
  test('are set, tried, changed and removed, each in the trail', async () => {
    const put = await call('PUT', '/budgets/plant', admin, { siteId: 's1', monthlyCents: 50_000 });
    expect(put.json()).toMatchObject({ budgetId: 'plant', siteId: 's1', itemClass: null, spentCents: 0 });
    const tried = { amountCents: 60_000, siteId: 's1', role: 'buyer' };
    expect((await call('POST', '/approval-rules/test', admin, tried)).json()).toMatchObject({
      waits: true,
      overBudgets: [{ budgetId: 'plant' }],
    });
    expect((await call('PUT', '/budgets/plant', admin, { siteId: 'nowhere', monthlyCents: 1 })).statusCode).toBe(404);
    const viewer = await running.signIn('viewer@ours.example');
    expect((await call('PUT', '/budgets/plant', viewer, { monthlyCents: 1 })).statusCode).toBe(403);
    expect((await call('DELETE', '/budgets/plant', admin)).statusCode).toBe(200);
    expect((await call('DELETE', '/budgets/plant', admin)).statusCode).toBe(404);
    expect((await trail('what=BudgetChanged')).map(({ details }) => details['after'])).toMatchObject([
      null,
      { monthlyCents: 50_000 },
    ]);
  });
});

describe('a person of a supplier', () => {
  const SALES = 'sales@bolts.example';
  const acknowledgement = (confirmedUnits = 4) => ({
    messageId: randomUUID(),
    lines: [{ lineNumber: 1, code: 'IQ', confirmedUnits, promisedDeliveryAtMs: 1_900_000_000_000 }],
  });

  test('cannot say anything about another supplier’s order, nor see it or what is sold by others', async () => {
    const sales = await running.signIn(SALES);
    const order = `/orders/${OTHER_SUPPLIERS_ORDER_ID}`;
    const shipment = { messageId: randomUUID(), lines: [{ lineNumber: 1, shippedUnits: 1 }] };
    for (const [method, url, body] of [
      ['GET', order, undefined],
      ['POST', `${order}/acknowledgement`, acknowledgement()],
      ['POST', `${order}/shipment`, shipment],
      ['POST', `${order}/cancellation-answer`, { messageId: randomUUID(), answer: 'by-supplier' }],
      ['GET', '/stock/s1/b2', undefined],
      ['GET', '/stock/s1/b2/forecast', undefined],
    ] as const) {
      expect((await call(method, url, sales, body)).statusCode, url).toBe(404);
    }
    const untouched = await running.db
      .selectFrom('purchase_order')
      .select('status')
      .where('order_id', '=', OTHER_SUPPLIERS_ORDER_ID)
      .executeTakeFirstOrThrow();
    expect(untouched.status).toBe('SENT');
    expect((await call('GET', '/stock/s1/b1/forecast', sales)).json()).toMatchObject({
      suggestion: null,
      reorderPoint: null,
    });
    for (const url of ['/policies', '/policies/effective', '/kpis', '/users', '/approval-rules', '/budgets']) {
      expect((await call('GET', url, sales)).statusCode, url).toBe(403);
    }
  });

  test('acknowledges with another quantity and date, once, under their own name, and announces the shipment', async () => {
    const sales = await running.signIn(SALES);
    const message = acknowledgement(3);
    const first = await call('POST', `/orders/${ORDER_ID}/acknowledgement`, sales, message);
    expect(first.json()).toMatchObject({ orderId: ORDER_ID, status: 'ACKNOWLEDGED' });
    expect((await call('POST', `/orders/${ORDER_ID}/acknowledgement`, sales, message)).statusCode).toBe(200);
    const order = (await call('GET', `/orders/${ORDER_ID}`, sales)).json<{
      lines: object[];
      history: { event: string; actor: string }[];
    }>();
    expect(order.lines).toMatchObject([
      { confirmedQuantity: 30, cancelledQuantity: 10, promisedDeliveryAtMs: 1_900_000_000_000 },
    ]);
    expect(order.history.filter(({ actor }) => actor === SALES).map(({ event }) => event)).toHaveLength(1);
    const shipment = { messageId: randomUUID(), lines: [{ lineNumber: 1, shippedUnits: 3, lot: 'L7' }] };
    const wrong = await call('POST', `/orders/${ORDER_ID}/shipment`, sales, {
      ...shipment,
      sscc: '106141412345678901',
    });
    expect(wrong.json()).toMatchObject({ status: 400, problems: [{ where: 'body.sscc' }] });
    const right = await call('POST', `/orders/${ORDER_ID}/shipment`, sales, {
      ...shipment,
      sscc: '106141412345678908',
    });
    expect(right.json()).toMatchObject({ status: 'SHIPPED' });
    const receipts = await running.db.selectFrom('order_receipt').select(['sscc', 'status']).execute();
    expect(receipts).toMatchObject([{ sscc: '106141412345678908', status: 'ANNOUNCED' }]);
  });

  test('does not see an order before it is sent, and nobody else may answer for them', async () => {
    const sales = await running.signIn(SALES);
    await running.db.updateTable('purchase_order').set({ sent_at_ms: null }).where('order_id', '=', ORDER_ID).execute();
    expect((await call('GET', `/orders/${ORDER_ID}`, sales)).statusCode).toBe(404);
    expect((await call('GET', '/orders', sales)).json()).toMatchObject({ items: [] });
    expect((await call('POST', `/orders/${ORDER_ID}/acknowledgement`, admin, acknowledgement())).statusCode).toBe(403);
  });
});
