import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TELEMETRY_AUDIENCE } from '@shelfwire/contract/api';
import { createLogger } from '@shelfwire/contract/service';
import { SignJWT } from 'jose';

import { loadConfig } from '../config.ts';
import { startIngestService, type IngestService } from '../service.ts';

export const JWT_SECRET = 'a secret for tests only, long enough for HS256';

/** The whole service in this process, in a folder of its own, which outlives a restart. */
export class TestService {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #service: IngestService | undefined;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#env = env;
  }

  static async start(env: Readonly<Record<string, string>>): Promise<TestService> {
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-ingest-'));
    const service = new TestService(folder, {
      SHELFWIRE_DATA_DIR: folder,
      SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
      SHELFWIRE_JWT_SECRET: JWT_SECRET,
      SHELFWIRE_HTTP_PORT: '0',
      ...env,
    });
    await service.start();
    return service;
  }

  async start(): Promise<void> {
    const logger = createLogger('ingest-service', { level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
    this.#service = await startIngestService(loadConfig(this.#env), logger);
  }

  async stop(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async ready(): Promise<boolean> {
    return (await this.get('/readyz')).status === 200;
  }

  /** As a user of the tenant with the role; without one, as nobody. */
  async request(method: string, path: string, caller?: { role: string; tenantId: string }): Promise<Response> {
    const headers = caller ? { authorization: `Bearer ${await telemetryToken(caller)}` } : undefined;
    return fetch(`${this.#service?.url ?? ''}${path}`, { method, ...(headers ? { headers } : {}) });
  }

  get(path: string, caller?: { role: string; tenantId: string }): Promise<Response> {
    return this.request('GET', path, caller);
  }
}

/** As the reorder-service makes it for one call. */
function telemetryToken({ role, tenantId }: { role: string; tenantId: string }): Promise<string> {
  return new SignJWT({ role, tenantId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('7b0e7c1e-6a35-4b3c-9a57-d3c0a3a3f001')
    .setIssuer('shelfwire')
    .setAudience(TELEMETRY_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(new TextEncoder().encode(JWT_SECRET));
}
