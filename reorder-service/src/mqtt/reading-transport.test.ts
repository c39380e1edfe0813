import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { createLogger } from '@shelfwire/contract/service';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startTestBroker, type TestBroker } from '../test-broker.ts';
import { ReadingTransport, type MessageContext } from './reading-transport.ts';

/** What the handler is to do with each attempt, and what it was given. */
const handled: { payload: Buffer; topic: string; attempt: number }[] = [];
let behave: (attempt: number) => Promise<void>;

@Controller()
class Handler {
  @EventPattern('things/+/readings')
  async handle(@Payload() payload: Buffer, @Ctx() context: unknown): Promise<void> {
    const { topic, attempt } = context as MessageContext;
    handled.push({ payload, topic, attempt });
    await behave(attempt);
  }
}

@Module({ controllers: [Handler] })
class HandlerModule {}

let broker: TestBroker;
let device: MqttClient;
let close: () => Promise<void>;

const waitFor = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

async function start(attemptsMax: number, share?: { silentForMs: number }): Promise<void> {
  const transport = new ReadingTransport({
    url: broker.url,
    client: { clientId: 'reorder-1' },
    shared: share !== undefined,
    ...share,
    attemptsMax,
    firstBackoffMs: 5,
    logger: createLogger('test', { level: 'silent' }),
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(HandlerModule, {
    strategy: transport,
    logger: false,
  });
  await app.listen();
  await waitFor(() => expect(transport.connected).toBe(true));
  close = () => app.close();
}

beforeEach(async () => {
  handled.length = 0;
  behave = () => Promise.resolve();
  broker = await startTestBroker();
  device = await connectAsync(broker.url);
});

afterEach(async () => {
  await close();
  await device.endAsync();
  await broker.close();
});

const WARM_UP = 'warm up';
/** The first message may have been sent more than once. */
const attempts = (): { text: string; attempt: number }[] =>
  handled
    .map((each) => ({ text: each.payload.toString(), attempt: each.attempt }))
    .filter(({ text }) => text !== WARM_UP);
const payloads = (): string[] => attempts().map(({ text }) => text);

/** The subscription is made after the connection; until then the broker has nobody to give a message to. */
async function warmUp(text = WARM_UP): Promise<void> {
  await waitFor(async () => {
    await device.publishAsync('things/1/readings', text, { qos: 1 });
    expect(handled.map((each) => each.payload.toString())).toContain(text);
  });
}

test('hands the payload over as it came, whatever Nest would read into it', async () => {
  await start(3);
  const envelope = JSON.stringify({ id: '7', pattern: 'p', data: { nested: true } });
  await warmUp(envelope);
  expect(handled[0]).toMatchObject({ topic: 'things/1/readings', attempt: 1 });
});

test('gives a message again to a handler that threw, and goes on to the next when it succeeded', async () => {
  await start(5);
  await warmUp();
  behave = (attempt) =>
    payloads().length > 0 && attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
  await device.publishAsync('things/1/readings', 'one', { qos: 1 });
  await device.publishAsync('things/1/readings', 'two', { qos: 1 });
  await waitFor(() => expect(payloads()).toEqual(['one', 'one', 'one', 'two', 'two', 'two']));
  expect(attempts().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1, 2, 3]);
});

test('lets a poisoned message go after its attempts, so that it does not stop the others', async () => {
  await start(2);
  await warmUp();
  behave = () => (payloads().at(-1) === 'poison' ? Promise.reject(new Error('never')) : Promise.resolve());
  await device.publishAsync('things/1/readings', 'poison', { qos: 1 });
  await device.publishAsync('things/1/readings', 'good', { qos: 1 });
  await waitFor(() => expect(payloads()).toEqual(['poison', 'poison', 'good']));
});

test('does not acknowledge what it was handling when it closed: the next process gets it', async () => {
  await start(1_000);
  await warmUp();
  behave = () => (payloads().length > 0 ? Promise.reject(new Error('the database is away')) : Promise.resolve());
  await device.publishAsync('things/1/readings', 'kept', { qos: 1 });
  await waitFor(() => expect(payloads().length).toBeGreaterThan(1));
  await close();
  handled.length = 0;
  behave = () => Promise.resolve();
  await start(3);
  await waitFor(() => expect(payloads()).toEqual(['kept']));
});

test('subscribes to its share group again, and again, while nothing comes', async () => {
  await start(3, { silentForMs: 20 });
  await waitFor(() => expect(broker.subscriptions.length).toBeGreaterThan(3));
  expect(new Set(broker.subscriptions)).toEqual(new Set(['$share/reorder/things/+/readings']));
});
