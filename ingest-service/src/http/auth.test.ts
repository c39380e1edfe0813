import { TELEMETRY_AUDIENCE } from '@shelfwire/contract/api';
import type { FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';

import { Authenticator } from './auth.ts';

const SECRET = 'a secret for tests only, long enough for HS256';
const NOW_S = Math.floor(Date.now() / 1_000);
const GOOD = { iss: 'shelfwire', aud: TELEMETRY_AUDIENCE, iat: NOW_S, exp: NOW_S + 60 };
const CLAIMS = { sub: '7b0e7c1e-6a35-4b3c-9a57-d3c0a3a3f001', role: 'viewer', tenantId: 'demo' };

async function callerOf(claims: Record<string, unknown>, secret = SECRET, alg = 'HS256') {
  const token = await new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
  const request = { headers: { authorization: `Bearer ${token}` } } as FastifyRequest;
  return new Authenticator(SECRET).caller(request, ['viewer']);
}

test('a token that the reorder-service made for this call says for whom it asks', async () => {
  expect(await callerOf({ ...CLAIMS, ...GOOD })).toEqual({ userId: CLAIMS.sub, role: 'viewer', tenantId: 'demo' });
});

test('a clock that differs by some seconds is forgiven', async () => {
  await expect(callerOf({ ...CLAIMS, ...GOOD, iat: NOW_S - 80, exp: NOW_S - 20 })).resolves.toBeDefined();
});

test.each([
  ['the access token of a person, who may have been shut out since', { aud: undefined, exp: NOW_S + 12 * 3_600 }],
  ['one for another audience', { aud: 'somebody' }],
  ['one that somebody made for hours', { exp: NOW_S + 12 * 3_600 }],
  ['one that never ends', { exp: undefined }],
  ['one of which nobody knows since when it is good', { iat: undefined }],
  ['one that is over', { iat: NOW_S - 200, exp: NOW_S - 140 }],
  ['one of another issuer', { iss: 'somebody' }],
  ['one without a tenant', { tenantId: undefined }],
])('%s opens nothing', async (_, differs) => {
  await expect(callerOf({ ...CLAIMS, ...GOOD, ...differs })).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('a token signed with another secret, or by another algorithm, opens nothing', async () => {
  await expect(callerOf({ ...CLAIMS, ...GOOD }, `not ${SECRET}`)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  const otherAlgorithm = callerOf({ ...CLAIMS, ...GOOD }, SECRET.repeat(2), 'HS512');
  await expect(otherAlgorithm).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('a role that the route does not name is told so', async () => {
  await expect(callerOf({ ...CLAIMS, ...GOOD, role: 'supplier' })).rejects.toMatchObject({ code: 'ROLE_NOT_ALLOWED' });
});
