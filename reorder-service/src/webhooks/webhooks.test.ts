import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { outwardEventSchema, type OutwardEvent } from '@shelfwire/contract/api';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { findConditions } from '../alerts/alert-conditions.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { withTenant } from '../database/with-tenant.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from '../replenishment/situation.ts';
import { applyReadings } from '../stock/apply-readings.ts';
import { EventDeliveries } from './event-deliveries.ts';
import { EventSubscriptions } from './event-subscriptions.ts';
import { WebhookJob } from './webhook-job.ts';
import { WebhookSender } from './webhook-sender.ts';

const CONFIG = {
  ...TEST_CONFIG,
  SHELFWIRE_WEBHOOK_WAITING_MAX: 50,
};
const DAY_MS = 86_400_000;

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
  event: OutwardEvent;
}

onEachEngine('events out to customers', (database) => {
  const told: Told[] = [];
  /** What the customer's system answers, by the event it is told. */
  let answer: (event: OutwardEvent) => number = () => 204;
  let retryAfter: string | undefined;
  const erp: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const event = outwardEventSchema.parse(JSON.parse(body));
      const status = answer(event);
      if (status < 300) told.push({ headers: request.headers, body, event });
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
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
    answer = () => 204;
    retryAfter = undefined;
    await database.db.deleteFrom('event_subscription').execute();
  });
  const urlOfErp = (): string => `http://127.0.0.1:${(erp.address() as AddressInfo).port}/events`;

  async function listening(types: string[] = ['shelfwire.*'], siteIds: string[] = []) {
    const story = await BinStory.of(database.db);
    const clock = (): number => story.nowMs;
    const sender = new WebhookSender(database.db, CONFIG, clock, TEST_LOGGER, testMetrics(), TEST_OUTSIDE);
    const job = new WebhookJob(database.db, CONFIG, clock, TEST_LOGGER, testMetrics(), sender);
    const subscriptions = new EventSubscriptions(database.db, clock, sender, TEST_OUTSIDE);
    const deliveries = new EventDeliveries(database.db, CONFIG, clock);
    const body = { url: urlOfErp(), description: '', types, siteIds };
    const put = await subscriptions.put(story.tenantId, 'erp', body, 'ann@demo.local');
    if (!put.ok || put.secret === null) throw new Error('the subscription was not made');
    const tell = (name: string, subject = 'orders/1'): Promise<string> => {
      const eventId = randomUUID();
      const event = { schema: 'business/1', eventId, name, subject, atMs: story.nowMs, details: {} } as const;
      return withTenant(database.db, story.tenantId, (tx) => tellCustomers(tx, story.site, [event], story.nowMs)).then(
        () => eventId,
      );
    };
    const state = async () => (await subscriptions.list(story.tenantId)).find((each) => each.subscriptionId === 'erp');
    return { story, job, subscriptions, deliveries, secret: put.secret, tell, state };
  }
  const types = (): string[] => told.map(({ event }) => event.type);

  test('a low shelf, its order and the order’s way are told, signed, in their order', async () => {
    const { story, job, secret } = await listening(['shelfwire.order.*', 'shelfwire.stock.changed.v1']);
    await story.showsAndDecides(50);
    await story.showsAndDecides(15);
    const [order] = await story.orders();
    await withTenant(database.db, story.tenantId, async (tx) => {
      const locked = await lockOrder(tx, story.tenantId, order?.orderId ?? '');
      if (locked) await changeOrder(tx, locked, { kind: 'sent' }, { actor: 'test', nowMs: story.nowMs });
    });
    await job.run();
    expect(types().filter((type) => type.includes('stock'))).not.toEqual([]);
    const aboutOrder = told.filter(({ event }) => event.subject === `orders/${order?.orderId}`);
    expect(aboutOrder.map(({ event }) => event.type)).toEqual([
      'shelfwire.order.recommended.v1',
      'shelfwire.order.approved.v1',
      'shelfwire.order.sent.v1',
    ]);
    expect(aboutOrder[2]?.event).toMatchObject({
      source: `/shelfwire/${story.tenantId}/plant-1`,
      data: { orderId: order?.orderId, status: 'SENT', event: 'OrderSent' },
    });
    for (const { headers, body, event } of told) {
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(headers['webhook-id']).toBe(event.id);
      const signed = `${event.id}.${String(headers['webhook-timestamp'])}.${body}`;
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    }
    expect(new Set(told.map(({ event }) => event.id)).size).toBe(told.length);
  });

  test('each system hears of what it asked for, of its sites; who asked for nothing costs nothing', async () => {
    const { story, job, tell, subscriptions } = await listening(['shelfwire.order.*', 'shelfwire.policy.changed.v1']);
    const elsewhere = { url: urlOfErp(), description: '', types: ['shelfwire.*'], siteIds: ['plant-2'] };
    await subscriptions.put(story.tenantId, 'other-site', elsewhere, 'ann');
    await tell('order.sent');
    await tell('policy.changed');
    await tell('policy.suggested');
    await tell('stock.changed');
    await job.run();
    expect(types().sort()).toEqual(['shelfwire.order.sent.v1', 'shelfwire.policy.changed.v1']);
    await subscriptions.delete(story.tenantId, 'erp', 'ann');
    await subscriptions.delete(story.tenantId, 'other-site', 'ann');
    await tell('order.sent');
    const waiting = await database.db
      .selectFrom('message_outbox')
      .select('message_id')
      .where('tenant_id', '=', story.tenantId)
      .where('channel', '=', 'webhook')
      .execute();
    expect(waiting).toEqual([]);
  });

  test('tags that come and go and what people count are told in EPCIS, once, with the time of the place', async () => {
    const { story, job } = await listening(['shelfwire.epcis.captured.v1']);
    const { tenantId, nowMs } = story;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: T, sites: [{ siteId: plant-1, name: P, timeZone: Europe/Berlin, locations: [{ locationId: hall, name: H }] }] }]
