import { randomUUID } from 'node:crypto';

import type { OrderStatus } from '@shelfwire/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestApp, type TestApp } from '../http/test-app.ts';
import { AT_MS, insertOrder, SUPPLIER_TOKEN } from '../http/two-tenants.ts';

const TOMORROW_MS = Date.now() + 86_400_000;

let running: TestApp;
let buyer: string;

beforeAll(async () => {
  running = await startTestApp();
  buyer = await running.signIn('admin@ours.example');
});
afterAll(async () => {
  await running.app.close();
});

/** An order of its own episode; the one before it is closed, since a bin has one at a time. */
async function orderIn(status: OrderStatus): Promise<{ orderId: string; episodeId: string }> {
  const { db } = running;
  await db.updateTable('episode').set({ closed_at_ms: 1 }).where('closed_at_ms', 'is', null).execute();
  const { episode_id: episodeId } = await db
    .insertInto('episode')
    .values({
      tenant_id: 'ours',
      site_id: 's1',
      bin_id: 'b1',
      item_id: 'bolt-m8',
      opened_at_ms: AT_MS,
      opened_because: 'low',
    })
    .returning('episode_id')
    .executeTakeFirstOrThrow();
  const orderId = randomUUID();
  await insertOrder(db, { orderId, supplierId: 'bolts-inc', binId: 'b1', itemId: 'bolt-m8', status, episodeId });
  return { orderId, episodeId };
}

async function act(orderId: string, action: string, payload?: object, authorization = buyer) {
  const url = `/api/v1/orders/${orderId}/${action}`;
  return running.app.inject({ method: 'POST', url, headers: { authorization }, ...(payload ? { payload } : {}) });
}

const supplierSays = (orderId: string, answer: 'accepted' | 'refused') =>
  running.app.inject({
    method: 'POST',
    url: '/api/v1/supplier/cancellations',
    headers: { authorization: `Bearer ${SUPPLIER_TOKEN}` },
    payload: {
      schema: 'order-cancellation-answer/1',
      messageId: randomUUID(),
      orderId,
      atMs: AT_MS,
      answer,
      ...(answer === 'refused' ? { reason: 'on the truck' } : {}),
    },
  });

const episodeOf = (episodeId: string) =>
  running.db.selectFrom('episode').selectAll().where('episode_id', '=', episodeId).executeTakeFirstOrThrow();

const lastEventOf = (orderId: string) =>
  running.db
    .selectFrom('order_event')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('order_event_id', 'desc')
    .executeTakeFirstOrThrow();

const messagesFor = (orderId: string) =>
  running.db.selectFrom('message_outbox').selectAll().where('order_id', '=', orderId).execute();

