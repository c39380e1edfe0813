import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { onPostgres } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';

/** Decorators cannot be stripped, so the built file runs; `npm test` builds first. */
const REPLICA = fileURLToPath(new URL('../../dist/testing/replica.js', import.meta.url));
/** SHELFWIRE_TEST_KILL_EVERY=1 npx vitest run --project unit reorder-service/src/suppliers/kill.test.ts: at every step */
const KILL_EVERY = Number(process.env['SHELFWIRE_TEST_KILL_EVERY'] ?? 15);
/** Longer than the lease of a message. */
const LEASE_OVER_MS = 60_000;

onPostgres('processes that are killed', (database) => {
  /** The supplier's own log: every request, and what was in it. */
  const log: { key: string; at: string; body: string }[] = [];
  const supplier: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const key = request.headers['idempotency-key']?.toString() ?? '';
      log.push({ key, at: request.url ?? '', body: Buffer.concat(chunks).toString() });
      response.writeHead(202).end();
    });
  });
  let endpoint = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      supplier.listen(0, '127.0.0.1', resolve);
    });
    endpoint = `http://127.0.0.1:${(supplier.address() as AddressInfo).port}`;
  });
  afterAll(() => supplier.close());
  beforeEach(() => {
    log.length = 0;
  });

  const replica = (stories: readonly BinStory[], startMs: number, dieAt: number, mode: 'once' | 'on'): ChildProcess => {
    const tenants = stories.map((story) => story.tenantId).join(',');
    const args = [REPLICA, database.url ?? '', tenants, String(startMs), String(dieAt), mode];
    return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  };
  /** @returns the signal that ended it; null if it went to its end */
  const endOf = async (child: ChildProcess): Promise<string | null> => {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal === null) expect(code).toBe(0);
    return signal;
  };
  const low = async (): Promise<BinStory> => {
    const story = await BinStory.of(database.db, { endpoint });
    await story.shows(18);
    return story;
  };

  test(
    'killed between any two steps of deciding and sending, the supplier’s own log has the order exactly once',
    { timeout: 600_000 },
    async () => {
      let kills = 0;
      for (let dieAt = 1; ; dieAt += KILL_EVERY) {
        const story = await low();
        log.length = 0;
        const signal = await endOf(replica([story], story.nowMs, dieAt, 'once'));
        if (signal === 'SIGKILL') kills += 1;
        // The next process decides again, and sends what is due when the lease of the dead one has ended.
        expect(await endOf(replica([story], story.nowMs + LEASE_OVER_MS, 0, 'once'))).toBeNull();
        const orders = await story.orders();
        expect(orders).toMatchObject([{ status: 'SENT', ordered: 50 }]);
        expect(new Set(log.map(({ key }) => key))).toEqual(new Set([orders[0]?.orderId]));
        // What came twice is the same order to the letter.
        expect(new Set(log.map(({ body }) => body)).size).toBe(1);
        if (signal === null) break;
      }
      expect(kills).toBeGreaterThan(30 / KILL_EVERY);
    },
  );

  test(
    'three replicas, one killed under load: no second order, no order lost, every step told',
    { timeout: 300_000 },
    async () => {
      const stories = await Promise.all(Array.from({ length: 12 }, low));
      const startMs = Math.max(...stories.map((story) => story.nowMs));
      const [victim, ...others] = [0, 1, 2].map(() => replica(stories, startMs, 0, 'on'));
      await vi.waitFor(() => expect(log.length).toBeGreaterThan(2), { timeout: 60_000, interval: 1 });
      victim?.kill('SIGKILL');
      const sent = async (): Promise<number> => {
        const orders = await Promise.all(stories.map((story) => story.orders()));
        return orders.flat().filter(({ status }) => status === 'SENT').length;
      };
      await vi.waitFor(async () => expect(await sent()).toBe(stories.length), { timeout: 120_000, interval: 50 });
      for (const child of others) child.stdin?.end();
      expect(await Promise.all(others.map(endOf))).toEqual([null, null]);
      const orders = (await Promise.all(stories.map((story) => story.orders()))).flat();
      expect(orders).toHaveLength(stories.length);
      expect(new Set(log.map(({ key }) => key))).toEqual(new Set(orders.map(({ orderId }) => orderId)));
      // Each step of each order is in the trail once, and waits in the outbox to be told.
      const trail = await database.db
        .selectFrom('order_event')
        .select(['order_id', 'event'])
        .where(
          'order_id',
          'in',
          orders.map(({ orderId }) => orderId),
        )
        .execute();
      for (const event of ['OrderRecommended', 'OrderApproved', 'OrderSent']) {
        expect(trail.filter((each) => each.event === event)).toHaveLength(orders.length);
      }
      const told = await database.db
        .selectFrom('message_outbox')
        .select('payload')
        .where('channel', '=', 'mqtt')
        .where(
          'tenant_id',
          'in',
          stories.map(({ tenantId }) => tenantId),
        )
        .execute();
      const events = told.flatMap(({ payload }) => payload['events'] as { orderId?: string }[]);
      expect(events.filter(({ orderId }) => orderId !== undefined)).toHaveLength(trail.length);
    },
  );
});
