import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { ALERT_CHANNELS_MAX, alertChannelSchema, type AlertChannel } from '@shelfwire/contract/api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { BinStory, TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE, testMetrics } from '../replenishment/situation.ts';
import { LiveEvents, type LiveEvent } from '../events/live-events.ts';
import { Outside } from '../outbound/outside.ts';
import { AlertChannels } from './alert-channels.ts';
import { AlertNews } from './alert-news.ts';
import { AlertNotifier } from './alert-notifier.ts';
import { AlertSender } from './alert-sender.ts';
import { AlertWatch } from './alert-watch.ts';
import { Alerts } from './alerts.ts';
import { isQuiet } from './digest.ts';

const MINUTE_MS = 60_000;
/** Hundreds of transactions, on a machine that may have other work. */
const MANY = { timeout: 120_000 };
const POLICY = 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, safetyStock: 10, confirmSeconds: 0';

interface Told {
  type: string;
  id: string;
  traceparent?: string;
  data: { title?: string; severity?: string; kind?: string };
}

onEachEngine('alerts', (database) => {
  const messages: Told[][] = [];
  let status = 202;
  const receiver: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status < 300) messages.push(JSON.parse(Buffer.concat(chunks).toString()) as Told[]);
      response.writeHead(status).end();
    });
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        receiver.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => receiver.close());
  beforeEach(async () => {
    messages.length = 0;
    status = 202;
    // Stories of other tests are over.
    await database.db.deleteFrom('alert_delivery').execute();
    await database.db.deleteFrom('alert_channel').execute();
  });

  const channel = (more: Partial<AlertChannel> = {}): AlertChannel =>
    alertChannelSchema.parse({
      channelId: 'team',
      kind: 'webhook',
      target: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      ...more,
    });

  async function watched(channels: readonly AlertChannel[]) {
    const story = await BinStory.of(database.db, { policy: POLICY });
    const clock = (): number => story.nowMs;
    const sender = new AlertSender(TEST_CONFIG, TEST_LOGGER, TEST_OUTSIDE);
    const notifier = new AlertNotifier(database.db, clock, TEST_LOGGER, testMetrics(), sender);
    const watch = new AlertWatch(database.db, TEST_CONFIG, clock, TEST_LOGGER, testMetrics(), notifier);
    const alerts = new Alerts(database.db, clock);
    const places = new AlertChannels(database.db, clock, sender, TEST_OUTSIDE);
    await places.putAll(story.tenantId, channels, 'ann@demo.local');
    const titles = (): (string | undefined)[] => messages.flat().map(({ data }) => data.title);
    return { story, watch, alerts, places, titles };
  }

  test('one value that flaps for an hour is one alert and one message, not seventy-nine', MANY, async () => {
    const { story, watch, alerts, titles } = await watched([channel()]);
    await story.showsAndDecides(50);
    for (let i = 0; i < 79; i += 1) {
      await story.later(45_000).showsAndDecides(i % 2 === 0 ? 8 : 14);
      await watch.run();
    }
    expect(titles()).toEqual(['M8 bolts is below its safety stock']);
    const { items } = await alerts.list(story.tenantId, { open: true, limit: 10 });
    expect(items).toMatchObject([{ kind: 'LOW_STOCK', severity: 'warning', occurrences: expect.any(Number) }]);
    expect(items[0]?.occurrences).toBeGreaterThan(20);
  });

  test('a shelf that is low before anything was decided, then ordered for, is one alert and one message', async () => {
    const { story, watch, alerts, titles } = await watched([channel({ digestMinutes: 0 })]);
    await story.showsAndDecides(50);
    await story.later(MINUTE_MS).shows(8);
    await watch.run();
    await story.decide();
    expect(
      await database.db.selectFrom('episode').where('tenant_id', '=', story.tenantId).selectAll().execute(),
    ).toHaveLength(1);
    await story.later(MINUTE_MS).shows(8);
    await watch.run();
    expect(titles()).toEqual(['M8 bolts is below its safety stock']);
    const { items } = await alerts.list(story.tenantId, { open: true, limit: 10 });
    expect(items.filter(({ kind }) => kind === 'LOW_STOCK')).toHaveLength(1);
  });

  test('what comes together is told together; what is critical does not wait, and is told once more when it becomes so', async () => {
    const { story, watch, titles } = await watched([channel({ digestMinutes: 5 })]);
    await story.showsAndDecides(8);
    await watch.run();
    await story.later(MINUTE_MS).shows(8, { quality: 'uncalibrated' });
    await story.decide();
    await watch.run();
    expect(messages).toEqual([]);
    story.later(5 * MINUTE_MS);
    await watch.run();
    expect(messages).toHaveLength(1);
    expect(new Set(titles())).toEqual(
      new Set(['To be counted: M8 bolts in A 1', 'M8 bolts is below its safety stock']),
    );
    await story.later(MINUTE_MS).showsAndDecides(0);
    await watch.run();
    expect(messages).toHaveLength(2);
    expect(messages[1]).toMatchObject([{ data: { title: 'M8 bolts is out of stock', severity: 'critical' } }]);
    await watch.run();
    expect(messages).toHaveLength(2);
  });

  test('an alert about a traced order carries its trace context', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { story, watch } = await watched([channel({ digestMinutes: 0 })]);
    await story.showsAndDecides(8);
    const { tenantId } = story;
    await database.db
      .updateTable('purchase_order')
      .set({ attention: 'the supplier refused it', traceparent })
      .where('tenant_id', '=', tenantId)
      .execute();
    await watch.run();
    const told = messages.flat().map(({ data, traceparent: of }) => [data.kind, of]);
    expect(told).toContainEqual(['ORDER_TROUBLE', traceparent]);
    expect(told).toContainEqual(['LOW_STOCK', undefined]);
  });

  test('at night only what is critical is told, the rest in the morning', async () => {
    const quietHours = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
    const { story, watch, titles } = await watched([channel({ quietHours, digestMinutes: 0 })]);
    story.nowMs = Date.parse('2026-03-02T22:00:00Z');
    await story.showsAndDecides(8);
    await watch.run();
    expect(messages).toEqual([]);
    story.nowMs = Date.parse('2026-03-03T05:01:00Z');
    await story.showsAndDecides(8);
    await watch.run();
    expect(titles()).toEqual(['M8 bolts is below its safety stock']);
  });

  test('what nobody takes on is told to the next level, what somebody took on is not', async () => {
    const levels = [
      channel({ digestMinutes: 0 }),
      channel({ channelId: 'boss', escalationLevel: 1, digestMinutes: 0 }),
    ];
    for (const taken of [false, true]) {
      messages.length = 0;
      const { story, watch, alerts } = await watched(levels);
      await story.showsAndDecides(8);
      await watch.run();
      expect(messages).toHaveLength(1);
      const [alert] = (await alerts.list(story.tenantId, { open: true, limit: 1 })).items;
      if (taken) await alerts.acknowledge(story.tenantId, alert?.alertId ?? '', 'ann@demo.local');
      await story.later(4 * 60 * MINUTE_MS + 1).showsAndDecides(8);
      await watch.run();
      await watch.run();
      expect(messages).toHaveLength(taken ? 1 : 2);
    }
  });

  test('who is looking is told when the open alerts change, and only then', async () => {
    const { story, watch, alerts } = await watched([]);
    const live = new LiveEvents();
    const told: LiveEvent[] = [];
    const subscription = live.events.subscribe((event) => told.push(event));
    const news = new AlertNews(database.db, TEST_LOGGER, live);
    const counts = (): unknown[] => told.filter((each) => each.tenantId === story.tenantId).map(({ event }) => event);
    await news.tell();
    await story.showsAndDecides(8);
    await watch.run();
    await news.tell();
    await news.tell();
    expect(counts()).toEqual([{ type: 'alerts', event: { open: 1, unacknowledged: 1 } }]);
    const [alert] = (await alerts.list(story.tenantId, { open: true, limit: 1 })).items;
    await alerts.acknowledge(story.tenantId, alert?.alertId ?? '', 'ann@demo.local');
    await news.tell();
    expect(counts().at(-1)).toEqual({ type: 'alerts', event: { open: 1, unacknowledged: 0 } });
    subscription.unsubscribe();
  });

  test('what is over is over after ten minutes, and the next message says so', async () => {
    const { story, watch, alerts } = await watched([channel({ digestMinutes: 0 })]);
    await story.showsAndDecides(8);
    await watch.run();
    await story.later(MINUTE_MS).showsAndDecides(50);
    await watch.run();
    expect((await alerts.list(story.tenantId, { open: true, limit: 10 })).items).toHaveLength(1);
    story.later(11 * MINUTE_MS);
    await watch.run();
    expect((await alerts.list(story.tenantId, { open: true, limit: 10 })).items).toEqual([]);
    expect(messages).toHaveLength(1);
    await story.shows(40, { quality: 'uncalibrated' });
    await story.decide();
    await watch.run();
    expect(new Set(messages[1]?.map(({ type }) => type))).toEqual(
      new Set(['shelfwire.alert.raised.v1', 'shelfwire.alert.resolved.v1']),
    );
  });

  test('a receiver that fails is tried again, with patience, and gets it once', async () => {
    const { story, watch } = await watched([channel({ digestMinutes: 0 })]);
    status = 503;
    await story.showsAndDecides(8);
    await watch.run();
    await watch.run();
    status = 202;
    await watch.run();
    expect(messages).toEqual([]);
    story.later(31_000);
    await watch.run();
    story.later(31_000);
    await watch.run();
    expect(messages).toHaveLength(1);
  });

  test('several replicas tell it once', async () => {
    const { story, watch, titles } = await watched([channel({ digestMinutes: 0 })]);
    await story.showsAndDecides(8);
    await Promise.all(Array.from({ length: 6 }, () => watch.run()));
    expect(titles()).toHaveLength(1);
  });

  test('a test message says of each channel whether it arrived', async () => {
    const { story, places } = await watched([
      channel(),
      channel({ channelId: 'mail', kind: 'email', target: 'ann@demo.local' }),
      channel({ channelId: 'nobody', target: 'http://127.0.0.1:1/' }),
    ]);
    expect(await places.test(story.tenantId, 'ann@demo.local')).toMatchObject([
      { channelId: 'mail', ok: false, detail: expect.stringMatching(/written to the log/) },
      { channelId: 'nobody', ok: false },
      { channelId: 'team', ok: true, detail: 'HTTP 202' },
    ]);
    expect(messages).toMatchObject([[{ type: 'shelfwire.alert.test.v1' }]]);
    expect(await places.test(story.tenantId, 'ann@demo.local', 'team')).toMatchObject([{ channelId: 'team' }]);
    expect(messages).toHaveLength(2);
  });

  test('a channel is set by itself: nobody undoes what somebody else changed at another one', async () => {
    const { story, places } = await watched([channel(), channel({ channelId: 'night' })]);
    const { tenantId } = story;
    const [night, team] = [channel({ channelId: 'night', escalationLevel: 2 }), channel({ minSeverity: 'critical' })];
    await places.put(tenantId, night, 'ann@demo.local');
    await places.put(tenantId, team, 'ben@demo.local');
    expect(await places.list(tenantId)).toMatchObject([night, team]);
    expect(await places.remove(tenantId, 'night', 'ann@demo.local')).toBe(true);
    expect(await places.remove(tenantId, 'night', 'ann@demo.local')).toBe(false);
    expect(await places.list(tenantId)).toMatchObject([team]);
  });

  test('who sets one channel more than there may be is told so, and those that are there can still be changed', async () => {
    const all = Array.from({ length: ALERT_CHANNELS_MAX }, (_, index) => channel({ channelId: `c-${index}` }));
    const { story, places } = await watched(all);
    expect(await places.put(story.tenantId, channel({ channelId: 'more' }), 'ann@demo.local')).toBeUndefined();
    expect(await places.put(story.tenantId, channel({ channelId: 'c-3' }), 'ann@demo.local')).toBeDefined();
  });

  test('a channel that cannot be told says why, until it is set anew', async () => {
    status = 503;
    const { story, watch, places } = await watched([channel({ digestMinutes: 0 })]);
    await story.showsAndDecides(8);
    await watch.run();
    expect(await places.list(story.tenantId)).toMatchObject([{ failures: 1, lastError: 'HTTP 503' }]);
    await places.put(story.tenantId, channel({ digestMinutes: 0 }), 'ann@demo.local');
    expect(await places.list(story.tenantId)).toMatchObject([{ failures: 0, lastError: null }]);
  });

  test('a channel that leads inside is refused when it is set, and is not called if it was set before', async () => {
    const { story } = await watched([channel()]);
    const outside = new Outside({ SHELFWIRE_OUTBOUND_NETWORKS: [] });
    const sender = new AlertSender(TEST_CONFIG, TEST_LOGGER, outside);
    const places = new AlertChannels(database.db, () => story.nowMs, sender, outside);
    const metadata = channel({ channelId: 'metadata', target: 'http://169.254.169.254/latest' });
    const mail = channel({ channelId: 'mail', kind: 'email', target: 'ann@demo.local' });
    expect([mail, metadata].map((each) => places.refusalOf(each))).toEqual([undefined, expect.any(String)]);
    expect(await places.test(story.tenantId, 'ann@demo.local')).toMatchObject([
      { channelId: 'team', ok: false, detail: expect.stringMatching(/not a public address/) },
    ]);
    expect(messages).toEqual([]);
  });
});

