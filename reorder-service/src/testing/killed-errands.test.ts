import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { onPostgres } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { orderResponse } from '../documents/ubl-examples.ts';
import { UblInbox } from '../documents/ubl-inbox.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { MasterDataImport } from '../master-data/master-data-import.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from '../replenishment/situation.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';
import { EventSubscriptions } from '../webhooks/event-subscriptions.ts';
import { WebhookJob } from '../webhooks/webhook-job.ts';
import { WebhookSender } from '../webhooks/webhook-sender.ts';
import { Hall } from './hall.ts';

/** Decorators cannot be stripped, so the built file runs; `npm test` builds first. */
const ERRAND = fileURLToPath(new URL('../../dist/testing/errand.js', import.meta.url));
/** SHELFWIRE_TEST_KILL_EVERY=1 kills at every step; without it each errand dies in three places. */
const KILL_EVERY = Number(process.env['SHELFWIRE_TEST_KILL_EVERY'] ?? 0);
const KILLS_DEFAULT = 3;
/** Longer than the lease of a delivery. */
const LEASE_OVER_MS = 60_000;
const LONG = { timeout: 600_000 };

type Story = Pick<BinStory, 'tenantId' | 'nowMs'>;

onPostgres('errands that are killed', (database) => {
  /** What the customer's system was told: the id of the message, and what was in it. */
  const told: { id: string; body: string }[] = [];
  const erp: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push({ id: request.headers['webhook-id']?.toString() ?? '', body: Buffer.concat(chunks).toString() });
      response.writeHead(204).end();
    });
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        erp.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => erp.close());
  beforeEach(async () => {
    told.length = 0;
    await database.db.deleteFrom('event_subscription').execute();
  });

  /** @returns how many steps it had; undefined if it was killed */
  async function errand(story: Story, name: string, document: string, dieAt = 0): Promise<number | undefined> {
    const args = [ERRAND, database.url ?? '', story.tenantId, String(story.nowMs), String(dieAt), name, document];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal === 'SIGKILL') return undefined;
    expect(code).toBe(0);
    return Number(Buffer.concat(chunks).toString());
  }

  /** Goes the errand once to its end, then kills it at many places; `check` brings each to its end and looks at it. */
  async function killedEverywhere(
    name: string,
    given: () => Promise<{ story: Story; document: string; check: () => Promise<void> }>,
  ): Promise<void> {
    const whole = await given();
    const steps = await errand(whole.story, name, whole.document);
    if (steps === undefined) throw new Error('it was killed without being told to');
    await whole.check();
    const every = KILL_EVERY > 0 ? KILL_EVERY : Math.floor(steps / (KILLS_DEFAULT + 1));
    let kills = 0;
    for (let dieAt = Math.max(1, every); dieAt <= steps; dieAt += every) {
      const { story, document, check } = await given();
      if ((await errand(story, name, document, dieAt)) === undefined) kills += 1;
      await check();
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS_DEFAULT);
  }

  /** Its customer has a system that is told everything. */
  async function listening(story: BinStory): Promise<{ job: WebhookJob; subscriptions: EventSubscriptions }> {
    const clock = (): number => story.nowMs;
    const sender = new WebhookSender(database.db, TEST_CONFIG, clock, TEST_LOGGER, testMetrics(), TEST_OUTSIDE);
    const job = new WebhookJob(database.db, TEST_CONFIG, clock, TEST_LOGGER, testMetrics(), sender);
    const subscriptions = new EventSubscriptions(database.db, clock, sender, TEST_OUTSIDE);
    const url = `http://127.0.0.1:${(erp.address() as AddressInfo).port}`;
    const body = { url, description: '', types: ['shelfwire.*'], siteIds: [] };
    await subscriptions.put(story.tenantId, 'erp', body, 'ann@demo.local');
    return { job, subscriptions };
  }

  const eventsOf = async (story: BinStory): Promise<{ eventId: string; what: string }[]> => {
    const { rows } = await sql<{ eventId: string; what: string }>`
      select e->>'eventId' as "eventId", coalesce(e->>'event', e->>'name') as what
      from message_outbox m cross join jsonb_array_elements(m.payload->'events') e
      where m.tenant_id = ${story.tenantId} and m.channel = 'webhook'`.execute(database.db);
    return rows;
  };

  test(
    'events are told to a customer’s system: none is lost, none comes under two ids, each thing’s in their order',
    LONG,
    async () => {
      await killedEverywhere('webhooks', async () => {
        await database.db.deleteFrom('event_subscription').execute();
        const story = await BinStory.of(database.db);
        const { job, subscriptions } = await listening(story);
        const expected: { id: string; subject: string }[] = [];
        for (const [index, subject] of ['orders/1', 'orders/2', 'orders/1'].entries()) {
          const event = { schema: 'business/1', eventId: randomUUID(), name: `test.n${index}`, subject } as const;
          expected.push({ id: event.eventId, subject });
          const full = { ...event, atMs: story.nowMs, details: {} };
          await withTenant(database.db, story.tenantId, (tx) => tellCustomers(tx, story.site, [full], story.nowMs));
        }
        told.length = 0;
        const check = async (): Promise<void> => {
          story.later(LEASE_OVER_MS);
          // As every second: until the database has noticed the death, a lock of the dead one may hold up the fan-out.
          const allTold = async (): Promise<void> => {
            await job.run();
            expect(await subscriptions.list(story.tenantId)).toMatchObject([{ waiting: 0, dead: 0 }]);
            expect(await eventsOf(story)).toEqual([]);
          };
          await vi.waitFor(allTold, { timeout: 30_000, interval: 20 });
          const ids = told.map(({ id }) => id);
          expect(new Set(ids)).toEqual(new Set(expected.map(({ id }) => id)));
          // What came twice is the same to the letter.
          expect(new Set(told.map(({ body }) => body)).size).toBe(expected.length);
          const [first, , third] = expected;
          expect(ids.indexOf(first?.id ?? '')).toBeLessThan(ids.indexOf(third?.id ?? ''));
        };
        return { story, document: '', check };
      });
    },
  );

  test('a supplier’s answer in UBL that is sent again counts once, and is told once', LONG, async () => {
    await killedEverywhere('ubl', async () => {
      const story = await BinStory.of(database.db);
      await listening(story);
      await story.showsAndDecides(15);
      const [order] = await story.orders();
      if (!order) throw new Error('nothing was ordered');
      await withTenant(database.db, story.tenantId, async (tx) => {
        const locked = await lockOrder(tx, story.tenantId, order.orderId);
        if (locked) await changeOrder(tx, locked, { kind: 'sent' }, { actor: 'test', nowMs: story.nowMs });
      });
      const document = orderResponse('', { code: 'AP', orderNumber: order.orderNumber });
      const check = async (): Promise<void> => {
        const inbox = new SupplierInbox(database.db, () => story.nowMs, testMetrics(), new TouchedBins());
        const ubl = new UblInbox(database.db, () => story.nowMs, inbox);
        // They got no answer: their system sends the same document again.
        expect(await ubl.apply(story.tenantId, 'bolts', document)).toMatchObject({ ok: true, status: 'ACKNOWLEDGED' });
        const trail = await database.db
          .selectFrom('order_event')
          .select('event')
          .where('order_id', '=', order.orderId)
          .where('event', '=', 'OrderAcknowledged')
          .execute();
        expect(trail).toHaveLength(1);
        const events = (await eventsOf(story)).filter(({ what }) => what === 'OrderAcknowledged');
        expect(events).toHaveLength(1);
      };
      return { story, document, check };
    });
  });

  test('an import is there whole or not at all, and the same file again brings it to its end once', LONG, async () => {
    await killedEverywhere('policies', async () => {
      const story = await BinStory.of(database.db);
      await listening(story);
      const classes = ['fasteners', 'gloves', 'tape', 'boxes'];
      const rows = classes.map((itemClass) => `${itemClass},MIN_MAX,5,25`);
      const document = ['itemClass,type,reorderPoint,orderUpTo', ...rows].join('\n');
      const written = async (): Promise<string[]> => {
        const found = await database.db
          .selectFrom('policy')
          .select('item_class')
          .where('tenant_id', '=', story.tenantId)
          .where('scope', '=', 'class')
          .execute();
        return found.flatMap(({ item_class: itemClass }) => itemClass ?? []);
      };
      const check = async (): Promise<void> => {
        const half = await written();
        expect([0, classes.length]).toContain(half.length);
        const imports = new MasterDataImport(database.db, () => story.nowMs, TEST_OUTSIDE, new TouchedBins());
        const by = { email: 'ann@demo.local', dryRun: false };
        expect(await imports.run(story.tenantId, 'policies', document, by)).toMatchObject({ ok: true });
        expect((await written()).toSorted()).toEqual(classes.toSorted());
        expect(await eventsOf(story)).toHaveLength(classes.length);
        const trail = await database.db
          .selectFrom('audit_event')
          .select('what')
          .where('tenant_id', '=', story.tenantId)
          .where('what', '=', 'import')
          .execute();
        expect(trail).toHaveLength(1);
      };
      return { story, document, check };
    });
  });

  test('low shelves that are decided about together have an order each, and one only', LONG, async () => {
    await killedEverywhere('decide', async () => {
      const hall = await Hall.of(database.db, 6);
      await hall.allShow(18);
      const { tenantId, siteId } = hall.site;
      const check = async (): Promise<void> => {
        // As the sweep does it: whoever died had them under lock until the database noticed.
        await hall.decide();
        const lines = await database.db
          .selectFrom('purchase_order_line as l')
          .innerJoin('purchase_order as o', 'o.order_id', 'l.order_id')
          .innerJoin('message_outbox as m', 'm.order_id', 'o.order_id')
          .innerJoin('order_proof as p', 'p.order_id', 'o.order_id')
          .select(['l.bin_id', 'o.order_number'])
          .where('o.tenant_id', '=', tenantId)
          .where('m.channel', '=', 'supplier')
          .orderBy('l.bin_id')
          .execute();
        expect(lines.map((line) => line.bin_id)).toEqual(hall.binIds);
        expect(new Set(lines.map((line) => line.order_number)).size).toBe(lines.length);
      };
      const document = JSON.stringify({ siteId, binIds: hall.binIds });
      return { story: { tenantId, nowMs: hall.nowMs }, document, check };
    });
  });
});
