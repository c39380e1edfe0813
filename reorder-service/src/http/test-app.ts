import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';

import { AuthModule } from '../auth/auth.module.ts';
import { hashPassword } from '../auth/password.ts';
import { DatabaseModule } from '../database/database.module.ts';
import { migrateToLatest } from '../database/migrate.ts';
import { openDatabase, type Db } from '../database/open-database.ts';
import { LiveEvents } from '../events/live-events.ts';
import { OrderQueries } from '../orders/order-queries.ts';
import { StockQueries } from '../stock/stock-queries.ts';
import { HttpModule } from './http.module.ts';
import type { HttpOptions } from './http-options.ts';
import { SUPPLIER_INBOX } from './supplier.controller.ts';
import { insertTwoTenants, PASSWORD } from './two-tenants.ts';
import { registerWeb } from './web.ts';

export const JWT_SECRET = 'a secret of at least thirty-two characters';
const CHEAP = { N: 1_024, r: 8, p: 1 };

export interface TestApp {
  app: NestFastifyApplication;
  db: Db;
  live: LiveEvents;
  /** @returns the value of an Authorization header */
  signIn(email: string): Promise<string>;
}

@Global()
@Module({
  providers: [
    LiveEvents,
    OrderQueries,
    StockQueries,
    {
      provide: SUPPLIER_INBOX,
      useValue: {
        receiveOrderResponse: () => Promise.resolve({ ok: false, code: 'ORDER_NOT_FOUND', detail: 'no such order' }),
        receiveDespatchAdvice: () => Promise.resolve({ ok: false, code: 'ORDER_NOT_FOUND', detail: 'no such order' }),
      },
    },
  ],
  exports: [LiveEvents, OrderQueries, StockQueries, SUPPLIER_INBOX],
})
class QueriesModule {}

/** The HTTP side of the service on an own PGlite with two tenants in it. */
export async function startTestApp(options: Partial<HttpOptions> = {}): Promise<TestApp> {
  const db = openDatabase('pglite:memory:');
  await migrateToLatest(db);
  await insertTwoTenants(db, await hashPassword(PASSWORD, CHEAP));
  const logger = createLogger('test', { level: 'silent' });
  const http: HttpOptions = {
    logger,
    metrics: new ServiceMetrics({ collectDefaults: false }),
    readiness: () => [],
    ...options,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: class TestModule {},
      imports: [
        DatabaseModule.of(db),
        AuthModule.of({ jwtSecret: JWT_SECRET, logger }),
        HttpModule.of(http, [QueriesModule]),
      ],
    },
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
