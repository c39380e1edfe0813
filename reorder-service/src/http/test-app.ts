import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, readConfig, ServiceMetrics } from '@shelfwire/contract/service';

import { AppModule } from '../app.module.ts';
import { hashPassword } from '../auth/password.ts';
import { configSchema } from '../config.ts';
import { openMigratedPglite } from '../database/migrated-database.ts';
import type { Db } from '../database/open-database.ts';
import { LiveEvents } from '../events/live-events.ts';
import type { HttpOptions } from './http-options.ts';
import { insertTwoTenants, PASSWORD } from './two-tenants.ts';
import { registerWeb } from './web.ts';

export const JWT_SECRET = 'a secret of at least thirty-two characters';
/** Nothing listens there: what would go out waits, as it must. */
const NO_BROKER = 'mqtt://127.0.0.1:9';
const CHEAP = { N: 1_024, r: 8, p: 1 };

export interface TestApp {
  app: NestFastifyApplication;
  db: Db;
  live: LiveEvents;
  /** @returns the value of an Authorization header */
  signIn(email: string): Promise<string>;
}

/** The whole service but for the readings, on an own PGlite with two tenants in it. */
export async function startTestApp(options: Partial<HttpOptions> = {}): Promise<TestApp> {
  const db = await openMigratedPglite();
  await insertTwoTenants(db, await hashPassword(PASSWORD, CHEAP));
  const config = readConfig(configSchema, {
    SHELFWIRE_CENTRAL_MQTT_URL: NO_BROKER,
    SHELFWIRE_DATABASE_URL: 'pglite:memory:',
    SHELFWIRE_JWT_SECRET: JWT_SECRET,
  });
  const logger = createLogger('test', { level: 'silent' });
  const http: HttpOptions = {
    logger,
    metrics: new ServiceMetrics({ collectDefaults: false }),
    readiness: () => [],
    ...options,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of({ config, logger, metrics: http.metrics, clock: Date.now }, db, http),
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: false },
  );
  await registerWeb(app.getHttpAdapter().getInstance(), http);
  await app.init();
  return {
    app,
    db,
    live: app.get(LiveEvents),
    async signIn(email) {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/auth/login',
        payload: { email, password: PASSWORD },
      });
      return `Bearer ${answer.json<{ accessToken: string }>().accessToken}`;
    },
  };
}
