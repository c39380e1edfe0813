import { expect, onTestFinished, test, vi } from 'vitest';

import { AedesServer } from '../testing/test-broker.ts';
import { BrokerConsumer } from './consumer.ts';

const FILTER = '$share/ingest/shelfwire/v1/+/+/readings';

test('a member of a share group subscribes again, and again, while nothing comes', async () => {
  const broker = await AedesServer.start();
  const consumer = new BrokerConsumer({
    broker: { url: broker.url, username: undefined, password: undefined },
    clientId: 'member',
    topicFilters: [FILTER],
    isShared: true,
    silentForMs: 20,
    keepSession: false,
    whenUnconfirmed: 'let-go',
    handle: () => Promise.resolve('done'),
    onConnection: () => undefined,
  });
  onTestFinished(async () => {
    await consumer.close();
    await broker.close();
  });
  await vi.waitFor(() => expect(broker.subscriptions.length).toBeGreaterThan(3), { timeout: 30_000 });
  expect(new Set(broker.subscriptions)).toEqual(new Set([FILTER]));
  expect(consumer.ready).toBe(true);
});