describe('mail', () => {
  test('goes to a real mail server', async () => {
    const received: string[] = [];
    const server = createTcpServer((socket) => {
      let inData = false;
      socket.write('220 test\r\n');
      socket.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        received.push(text);
        if (inData) {
          if (!text.endsWith('\r\n.\r\n')) return;
          inData = false;
          socket.write('250 taken\r\n');
        } else if (text.startsWith('DATA')) {
          inData = true;
          socket.write('354 go on\r\n');
        } else socket.write(text.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sender = new AlertSender({ ...TEST_CONFIG, SHELFWIRE_SMTP_URL: url }, TEST_LOGGER, TEST_OUTSIDE);
    const mail = alertChannelSchema.parse({ channelId: 'mail', kind: 'email', target: 'ann@demo.local' });
    expect(await sender.sendTest(mail, 'ben', 0)).toMatchObject({ ok: true });
    sender.onApplicationShutdown();
    server.close();
    const text = received.join('');
    expect(text).toContain('RCPT TO:<ann@demo.local>');
    expect(text).toContain('Subject: Shelfwire: a test message');
  });
});

test.each([
  ['2026-03-28T21:30:00Z', true],
  ['2026-03-29T03:30:00Z', true],
  // Since the clocks went forward that night, 06:00 came an hour sooner.
  ['2026-03-29T04:30:00Z', false],
  ['2026-03-28T12:00:00Z', false],
])('quiet hours are those of the wall clock: %s', (at, quiet) => {
  const quietHours = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
  expect(isQuiet({ quietHours }, Date.parse(at))).toBe(quiet);
});