items: [{ tenantId: ${tenantId}, itemId: gown, sku: G, name: Gowns, gtin: '09506000134352' }]
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: R-01, name: R 1, locationId: hall, itemId: gown, sensor: { deviceId: reader-1, kind: tag } }]`;
    await seedCatalogue(database.db, parseCatalogue(yaml, 'test'), nowMs);
    const tag = (serial: number, presence: 'arrived' | 'present' | 'left', receivedAtMs: number) =>
      ({
        kind: 'tag',
        deviceId: 'reader-1',
        receivedAtMs,
        clockQuality: 'gateway',
        quality: 'good',
        epcUri: `urn:epc:id:sgtin:9506000.013435.${serial}`,
        epcHex: `30${serial}`,
        presence,
      }) as const;
    const tags = [
      tag(1, 'arrived', nowMs),
      tag(2, 'arrived', nowMs),
      tag(1, 'present', nowMs),
      tag(2, 'left', nowMs + 1),
    ];
    const readings = tags.map((reading, index) => ({ sequence: index + 1, reading, raw: reading }));
    const counted = { binId: 'R-01', quantity: 7, by: 'ann', atMs: nowMs + 2 };
    const said = [{ sequence: 1, reading: undefined, raw: counted, count: counted }];
    const sources = [
      { gatewayId: 'gw-1', outboxId: randomUUID(), readings },
      { gatewayId: 'person', outboxId: randomUUID(), readings: said },
    ];
    // A batch that comes again tells nothing.
    for (const source of [...sources, ...sources]) {
      await withTenant(database.db, tenantId, (tx) =>
        applyReadings(tx, story.site, source, { nowMs: nowMs + 10, remembered: undefined }),
      );
    }
    await job.run();
    expect(told.map(({ event }) => [event.type, event.subject])).toEqual([
      ['shelfwire.epcis.captured.v1', 'bins/R-01'],
      ['shelfwire.epcis.captured.v1', 'bins/R-01'],
    ]);
    const shelf = { id: `urn:shelfwire:bin:${tenantId}:plant-1:R-01` };
    const observed = (atMs: number, bizStep: string) => ({
      type: 'ObjectEvent',
      eventID: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) as string,
      eventTime: new Date(atMs).toISOString(),
      eventTimeZoneOffset: '+01:00',
      action: 'OBSERVE',
      bizStep,
      readPoint: shelf,
    });
    const epcs = [1, 2].map((serial) => `urn:epc:id:sgtin:9506000.013435.${serial}`);
    const quantityList = [{ epcClass: 'https://id.gs1.org/01/09506000134352', quantity: 7 }];
    expect(told[0]?.event.data).toEqual({
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: new Date(nowMs + 10).toISOString(),
      epcisBody: {
        eventList: [
          { ...observed(nowMs, 'storing'), bizLocation: shelf, epcList: epcs },
          { ...observed(nowMs + 1, 'storing'), epcList: [epcs[1]] },
        ],
      },
    });
    expect(told[1]?.event.data['epcisBody']).toEqual({
      eventList: [{ ...observed(nowMs + 2, 'cycle_counting'), bizLocation: shelf, quantityList }],
    });
  });

  test('a system that is away is asked again after a while and then hears everything, once, in order', async () => {
    const { story, job, tell, state } = await listening();
    answer = () => 503;
    const ids = [await tell('order.approved'), await tell('order.sent')];
    await job.run();
    expect(await state()).toMatchObject({ failures: 1, waiting: 2, lastError: 'HTTP 503' });
    ids.push(await tell('order.acknowledged'));
    // Not before its time.
    await job.run();
    expect(await state()).toMatchObject({ failures: 1 });
    answer = () => 200;
    story.later(2_000);
    await job.run();
    expect(told.map(({ event }) => event.id)).toEqual(ids);
    expect(await state()).toMatchObject({ failures: 0, waiting: 0, dead: 0, lastError: null });
  });

  test('a system that asks for time gets it', async () => {
    const { story, job, tell, state } = await listening();
    answer = () => 429;
    retryAfter = '120';
    await tell('order.sent');
    await job.run();
    answer = () => 200;
    story.later(119_000);
    await job.run();
    expect(told).toEqual([]);
    story.later(2_000);
    await job.run();
    expect(told).toHaveLength(1);
    expect(await state()).toMatchObject({ failures: 0 });
  });

  test('an event that is refused holds up only what comes after it about the same thing, and is given up in the end', async () => {
    const { story, job, tell, state, deliveries } = await listening();
    answer = (event) => (event.subject === 'orders/bad' ? 422 : 200);
    const bad = await tell('order.sent', 'orders/bad');
    const after = await tell('order.acknowledged', 'orders/bad');
    await tell('order.sent', 'orders/good');
    await job.run();
    expect(types()).toEqual(['shelfwire.order.sent.v1']);
    for (let hours = 0; hours < 84; hours += 6) {
      story.later(6 * 3_600_000);
      await job.run();
    }
    expect(await state()).toMatchObject({ failures: 0, waiting: 0, dead: 2 });
    const dead = await deliveries.list(story.tenantId, 'erp', { state: 'dead', limit: 10 });
    expect(dead?.items.map(({ eventId }) => eventId)).toEqual([after, bad]);
    expect(dead?.items[1]).toMatchObject({ lastError: 'HTTP 422', nextAttemptAtMs: null });

    answer = () => 200;
    told.length = 0;
    expect(await deliveries.replay(story.tenantId, 'erp', 'all', 'ann')).toBe(2);
    await job.run();
    expect(told.map(({ event }) => event.id)).toEqual([bad, after]);
    expect(await deliveries.replay(story.tenantId, 'erp', 'all', 'ann')).toBe(0);
  });

  test('who is gone is asked no more until a person enables it again', async () => {
    const { job, tell, state, subscriptions, story } = await listening();
    answer = () => 410;
    await tell('order.sent');
    await job.run();
    expect(await state()).toMatchObject({ disabledBecause: 'the system answered 410 Gone', waiting: 1 });
    answer = () => 200;
    story.later(DAY_MS);
    await job.run();
    expect(told).toEqual([]);
    const again = { url: urlOfErp(), description: '', types: ['shelfwire.*'], siteIds: [] };
    expect(await subscriptions.put(story.tenantId, 'erp', again, 'ann')).toMatchObject({ ok: true, secret: null });
    await job.run();
    expect(types()).toEqual(['shelfwire.order.sent.v1']);
  });

  test('what waits for a system that stays away is given up after its time without being tried, and no more than the bound waits', async () => {
    const { story, job, tell, state } = await listening();
    answer = () => 500;
    for (let i = 0; i < 60; i += 1) await tell('order.sent', `orders/${i}`);
    await job.run();
    expect(await state()).toMatchObject({ waiting: 50, dead: 10 });
    story.later(CONFIG.SHELFWIRE_WEBHOOK_GIVE_UP_AFTER_MS + 1);
    await job.prepare();
    expect(await state()).toMatchObject({ waiting: 0, dead: 60 });
  });

  test('killed between telling and noting it, the same event is told again under the same id', async () => {
    const { story, job, tell } = await listening();
    const id = await tell('order.sent');
    await job.run();
    // As a replica that took it and died leaves it.
    await database.db
      .updateTable('webhook_delivery')
      .set({ state: 'waiting', ended_at_ms: null })
      .where('event_id', '=', id)
      .execute();
    story.later(60_000);
    await job.run();
    expect(told.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  });

  test('a rotated secret signs at once, and the old one for a day', async () => {
    const { story, job, tell, secret, subscriptions } = await listening();
    const next = await subscriptions.rotateSecret(story.tenantId, 'erp', 'ann');
    await tell('order.sent', 'orders/1');
    await job.run();
    story.later(DAY_MS + 1);
    await tell('order.sent', 'orders/2');
    await job.run();
    const by = (told_: Told | undefined, key: string | undefined): string => {
      const signed = `${told_?.event.id}.${String(told_?.headers['webhook-timestamp'])}.${told_?.body}`;
      return `v1,${createHmac('sha256', Buffer.from(key?.slice(6) ?? '', 'base64'))
        .update(signed)
        .digest('base64')}`;
    };
    expect(told[0]?.headers['webhook-signature']).toBe(`${by(told[0], next)} ${by(told[0], secret)}`);
    expect(told[1]?.headers['webhook-signature']).toBe(by(told[1], next));
  });

  test('a system that takes nothing raises one alert, critical once events are given up, over when it takes them again', async () => {
    const { story, job, tell, deliveries } = await listening();
    const conditions = async () =>
      (await findConditions(database.db, story.nowMs))
        .filter(({ tenantId, kind }) => tenantId === story.tenantId && kind === 'WEBHOOK_FAILING')
        .map(({ severity, detail }) => ({ severity, detail }));
    answer = () => 503;
    await tell('stock.counted');
    await job.run();
    expect(await conditions()).toEqual([]);
    story.later(16 * 60_000);
    await job.run();
    expect(await conditions()).toMatchObject([{ severity: 'warning', detail: expect.stringMatching(/HTTP 503/) }]);
    story.later(4 * DAY_MS);
    await job.run();
    expect(await conditions()).toMatchObject([{ severity: 'critical', detail: expect.stringMatching(/given up/) }]);
    answer = () => 204;
    await deliveries.replay(story.tenantId, 'erp', 'all', 'ann@demo.local');
    await job.run();
    expect(types()).toEqual(['shelfwire.stock.counted.v1']);
    expect(await conditions()).toEqual([]);
  });

  test('a system that refuses one event and takes others raises an alert when that one waits too long', async () => {
    const { story, job, tell } = await listening();
    answer = (event) => (event.type.includes('.bad.') ? 422 : 204);
    await tell('bad');
    await tell('good', 'orders/2');
    await job.run();
    const alarmed = async (): Promise<boolean> =>
      (await findConditions(database.db, story.nowMs)).some(
        ({ tenantId, kind }) => tenantId === story.tenantId && kind === 'WEBHOOK_FAILING',
      );
    expect(await alarmed()).toBe(false);
    story.later(61 * 60_000);
    await job.run();
    expect(await alarmed()).toBe(true);
  });

  test('a URL that leads inside is refused when it is set', async () => {
    const { story, subscriptions } = await listening();
    const inside = { url: 'https://169.254.169.254/latest', description: '', types: ['shelfwire.*'], siteIds: [] };
    expect(await subscriptions.put(story.tenantId, 'evil', inside, 'ann')).toMatchObject({
      ok: false,
      where: 'body.url',
    });
  });
});
