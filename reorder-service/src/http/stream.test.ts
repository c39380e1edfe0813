import { randomUUID } from 'node:crypto';

import type { StreamEvent } from '@shelfwire/contract/api';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { startTestApp, type TestApp } from './test-app.ts';
import { AT_MS } from './two-tenants.ts';

let running: TestApp;
let baseUrl: string;

beforeAll(async () => {
  running = await startTestApp();
  await running.app.listen(0, '127.0.0.1');
  baseUrl = await running.app.getUrl();
});

/** Reads the stream until the text is in it; answers everything that came. */
async function readUntil(reader: ReadableStreamDefaultReader<string>, text: string): Promise<string> {
  let all = '';
  while (!all.includes(text)) {
    const { value, done } = await reader.read();
    if (done) return all;
    all += value;
  }
  return all;
}

async function open(email: string): Promise<ReadableStreamDefaultReader<string>> {
  const response = await fetch(`${baseUrl}/api/v1/stream`, { headers: { authorization: await running.signIn(email) } });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  if (!response.body) throw new Error('no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(reader, ': connected');
  return reader;
}

function stock(binId: string, itemId: string): StreamEvent {
  return {
    type: 'stock',
    siteId: 's1',
    event: {
      schema: 'stock/1',
      eventId: randomUUID(),
      binId,
      itemId,
      sequence: 1,
      atMs: AT_MS,
      change: -1,
      onHand: 11,
      uncertainty: 0,
      onOrder: 0,
      inventoryPosition: 11,
      status: 'BELOW_REORDER',
    },
  };
}

function order(orderNumber: string): StreamEvent {
  const line = {
    itemId: 'bolt-m8',
    binId: 'b1',
    orderedQuantity: 40,
    confirmedQuantity: 0,
    shippedQuantity: 0,
    receivedQuantity: 0,
  };
  return {
    type: 'order',
    siteId: 's1',
    event: {
      schema: 'order/1',
      eventId: randomUUID(),
      orderId: randomUUID(),
      orderNumber,
      supplierId: 'bolts-inc',
      atMs: AT_MS,
      status: 'SENT',
      lines: [line],
      sentence: 'b1 is low',
    },
  };
}

describe('the live stream', () => {
  test('brings a tenant its own events and nobody else’s', async () => {
    const reader = await open('admin@ours.example');
    running.live.publish({ tenantId: 'theirs', event: stock('b9', 'cup') });
    running.live.publish({ tenantId: 'ours', event: stock('b1', 'bolt-m8') });
    const text = await readUntil(reader, '\n\n');
    expect(text).toMatch(/^event: stock\ndata: \{"type":"stock","siteId":"s1"/);
    expect(text).not.toContain('"binId":"b9"');
    await reader.cancel();
  });

  test('brings a supplier its orders and the stock of what it sells, nothing else', async () => {
    const reader = await open('sales@bolts.example');
    running.live.publish({ tenantId: 'ours', supplierId: 'oils-inc', event: order('PO-OIL') });
    running.live.publish({ tenantId: 'ours', event: stock('b2', 'oil-5w30') });
    running.live.publish({ tenantId: 'ours', event: { type: 'alerts', event: { open: 3, unacknowledged: 1 } } });
    running.live.publish({ tenantId: 'ours', event: stock('b1', 'bolt-m8') });
    running.live.publish({ tenantId: 'ours', supplierId: 'bolts-inc', event: order('PO-BOLT') });
    const text = await readUntil(reader, 'PO-BOLT');
    expect(text).toContain('"binId":"b1"');
    expect(text).not.toContain('PO-OIL');
    expect(text).not.toContain('alerts');
    expect(text).not.toContain('"binId":"b2"');
    await reader.cancel();
  });

  test('needs a token', async () => {
    const response = await fetch(`${baseUrl}/api/v1/stream`);
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  test('ends, a heartbeat later, for a person who was shut out, and goes on for the others', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      const [viewer, supplier] = [await open('viewer@ours.example'), await open('sales@bolts.example')];
      const headers = { authorization: await running.signIn('admin@ours.example') };
      const { userId } = await running.db
        .selectFrom('app_user')
        .select('user_id as userId')
        .where('email', '=', 'sales@bolts.example')
        .executeTakeFirstOrThrow();
      const change = (disabled: boolean) =>
        running.app.inject({ method: 'PATCH', url: `/api/v1/users/${userId}`, headers, payload: { disabled } });
      expect((await change(true)).statusCode).toBe(200);
      vi.advanceTimersByTime(15_000);
      // It is read to its end, which is not where anything was said.
      expect(await readUntil(supplier, 'never')).not.toContain('event:');
      running.live.publish({ tenantId: 'ours', event: stock('b1', 'bolt-m8') });
      expect(await readUntil(viewer, 'event: stock')).toContain('still here');
      await viewer.cancel();
      await change(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends when the service stops, so that pages reconnect elsewhere', async () => {
    const reader = await open('viewer@ours.example');
    // Without the end, neither of the two would ever come back.
    await Promise.all([running.app.close(), readUntil(reader, 'never').catch(() => 'cut')]);
    await expect(fetch(`${baseUrl}/healthz`)).rejects.toThrow('fetch failed');
  });
});