describe('a buyer', () => {
  test('approves an order: it is sent, and the trail says who', async () => {
    const { orderId } = await orderIn('PENDING_APPROVAL');
    expect((await act(orderId, 'approve')).json()).toMatchObject({ orderId, status: 'APPROVED' });
    expect(await messagesFor(orderId)).toHaveLength(1);
    expect(await lastEventOf(orderId)).toMatchObject({ event: 'OrderApproved', actor: 'admin@ours.example' });
  });

  test('cannot approve twice, and the order is not sent twice', async () => {
    const { orderId } = await orderIn('PENDING_APPROVAL');
    const answers = await Promise.all([act(orderId, 'approve'), act(orderId, 'approve')]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await messagesFor(orderId)).toHaveLength(1);
  });

  test('cancels and snoozes: nothing is ordered for this bin until then', async () => {
    const { orderId, episodeId } = await orderIn('APPROVED');
    const payload = { reason: 'the line is being moved', need: { kind: 'snooze', untilMs: TOMORROW_MS } };
    expect((await act(orderId, 'cancel', payload)).json()).toMatchObject({ orderId, status: 'CANCELLED' });
    expect(await episodeOf(episodeId)).toMatchObject({
      closed_at_ms: null,
      snoozed_until_ms: TOMORROW_MS,
      snoozed_by: 'admin@ours.example',
      snoozed_because: 'the line is being moved',
    });
  });

  test('cancels and releases the need: it may be ordered again', async () => {
    const { orderId, episodeId } = await orderIn('ON_HOLD');
    await act(orderId, 'cancel', { reason: 'wrong supplier', need: { kind: 'release' } });
    expect(await episodeOf(episodeId)).toMatchObject({ closed_because: 'called off: wrong supplier' });
    const lines = await running.db
      .selectFrom('purchase_order_line')
      .selectAll()
      .where('order_id', '=', orderId)
      .execute();
    expect(lines).toMatchObject([{ open: false, cancelled_quantity: 40 }]);
  });

  test.each(['SENT', 'ACKNOWLEDGED', 'SHIPPED'] as const)(
    'asks the supplier to cancel what it has (%s), once; the order stands and covers until they agree',
    async (status) => {
      const { orderId, episodeId } = await orderIn(status);
      const payload = { reason: 'too many', need: { kind: 'snooze', untilMs: TOMORROW_MS } };
      for (let i = 0; i < 2; i += 1) {
        const answer = await act(orderId, 'cancel', payload);
        expect(answer.json()).toMatchObject({ status, cancellationRequestedAtMs: expect.any(Number) });
      }
      expect(await messagesFor(orderId)).toMatchObject([{ kind: 'cancellation', payload: { reason: 'too many' } }]);
      expect(await lastEventOf(orderId)).toMatchObject({ event: 'CancellationRequested', actor: 'admin@ours.example' });
      expect((await episodeOf(episodeId)).closed_at_ms).toBeNull();
      const agreed = await supplierSays(orderId, 'accepted');
      expect(agreed.json()).toMatchObject({ orderId, status: 'CANCELLED' });
      expect(await episodeOf(episodeId)).toMatchObject({
        snoozed_until_ms: TOMORROW_MS,
        snoozed_by: 'admin@ours.example',
      });
    },
  );

  test('hears that the supplier does not cancel, and the order goes on', async () => {
    const { orderId } = await orderIn('SENT');
    await act(orderId, 'cancel', { reason: 'too many', need: { kind: 'release' } });
    expect((await supplierSays(orderId, 'refused')).json()).toMatchObject({ orderId, status: 'SENT' });
    const url = `/api/v1/orders/${orderId}`;
    const order = (await running.app.inject({ url, headers: { authorization: buyer } })).json<object>();
    expect(order).toMatchObject({
      cancellationRequestedAtMs: null,
      attention: 'the supplier does not cancel it: on the truck',
    });
  });

  test('closes an order whose rest will not come: it covers nothing any more', async () => {
    const { orderId, episodeId } = await orderIn('PARTIALLY_RECEIVED');
    await running.db
      .updateTable('purchase_order_line')
      .set({ received_quantity: 30 })
      .where('order_id', '=', orderId)
      .execute();
    const payload = { reason: 'the rest is discontinued', need: { kind: 'release' } };
    expect((await act(orderId, 'close', payload)).json()).toMatchObject({ status: 'CLOSED' });
    const line = await running.db
      .selectFrom('purchase_order_line')
      .select(['open', 'cancelled_quantity'])
      .where('order_id', '=', orderId)
      .executeTakeFirst();
    expect(line).toEqual({ open: false, cancelled_quantity: 10 });
    expect((await episodeOf(episodeId)).closed_at_ms).not.toBeNull();
    expect(await lastEventOf(orderId)).toMatchObject({ note: 'closed short: the rest is discontinued' });
  });

  test('closes an order of which nothing came only with the supplier’s word', async () => {
    const { orderId } = await orderIn('SENT');
    await running.db
      .insertInto('message_outbox')
      .values({
        tenant_id: 'ours',
        site_id: 's1',
        channel: 'supplier',
        recipient: 'bolts-inc',
        order_id: orderId,
        payload: '{}',
        created_at_ms: AT_MS,
        next_attempt_at_ms: AT_MS,
        attempts: 1,
        sent_at_ms: AT_MS,
      })
      .execute();
    const payload = { reason: 'they called', need: { kind: 'release' } };
    expect((await act(orderId, 'close', payload)).json()).toMatchObject({ code: 'ORDER_STATUS_CONFLICT' });
    const agreed = await act(orderId, 'close', { ...payload, supplierAgreed: true });
    expect(agreed.json()).toMatchObject({ status: 'CANCELLED' });
  });

  test('must say why, and what becomes of the need', async () => {
    const { orderId } = await orderIn('PENDING_APPROVAL');
    const answer = await act(orderId, 'decline', { reason: ' ' });
    expect(answer.json()).toMatchObject({ status: 400, problems: [{ where: 'body.reason' }, { where: 'body.need' }] });
    const payload = { reason: 'too much', need: { kind: 'release' } };
    expect((await act(orderId, 'decline', payload)).json()).toMatchObject({ orderId, status: 'CANCELLED' });
  });

  test('sends an order again that could not be sent', async () => {
    const { orderId } = await orderIn('ON_HOLD');
    expect((await act(orderId, 'retry')).json()).toMatchObject({ orderId, status: 'APPROVED' });
    expect(await messagesFor(orderId)).toHaveLength(1);
  });

  test.each([
    ['approve', 'SENT'],
    ['decline', 'ACKNOWLEDGED'],
    ['cancel', 'CLOSED'],
    ['retry', 'SENT'],
  ] as const)('is told when it is too late to %s an order that is %s', async (action, status) => {
    const { orderId } = await orderIn(status);
    const answer = await act(orderId, action, { reason: 'too late', need: { kind: 'release' } });
    expect(answer.json()).toMatchObject({ status: 409, code: 'ORDER_STATUS_CONFLICT' });
  });
});

test.each(['viewer@ours.example', 'sales@bolts.example'])('%s decides nothing', async (email) => {
  const { orderId } = await orderIn('PENDING_APPROVAL');
  expect((await act(orderId, 'approve', undefined, await running.signIn(email))).statusCode).toBe(403);
});

test('an administrator of another tenant finds no such order', async () => {
  const { orderId } = await orderIn('PENDING_APPROVAL');
  const theirs = await running.signIn('admin@theirs.example');
  expect((await act(orderId, 'approve', undefined, theirs)).statusCode).toBe(404);
});
