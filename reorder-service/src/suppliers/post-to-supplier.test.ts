import { expect, test } from 'vitest';

import type { Outside } from '../outbound/outside.ts';
import type { OutsideAnswer, OutsideRequest } from '../outbound/post-outside.ts';
import { postToSupplier } from './post-to-supplier.ts';

const REQUEST = {
  endpoint: 'https://erp.example/edi/',
  apiToken: 'secret',
  path: '/orders',
  idempotencyKey: 'o-1',
  contentType: 'application/json',
  body: '{}',
};

/** A supplier that answers so, and what it was asked. */
async function asked(answer: OutsideAnswer, more: { traceparent?: string } = {}) {
  const requests: OutsideRequest[] = [];
  const outside = {
    post: (request: OutsideRequest) => {
      requests.push(request);
      return Promise.resolve(answer);
    },
  } as unknown as Outside;
  return { result: await postToSupplier(outside, { ...REQUEST, ...more }, 1_000), requests };
}

const answered = (status: number, body = '', retryAfterMs?: number): OutsideAnswer => ({
  kind: 'answered',
  status,
  body,
  retryAfterMs,
  detail: `HTTP ${status}`,
});

test.each([
  [200, 'accepted'],
  [202, 'accepted'],
  [299, 'accepted'],
  // About the way there, not about the order: it may be taken when a token is corrected or the rush is over.
  [302, 'failed'],
  [401, 'failed'],
  [403, 'failed'],
  [408, 'failed'],
  [409, 'failed'],
  [425, 'failed'],
  [429, 'failed'],
  [500, 'failed'],
  [503, 'failed'],
  // About the order itself.
  [400, 'refused'],
  [404, 'refused'],
  [422, 'refused'],
  [499, 'refused'],
])('a supplier that answers %i: the message is %s', async (status, kind) => {
  expect((await asked(answered(status))).result.kind).toBe(kind);
});

test('a message that did not get there is tried again, also where its address is not allowed yet', async () => {
  for (const kind of ['failed', 'forbidden'] as const)
    expect((await asked({ kind, detail: 'why' })).result).toEqual({ kind: 'failed', detail: 'why' });
});

test('the wish to wait goes along, and so does the answer, if it is JSON', async () => {
  expect((await asked(answered(503, '', 7_000))).result).toMatchObject({ retryAfterMs: 7_000 });
  expect((await asked(answered(200, '{"schema":"order-response/1"}'))).result).toEqual({
    kind: 'accepted',
    body: { schema: 'order-response/1' },
  });
  expect((await asked(answered(200, '<html>'))).result).toEqual({ kind: 'accepted', body: undefined });
});

test('a request says who asks, under which key it counts once, and its trace only where there is one', async () => {
  const { requests } = await asked(answered(200));
  expect(requests).toMatchObject([
    {
      url: 'https://erp.example/edi/orders',
      body: '{}',
      timeoutMs: 1_000,
      headers: { 'idempotency-key': 'o-1', authorization: 'Bearer secret', 'content-type': 'application/json' },
    },
  ]);
  expect(Object.keys(requests[0]?.headers ?? {})).not.toContain('traceparent');
  const traced = await asked(answered(200), { traceparent: '00-1-2-01' });
  expect(traced.requests[0]?.headers).toMatchObject({ traceparent: '00-1-2-01' });
});
