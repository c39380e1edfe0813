import { JwtService } from '@nestjs/jwt';
import { TELEMETRY_AUDIENCE } from '@shelfwire/contract/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JWT_SECRET, startTestApp, type TestApp } from '../http/test-app.ts';
import { PASSWORD } from '../http/two-tenants.ts';

let running: TestApp;

beforeAll(async () => {
  running = await startTestApp();
});
afterAll(async () => {
  await running.app.close();
});

const EMAIL = 'viewer@ours.example';

async function login(email: string, password: string, remoteAddress = '10.0.0.1') {
  return running.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email, password }, remoteAddress });
}

async function statusWith(token: string): Promise<number> {
  return (await running.app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${token}` } })).statusCode;
}

describe('signing in', () => {
  test('gives a token that says who, of which tenant and in which role', async () => {
    const answer = (await login('sales@bolts.example', PASSWORD)).json<{ accessToken: string; expiresAtMs: number }>();
    const claims: unknown = new JwtService({ secret: JWT_SECRET }).verify(answer.accessToken);
    expect(claims).toMatchObject({
      iss: 'shelfwire',
      email: 'sales@bolts.example',
      role: 'supplier',
      tenantId: 'ours',
      supplierId: 'bolts-inc',
      exp: answer.expiresAtMs / 1_000,
    });
  });

  test('takes an email in any case', async () => {
    expect((await login('Viewer@Ours.Example', PASSWORD)).statusCode).toBe(200);
  });

  test('answers the same for an unknown email as for a wrong password', async () => {
    const unknown = await login('nobody@ours.example', PASSWORD);
    const wrong = await login(EMAIL, 'wrong');
    expect(unknown.statusCode).toBe(401);
    expect(unknown.json()).toEqual(wrong.json());
  });

  test('stops guessing after five failures, and says how long to wait', async () => {
    for (let i = 0; i < 5; i += 1) expect((await login(EMAIL, 'wrong', '10.0.0.2')).statusCode).toBe(401);
    const refused = await login(EMAIL, PASSWORD, '10.0.0.2');
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    expect((await login(EMAIL, PASSWORD, '10.0.0.3')).statusCode).toBe(200);
  });

  test('lets no burst of attempts side by side slip under the limit', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => login('admin@theirs.example', 'wrong', '10.0.0.4')),
    );
    const checked = answers.filter(({ statusCode }) => statusCode === 401);
    expect(checked.length).toBeLessThanOrEqual(5);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(30 - checked.length);
  });

  test('ends for a user who was disabled', async () => {
    const { accessToken } = (await login('admin@theirs.example', PASSWORD)).json<{ accessToken: string }>();
    await running.db
      .updateTable('app_user')
      .set({ disabled_at_ms: 1 })
      .where('email', '=', 'admin@theirs.example')
      .execute();
    expect((await login('admin@theirs.example', PASSWORD)).statusCode).toBe(401);
    expect(await statusWith(accessToken)).toBe(401);
  });
});

describe('an access token', () => {
  const claims = { email: EMAIL, role: 'admin', tenantId: 'ours' };
  const sign = (secret: string, options: object, payload: object = claims): string =>
    new JwtService({ secret }).sign(payload, {
      subject: crypto.randomUUID(),
      issuer: 'shelfwire',
      expiresIn: 60,
      ...options,
    });

  test.each([
    ['signed by somebody else', () => sign('another secret of at least 32 characters', {})],
    ['that has expired', () => sign(JWT_SECRET, { expiresIn: -1 })],
    ['of another issuer', () => sign(JWT_SECRET, { issuer: 'somebody' })],
    ['signed by another algorithm', () => sign(JWT_SECRET, { algorithm: 'HS512' })],
    ['without a tenant', () => sign(JWT_SECRET, {}, { email: EMAIL, role: 'admin' })],
    ['for the ingest-service', () => sign(JWT_SECRET, { audience: TELEMETRY_AUDIENCE })],
    ['of a supplier without a supplier', () => sign(JWT_SECRET, {}, { ...claims, role: 'supplier' })],
    ['that is not signed', () => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ ...claims, iss: 'shelfwire' }))}.`],
    ['that is no token', () => 'nonsense'],
  ])('%s opens nothing', async (_, make) => {
    const answer = await running.app.inject({ url: '/api/v1/stock', headers: { authorization: `Bearer ${make()}` } });
    expect(answer.statusCode).toBe(401);
  });
});
