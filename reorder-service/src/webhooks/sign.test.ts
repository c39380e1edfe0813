import { createHmac } from 'node:crypto';

import { expect, test } from 'vitest';

import { newSecret, signatureHeaders } from './sign.ts';

test('a message is signed as the libraries of Standard Webhooks expect it', () => {
  // The test vector of the reference libraries (standard-webhooks/libraries, "webhook_test").
  const headers = signatureHeaders(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    1_614_265_330_000,
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('while a secret is being replaced, both sign', () => {
  const [first, second] = [newSecret(), newSecret()];
  const headers = signatureHeaders('id', 'body', [first, second], 1_000);
  const of = (secret: string): string =>
    `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update('id.1.body')
      .digest('base64')}`;
  expect(headers['webhook-signature']).toBe(`${of(first)} ${of(second)}`);
});
