import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { JwtService } from '@nestjs/jwt';
import { TELEMETRY_AUDIENCE } from '@shelfwire/contract/api';
import { createServiceServer, ServiceMetrics } from '@shelfwire/contract/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionWatch } from '../auth/session-watch.ts';
import { JWT_SECRET, startTestApp, type TestApp } from './test-app.ts';

const consoleDir = mkdtempSync(join(tmpdir(), 'shelfwire-console-'));
const ingest = createServiceServer({ service: 'ingest', metrics: new ServiceMetrics(), readiness: () => [] });
let running: TestApp;

/** Of the token that came along, which only one who has the secret can make. */
function claimsOf({ headers: { authorization = '' } }: { headers: { authorization?: string | undefined } }): unknown {
  return new JwtService({ secret: JWT_SECRET }).verify(authorization.replace('Bearer ', ''));
}

beforeAll(async () => {
  mkdirSync(`${consoleDir}/assets`);
  writeFileSync(`${consoleDir}/index.html`, '<!doctype html><title>Shelfwire</title>');
  writeFileSync(`${consoleDir}/sw.js`, '// worker');
  writeFileSync(`${consoleDir}/assets/index-abc123.js`, 'export {}');
  ingest.get('/api/v1/telemetry/series', (request) => ({ asked: request.url, shown: claimsOf(request) }));
  ingest.get('/api/v1/telemetry/sensors', (_request, reply) => reply.code(401).send({ code: 'TOKEN_INVALID' }));
  ingest.delete('/api/v1/quarantine/7', (_request, reply) => reply.code(204).send());
  ingest.post('/api/v1/quarantine/7/replay', (request) => ({
    points: 1,
    shown: claimsOf(request),
  }));
  ingest.get('/api/v1/quarantine', (_request, reply) => reply.code(503).header('retry-after', '7').send({ code: 'x' }));
  running = await startTestApp({ consoleDir, telemetryUrl: await ingest.listen({ port: 0, host: '127.0.0.1' }) });
  await running.app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await running.app.close();
  await ingest.close();
  rmSync(consoleDir, { recursive: true });
});

describe('the console’s files', () => {
  test.each(['/', '/orders', '/orders/01890a5d', '/sign-in?from=%2Forders'])(
    '%s is the page, asked for again each time',
    async (url) => {
      const answer = await running.app.inject({ url });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.body).toContain('Shelfwire');
    },
  );

  test('named by their content are kept for ever, others are not', async () => {
    const asset = await running.app.inject({ url: '/assets/index-abc123.js' });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toMatch(/javascript/);
    expect((await running.app.inject({ url: '/sw.js' })).headers['cache-control']).toBe('no-cache');
  });

  test.each(['/assets/index-old.js', '/../../etc/passwd.txt', '/assets/%2e%2e/%2e%2e/x.json', '/api/v2/stock'])(
    '%s is not found, and not the page either',
    async (url) => {
      const answer = await running.app.inject({ url });
      expect(answer.statusCode).toBe(404);
      expect(answer.body).not.toContain('<title>');
    },
  );
});

describe('history', () => {
  const url = '/api/v1/telemetry/series?deviceId=scale-1&field=netGrams';

  test('is passed on with its query, for whom and for one minute, and never with the asker’s own token', async () => {
    const authorization = await running.signIn('viewer@ours.example');
    const answer = await running.app.inject({ url, headers: { authorization } });
    const { asked, shown } = answer.json<{ asked: string; shown: { iat: number; exp: number } }>();
    expect(asked).toBe(url);
    expect(shown).toMatchObject({ role: 'viewer', tenantId: 'ours', iss: 'shelfwire', aud: TELEMETRY_AUDIENCE });
    expect(shown.exp - shown.iat).toBe(60);
  });

  test('is not for a person who was shut out, though their token is good for hours', async () => {
    const authorization = await running.signIn('admin@theirs.example');
    const ask = () => running.app.inject({ url, headers: { authorization } });
    const people = running.app.get(SessionWatch);
    const { user_id: userId } = await running.db
      .updateTable('app_user')
      .set({ disabled_at_ms: 1 })
      .where('email', '=', 'admin@theirs.example')
      .returning('user_id')
      .executeTakeFirstOrThrow();
    people.forget(userId);
    expect((await ask()).statusCode).toBe(401);
  });

  test('does not sign anybody out because the ingest-service believes this service not', async () => {
    const authorization = await running.signIn('viewer@ours.example');
    const answer = await running.app.inject({ url: '/api/v1/telemetry/sensors', headers: { authorization } });
    expect(answer.json()).toMatchObject({ status: 502, code: 'TELEMETRY_UNREACHABLE' });
  });

  test.each(['metrics', 'healthz', 'api/v1/quarantine'])('is no way to /%s of the ingest-service', async (other) => {
    const { hostname, port } = new URL(await running.app.getUrl());
    const authorization = await running.signIn('viewer@ours.example');
    const path = `/api/v1/telemetry/%2e%2e/%2e%2e/%2e%2e/${other}`;
    const status = await new Promise((resolve, reject) => {
      // Not by fetch, which resolves the dots itself.
      get({ hostname, port, path, headers: { authorization } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(404);
  });

  test('is not for suppliers, nor for nobody', async () => {
    const authorization = await running.signIn('sales@bolts.example');
    expect((await running.app.inject({ url, headers: { authorization } })).statusCode).toBe(403);
    expect((await running.app.inject({ url })).statusCode).toBe(401);
  });

  test('and the quarantine is passed on for administrators only, whatever is done to it', async () => {
    const authorization = await running.signIn('admin@ours.example');
    const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, headers = { authorization }) =>
      running.app.inject({ method, url: `/api/v1/quarantine${path}`, headers });
    expect((await ask('DELETE', '/7')).statusCode).toBe(204);
    expect((await ask('POST', '/7/replay')).json()).toMatchObject({
      points: 1,
      shown: { role: 'admin', tenantId: 'ours' },
    });
    expect((await ask('GET', '')).headers['retry-after']).toBe('7');
    const viewer = { authorization: await running.signIn('viewer@ours.example') };
    expect((await ask('GET', '', viewer)).statusCode).toBe(403);
  });

  test('is a 502 with a sentence while the ingest-service does not answer', async () => {
    await ingest.close();
    const authorization = await running.signIn('viewer@ours.example');
    expect((await running.app.inject({ url, headers: { authorization } })).json()).toMatchObject({
      status: 502,
      code: 'TELEMETRY_UNREACHABLE',
    });
  });
});
