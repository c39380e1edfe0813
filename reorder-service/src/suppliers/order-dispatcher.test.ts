import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import type { Db } from '../database/open-database.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from '../replenishment/situation.ts';
import { Outside } from '../outbound/outside.ts';
import { OrderActions } from '../operator/order-actions.ts';
import { OrderDispatcher } from './order-dispatcher.ts';
import { SupplierInbox } from './supplier-inbox.ts';

interface Answer {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

/** A supplier that keeps its own log, and knows an order by its idempotency key. */
class TestSupplier {
  readonly requests: string[] = [];
  readonly paths: string[] = [];
  answer: (key: string) => Answer | Promise<Answer> = () => ({ status: 202 });
  readonly #server: Server = createServer((request, response) => {
    const key = request.headers['idempotency-key']?.toString() ?? '';
    this.requests.push(key);
    this.paths.push(request.url ?? '');
    request.resume();
    request.on('end', () => {
      void Promise.resolve(this.answer(key)).then(({ status, body, headers }) =>
        response.writeHead(status, headers).end(body ? JSON.stringify(body) : ''),
      );
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Orders it took, each once. */
  taken(): string[] {
    return [...new Set(this.requests)];
  }

  close(): void {
    this.#server.close();
  }
}

const waitUntil = (check: () => Promise<boolean>): Promise<unknown> =>
  vi.waitFor(async () => expect(await check()).toBe(true), { timeout: 15_000, interval: 10 });

class Killed extends Error {}

/** A database that "kills" the process at its nth query: from then on nothing of this process reaches it. */
function dyingAt(db: Db, queries: number): { db: Db; killed: () => boolean } {
  let left = queries;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      left -= 1;
      if (left < 0) throw new Killed();
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  return { db: db.withPlugin(plugin), killed: () => left < 0 };
}

onEachEngine('sending orders', (database) => {
  const supplier = new TestSupplier();
  beforeAll(() => supplier.start());
  afterAll(() => supplier.close());
  beforeEach(() => {
    supplier.requests.length = 0;
    supplier.paths.length = 0;
    supplier.answer = () => ({ status: 202 });
  });

  function replica(
    story: BinStory,
    db: Db = database.db,
    outside = TEST_OUTSIDE,
  ): { dispatcher: OrderDispatcher; inbox: SupplierInbox } {
    const clock = (): number => story.nowMs;
    const publisher = { wake: () => undefined } as unknown as EventPublisher;
    const inbox = new SupplierInbox(db, clock, testMetrics(), new TouchedBins());
    const config = { ...TEST_CONFIG, SHELFWIRE_SUPPLIER_ATTEMPTS_MAX: 4, SHELFWIRE_SUPPLIER_BACKOFF_MS: 1_000 };
    const dispatcher = new OrderDispatcher(db, config, clock, TEST_LOGGER, testMetrics(), inbox, publisher, outside);
    return { dispatcher, inbox };
  }

  async function lowStory(): Promise<BinStory> {
    const story = await BinStory.of(database.db, { endpoint: supplier.url });
    await story.shows(18);
    await story.decide();
    return story;
  }

  test('an order is sent once and then never again', async () => {
    const story = await lowStory();
    const { dispatcher } = replica(story);
    expect(await dispatcher.sendDue()).toBe(1);
    for (let i = 0; i < 5; i += 1) expect(await replica(story.later(3_600_000)).dispatcher.sendDue()).toBe(0);
    const [order] = await story.orders();
    expect(order?.status).toBe('SENT');
    expect(supplier.requests).toEqual([order?.orderId]);
  });

  test('an endpoint inside a network that nobody has named is not called; once it is named, the order goes', async () => {
    const story = await lowStory();
    const nothingNamed = new Outside({ SHELFWIRE_OUTBOUND_NETWORKS: [] });
    expect(await replica(story, database.db, nothingNamed).dispatcher.sendDue()).toBe(1);
    expect(supplier.requests).toEqual([]);
    expect(await story.orders()).toMatchObject([{ status: 'APPROVED' }]);
    const waiting = await database.db
      .selectFrom('message_outbox')
      .select('last_error')
      .where('tenant_id', '=', story.tenantId)
      .where('channel', '=', 'supplier')
      .executeTakeFirst();
    expect(waiting?.last_error).toMatch(/127\.0\.0\.1 is not a public address.*SHELFWIRE_OUTBOUND_NETWORKS/);
    await replica(story.later(60_000)).dispatcher.sendDue();
    expect(await story.orders()).toMatchObject([{ status: 'SENT' }]);
    expect(supplier.requests).toHaveLength(1);
  });

  test('several replicas that send at once send it once', async () => {
    const story = await lowStory();
    await Promise.all(Array.from({ length: 8 }, () => replica(story).dispatcher.sendDue()));
    expect(supplier.requests).toHaveLength(1);
  });

  test('killed between any two steps of deciding and sending, the supplier gets the order exactly once', async () => {
    let kills = 0;
    for (let queries = 0; ; queries += 1) {
      const story = await BinStory.of(database.db, { endpoint: supplier.url });
      await story.shows(18);
      supplier.requests.length = 0;
      const dying = dyingAt(database.db, queries);
      const doomed = Object.create(story, { db: { value: dying.db } }) as BinStory;
      try {
        await doomed.decide();
        await replica(story, dying.db).dispatcher.sendDue();
      } catch (error) {
        if (!dying.killed()) throw error;
        kills += 1;
      }
      // The next process: decides again, and sends what is due when the lease of the dead one has ended.
      story.later(60_000);
      await story.decide();
      await replica(story).dispatcher.sendDue();
      const orders = await story.orders();
      expect(orders).toMatchObject([{ status: 'SENT', ordered: 50 }]);
      expect(supplier.taken()).toEqual(orders.map((order) => order.orderId));
      if (!dying.killed()) break;
    }
    expect(kills).toBeGreaterThan(15);
  });

  test('waits for a supplier that fails, then gives it to a person', async () => {
    const story = await lowStory();
    supplier.answer = () => ({ status: 503 });
    const { dispatcher } = replica(story);
    for (let attempt = 0; attempt < 4; attempt += 1) await replica(story.later(600_000)).dispatcher.sendDue();
    const [order] = await story.orders();
    expect(order).toMatchObject({ status: 'ON_HOLD' });
    expect(order?.attention).toMatch(/not sent after 4 attempts: HTTP 503/);
    expect(await dispatcher.sendDue()).toBe(0);
    expect(await story.showsAndDecides(18)).toBe('COVERED');
  });

  test('a supplier that asks for time gets it, but no more than an hour', async () => {
    const story = await lowStory();
    const asksFor = async (seconds: number): Promise<number> => {
      supplier.answer = () => ({ status: 503, headers: { 'retry-after': String(seconds) } });
      expect(await replica(story).dispatcher.sendDue()).toBe(1);
      const row = await database.db
        .selectFrom('message_outbox')
        .select('next_attempt_at_ms as nextAtMs')
        .where('tenant_id', '=', story.tenantId)
        .where('channel', '=', 'supplier')
        .executeTakeFirstOrThrow();
      return row.nextAtMs - story.nowMs;
    };
    expect(await asksFor(600)).toBe(600_000);
    expect(await replica(story.later(599_999)).dispatcher.sendDue()).toBe(0);
    story.later(1);
    expect(await asksFor(900_000)).toBe(3_600_000);
    story.later(3_600_000);
    // Who asks for none is not asked again in the same moment: that would be all attempts at once.
    expect(await asksFor(0)).toBeGreaterThan(0);
  });

  test('a supplier that does not answer delays nobody else', async () => {
    const [slow, quick] = [await lowStory(), await lowStory()];
    const slowId = (await slow.orders())[0]?.orderId;
    const quickDispatcher = replica(quick).dispatcher;
    let quickSent: Promise<unknown> | undefined;
    let releaseSlow = (): void => undefined;
    supplier.answer = async (key) => {
      if (key !== slowId) return { status: 202 };
      // The answer comes only when the other order, which became due meanwhile, has been sent.
      await new Promise<void>((resolve) => {
        releaseSlow = resolve;
        quickSent ??= waitUntil(async () => (await quick.orders())[0]?.status === 'SENT').then(() => resolve());
      });
      return { status: 202 };
    };
    await database.db
      .updateTable('message_outbox')
      .set({ next_attempt_at_ms: quick.nowMs + 100 })
      .where('tenant_id', '=', quick.tenantId)
      .where('channel', '=', 'supplier')
      .execute();
    const sending = quickDispatcher.sendDue();
    await waitUntil(() => Promise.resolve(supplier.requests.includes(slowId ?? '')));
    quick.later(200);
    quickDispatcher.wake();
    await sending;
    releaseSlow();
    expect(supplier.requests).toEqual([slowId, (await quick.orders())[0]?.orderId]);
  });

  test('does not repeat what the supplier refuses for good', async () => {
    const story = await lowStory();
    supplier.answer = () => ({ status: 422 });
    await replica(story).dispatcher.sendDue();
    expect(supplier.requests).toHaveLength(1);
    expect((await story.orders())[0]?.status).toBe('ON_HOLD');
  });

  const asleep = { wake: () => undefined };
  const BUYER = { userId: 'ann', email: 'ann@demo.local', role: 'buyer' };
  const CALL_OFF = { reason: 'too many', need: { kind: 'release' as const } };

  function cancel(story: BinStory, orderId: string) {
    const [publisher, dispatcher] = [asleep as EventPublisher, asleep as OrderDispatcher];
    const actions = new OrderActions(database.db, () => story.nowMs, new TouchedBins(), publisher, dispatcher);
    return actions.cancel({ ...BUYER, tenantId: story.tenantId }, orderId, CALL_OFF);
  }

  test('an order that is on its way to the supplier is not cancelled alone: it is sent, and the supplier is asked', async () => {
    const story = await lowStory();
    const cancelled: unknown[] = [];
    supplier.answer = async (key) => {
      if (cancelled.length === 0) cancelled.push(await cancel(story, key));
      return { status: 202 };
    };
    await replica(story).dispatcher.sendDue();
    expect(cancelled).toMatchObject([{ ok: true, status: 'APPROVED', cancellationRequestedAtMs: expect.any(Number) }]);
    expect(await story.orders()).toMatchObject([{ status: 'SENT', open: true }]);
    expect(supplier.paths).toEqual(['/orders', `/orders/${(await story.orders())[0]?.orderId}/cancellation`]);
  });

  test('an order that was not answered may be with the supplier, one that was refused is not', async () => {
    for (const { status, left } of [
      { status: 503, left: 'ON_HOLD' },
      { status: 422, left: 'CANCELLED' },
    ]) {
      const story = await lowStory();
      supplier.answer = () => ({ status });
      for (let attempt = 0; attempt < 4; attempt += 1) await replica(story.later(600_000)).dispatcher.sendDue();
      const [order] = await story.orders();
      expect(order?.status).toBe('ON_HOLD');
      expect(await cancel(story, order?.orderId ?? '')).toMatchObject({ ok: true, status: left });
    }
  });

  test('an order that was not tried yet is cancelled, and never sent', async () => {
    const story = await lowStory();
    expect(await cancel(story, (await story.orders())[0]?.orderId ?? '')).toMatchObject({ status: 'CANCELLED' });
    expect(await replica(story).dispatcher.sendDue()).toBe(0);
    expect(supplier.requests).toEqual([]);
  });

  test('an order that ended here while the supplier took it asks for a person', async () => {
    const story = await lowStory();
    supplier.answer = async (orderId) => {
      await database.db
        .updateTable('purchase_order')
        .set({ status: 'CANCELLED', closed_at_ms: story.nowMs })
        .where('order_id', '=', orderId)
        .execute();
      return { status: 202 };
    };
    await replica(story).dispatcher.sendDue();
    const [order] = await story.orders();
    expect(order).toMatchObject({ status: 'CANCELLED', attention: expect.stringMatching(/^the supplier took it/) });
    const trail = await database.db
      .selectFrom('order_event')
      .select('event')
      .where('order_id', '=', order?.orderId ?? '')
      .execute();
    expect(trail.map(({ event }) => event)).toContain('OrderSentAlthoughEnded');
  });

  test('takes an acknowledgement from the body of the answer, and a callback that overtakes the answer', async () => {
    const story = await lowStory();
    const [order] = await story.orders();
    const acknowledgement = (code: 'IA' | 'IQ', confirmedUnits: number) => ({
      schema: 'order-response/1' as const,
      messageId: randomUUID(),
      orderId: order?.orderId ?? '',
      atMs: story.nowMs,
      lines: [{ lineNumber: 1, code, confirmedUnits }],
    });
    const { dispatcher, inbox } = replica(story);
    const early = await inbox.applyOrderResponse(story.tenantId, 'bolts', acknowledgement('IA', 5));
    expect(early).toMatchObject({ ok: true, status: 'ACKNOWLEDGED' });
    supplier.answer = () => ({ status: 200, body: acknowledgement('IA', 5) });
    await dispatcher.sendDue();
    expect((await story.orders())[0]?.status).toBe('ACKNOWLEDGED');
  });

  const inlineAnswer = (story: BinStory, orderId: string) => ({
    schema: 'order-response/1' as const,
    messageId: randomUUID(),
    orderId,
    atMs: story.nowMs,
    lines: [{ lineNumber: 1, code: 'IA' as const, confirmedUnits: 5 }],
  });

  test('an acknowledgement in the body of the answer counts by itself; one about another order is none', async () => {
    const [story, other] = [await lowStory(), await lowStory()];
    const otherId = (await other.orders())[0]?.orderId ?? '';
    supplier.answer = (orderId) => ({
      status: 200,
      body: inlineAnswer(story, orderId === otherId ? randomUUID() : orderId),
    });
    await replica(story).dispatcher.sendDue();
    expect(await story.orders()).toMatchObject([{ status: 'ACKNOWLEDGED' }]);
    expect(await other.orders()).toMatchObject([{ status: 'SENT' }]);
  });

  test.each([['order' as const], ['cancellation' as const]])(
    'an answer to a message (%s) that cannot be taken now is told, not lost in silence',
    async (kind) => {
      const story = await lowStory();
      if (kind === 'cancellation') {
        await replica(story).dispatcher.sendDue();
        await cancel(story, (await story.orders())[0]?.orderId ?? '');
      }
      const { dispatcher, inbox } = replica(story);
      inbox.applyInlineAnswer = () => Promise.reject(new Error('the database is away'));
      await expect(dispatcher.sendDue()).rejects.toThrow('the database is away');
    },
  );

  test('a cancellation that the supplier refuses to read is not sent again and again', async () => {
    const story = await lowStory();
    await replica(story).dispatcher.sendDue();
    await cancel(story, (await story.orders())[0]?.orderId ?? '');
    supplier.answer = () => ({ status: 422 });
    expect(await replica(story).dispatcher.sendDue()).toBe(1);
    expect((await story.orders())[0]?.attention).toMatch(/could not be asked to cancel it, call them/);
    expect(await replica(story.later(3_600_000)).dispatcher.sendDue()).toBe(0);
  });

  test('an order that the supplier has rejected by itself is not sent again, though no answer to it had come', async () => {
    const story = await lowStory();
    supplier.answer = () => ({ status: 503 });
    const { dispatcher, inbox } = replica(story);
    expect(await dispatcher.sendDue()).toBe(1);
    const [order] = await story.orders();
    const rejected = {
      ...inlineAnswer(story, order?.orderId ?? ''),
      lines: [{ lineNumber: 1, code: 'IR' as const, confirmedUnits: 0 }],
    };
    expect(await inbox.applyOrderResponse(story.tenantId, 'bolts', rejected)).toMatchObject({ status: 'REJECTED' });
    expect(await replica(story.later(3_600_000)).dispatcher.sendDue()).toBe(0);
  });

  test('a message of a supplier counts once, and only for its own orders', async () => {
    const story = await lowStory();
    const [order] = await story.orders();
    const { dispatcher, inbox } = replica(story);
    await dispatcher.sendDue();
    const message = {
      schema: 'despatch-advice/1' as const,
      messageId: randomUUID(),
      orderId: order?.orderId ?? '',
      atMs: story.nowMs,
      lines: [{ lineNumber: 1, shippedUnits: 2 }],
    };
    expect(await inbox.applyDespatchAdvice(story.tenantId, 'bolts', message)).toMatchObject({ repeated: false });
    expect(await inbox.applyDespatchAdvice(story.tenantId, 'bolts', message)).toEqual({
      ok: true,
      orderId: order?.orderId,
      status: 'PARTIALLY_SHIPPED',
      repeated: true,
    });
    const stranger = await inbox.applyDespatchAdvice(story.tenantId, 'other', { ...message, messageId: randomUUID() });
    expect(stranger).toMatchObject({ ok: false, code: 'ORDER_NOT_FOUND' });
    const wrong = { ...message, messageId: randomUUID(), lines: [{ lineNumber: 7, shippedUnits: 2 }] };
    expect(await inbox.applyDespatchAdvice(story.tenantId, 'bolts', wrong)).toMatchObject({ code: 'LINE_NOT_FOUND' });
    const line = await database.db
      .selectFrom('purchase_order_line')
      .select('shipped_quantity')
      .where('order_id', '=', order?.orderId ?? '')
      .executeTakeFirst();
    expect(line?.shipped_quantity).toBe(20);
  });
});
