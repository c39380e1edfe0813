import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { orderChangeMessageSchema } from '@shelfwire/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { findConditions } from '../alerts/alert-conditions.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { OrderActions } from '../operator/order-actions.ts';
import { OrderAging } from '../orders/order-aging.ts';
import { OrderQueries } from '../orders/order-queries.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from '../replenishment/situation.ts';
import { OrderDispatcher } from './order-dispatcher.ts';
import { SupplierInbox } from './supplier-inbox.ts';

const DAY_MS = 86_400_000;

onEachEngine('orders that the supplier has', (database) => {
  const requests: { path: string; body: string }[] = [];
  let answer: (path: string) => { status: number; body?: object } = () => ({ status: 202 });
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      requests.push({ path, body: Buffer.concat(chunks).toString() });
      const { status, body } = answer(path);
      response.writeHead(status).end(body ? JSON.stringify(body) : '');
    });
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => server.close());
  beforeEach(() => {
    requests.length = 0;
    answer = () => ({ status: 202 });
  });

  async function sent(isConsoleOnly = false) {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const story = await BinStory.of(database.db, { endpoint, isConsoleOnly, supplierItem: ', leadTimeDays: 5' });
    const clock = (): number => story.nowMs;
    const asleep = { wake: () => undefined } as unknown as EventPublisher;
    const inbox = new SupplierInbox(database.db, clock, testMetrics(), new TouchedBins());
    const config = { ...TEST_CONFIG, SHELFWIRE_SUPPLIER_ATTEMPTS_MAX: 2 };
    const metrics = testMetrics();
    const dispatcher = new OrderDispatcher(
      database.db,
      config,
      clock,
      TEST_LOGGER,
      metrics,
      inbox,
      asleep,
      TEST_OUTSIDE,
    );
    const actions = new OrderActions(database.db, clock, new TouchedBins(), asleep, {
      wake: () => undefined,
    } as unknown as OrderDispatcher);
    await story.showsAndDecides(18);
    await dispatcher.sendDue();
    const orders = new OrderQueries(database.db);
    const [order] = await story.orders();
    const orderId = order?.orderId ?? '';
    const asSupplier = { supplierId: 'bolts' };
    const detail = async () => {
      const found = await orders.get(story.tenantId, orderId, asSupplier);
      if (!found) throw new Error('the supplier does not see its order');
      return found;
    };
    const ann = { tenantId: story.tenantId, userId: 'ann', email: 'ann@demo.local', role: 'operator' };
    const urge = (inDays: number) =>
      actions.urge(ann, orderId, { wantedAtMs: story.nowMs + inDays * DAY_MS, reason: 'the line stops' });
    return { story, dispatcher, inbox, orderId, detail, urge };
  }
  const alarms = async (story: BinStory): Promise<string[]> =>
    (await findConditions(database.db, story.nowMs))
      .filter(({ tenantId, kind }) => tenantId === story.tenantId && kind === 'ORDER_TROUBLE')
      .map(({ detail }) => detail);

  test('urged: the supplier is asked once, its word moves the date, the trail says who and why, nothing is ordered twice', async () => {
    const { story, dispatcher, orderId, detail, urge } = await sent();
    expect(await urge(2)).toMatchObject({ ok: true, status: 'SENT' });
    expect(await urge(2)).toMatchObject({ ok: true });
    const wantedAtMs = story.nowMs + 2 * DAY_MS;
    expect(await detail()).toMatchObject({ urging: { by: 'ann@demo.local', wantedAtMs } });
    answer = (path) =>
      path.endsWith('/changes')
        ? {
            status: 200,
            body: {
              schema: 'order-change-answer/1',
              messageId: randomUUID(),
              orderId,
              atMs: story.nowMs,
              answer: 'accepted',
            },
          }
        : { status: 202 };
    await dispatcher.sendDue();
    const [, change, ...more] = requests;
    expect(more).toEqual([]);
    expect(change?.path).toBe(`/orders/${orderId}/changes`);
    expect(orderChangeMessageSchema.parse(JSON.parse(change?.body ?? ''))).toMatchObject({
      orderId,
      requestedDeliveryAtMs: wantedAtMs,
      reason: 'the line stops',
    });
    const answered = await detail();
    expect(answered).toMatchObject({ status: 'SENT', urging: null, dueAtMs: wantedAtMs, attention: null });
    expect(answered.history.map(({ event, actor }) => [event, actor]).slice(-2)).toEqual([
      ['OrderUrged', 'ann@demo.local'],
      ['UrgingAccepted', 'supplier bolts'],
    ]);
    expect(await story.showsAndDecides(12)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(1);
  });

  test('a refusal is told to a person, and counts once however often it comes', async () => {
    const { story, inbox, orderId, urge, detail } = await sent();
    await urge(1);
    const message = { schema: 'order-change-answer/1' as const, messageId: randomUUID(), orderId, atMs: story.nowMs };
    const refuse = () =>
      inbox.applyChangeAnswer(story.tenantId, 'bolts', { ...message, answer: 'refused', reason: 'sold out' });
    expect(await refuse()).toMatchObject({ ok: true, repeated: false });
    expect(await refuse()).toMatchObject({ ok: true, repeated: true });
    expect((await detail()).urging).toBeNull();
    expect(await alarms(story)).toEqual(['the supplier does not deliver as early as was asked: sold out']);
    // Another supplier has no word in it.
    const stranger = { ...message, messageId: randomUUID(), answer: 'accepted' as const };
    expect(await inbox.applyChangeAnswer(story.tenantId, 'other', stranger)).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });

  test('a supplier that does not take the request, or does not answer it for a day, is somebody’s business', async () => {
    const takesNone = await sent();
    await takesNone.urge(1);
    answer = () => ({ status: 404 });
    await takesNone.dispatcher.sendDue();
    expect(await alarms(takesNone.story)).toMatchObject([
      expect.stringMatching(/could not be asked to deliver it earlier/),
    ]);
    expect(await takesNone.story.orders()).toMatchObject([{ status: 'SENT' }]);
    answer = () => ({ status: 202 });
    const silent = await sent();
    await silent.urge(3);
    await silent.dispatcher.sendDue();
    expect(await alarms(silent.story)).toEqual([]);
    silent.story.later(DAY_MS + 1);
    expect(await alarms(silent.story)).toMatchObject([expect.stringMatching(/has not answered/)]);
  });

  test('a supplier without a system: the order stands in their console, nothing is posted, and silence alarms as usual', async () => {
    const { story, dispatcher, inbox, orderId, detail, urge } = await sent(true);
    expect(await detail()).toMatchObject({ status: 'SENT', sentAtMs: story.nowMs });
    const aging = new OrderAging(database.db, TEST_CONFIG, () => story.nowMs, TEST_LOGGER, new TouchedBins());
    story.later(DAY_MS + 1);
    await aging.age();
    await dispatcher.sendDue();
    expect((await detail()).escalationLevel).toBe(1);
    story.later(DAY_MS);
    await aging.age();
    expect(await alarms(story)).toMatchObject([expect.stringMatching(/has not acknowledged/)]);
    // Asked for earlier, they see that too; what a person of theirs says is the answer.
    await urge(1);
    await dispatcher.sendDue();
    expect((await detail()).urging).not.toBeNull();
    const lines = [
      { lineNumber: 1, code: 'IA' as const, confirmedUnits: 5, promisedDeliveryAtMs: story.nowMs + DAY_MS },
    ];
    const response = {
      schema: 'order-response/1' as const,
      messageId: randomUUID(),
      orderId,
      atMs: story.nowMs,
      lines,
    };
    await inbox.applyOrderResponse(story.tenantId, 'bolts', response, 'bob@bolts.example');
    expect(await detail()).toMatchObject({ status: 'ACKNOWLEDGED', urging: null, attention: null });
    expect(requests.filter(({ body }) => body.includes(orderId))).toEqual([]);
    expect(await alarms(story)).toEqual([]);
  });
});
