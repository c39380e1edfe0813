import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  serverCertificate,
  ServiceMetrics,
  trustAuthority,
  withCertificate,
  type Logger,
  type RunningService,
} from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { AppModule } from './app.module.ts';
import { readCatalogueFile } from './catalogue/catalogue-file.ts';
import { seedCatalogue } from './catalogue/seed.ts';
import type { Config } from './config.ts';
import { migrateToLatest } from './database/migrate.ts';
import { openDatabase, type Db } from './database/open-database.ts';
import type { HttpOptions } from './http/http-options.ts';
import { registerWeb } from './http/web.ts';
import { CentralPublisher, loginOf } from './mqtt/central-publisher.ts';
import { ReadingTransport } from './mqtt/reading-transport.ts';
import { Outside } from './outbound/outside.ts';
import type { Clock } from './runtime/runtime.module.ts';

const MESSAGE_ATTEMPTS_MAX = 5;
const MESSAGE_BACKOFF_MS = 100;

export interface ReorderService extends RunningService {
  /** Where it listens; the port is the real one where 0 was asked for. */
  url: string;
}

/** Opens, migrates and seeds the database, then starts everything. Resolves when requests are answered. */
export async function startReorderService(
  config: Config,
  logger: Logger,
  clock: Clock = Date.now,
): Promise<ReorderService> {
  // Checked before anything is opened.
  const catalogue =
    config.SHELFWIRE_SEED_FILE === undefined ? undefined : readCatalogueFile(config.SHELFWIRE_SEED_FILE);
  trustAuthority(config.SHELFWIRE_TLS_CA);
  const db = openDatabase(config.SHELFWIRE_DATABASE_URL, {
    connectionsMax: config.SHELFWIRE_DATABASE_CONNECTIONS_MAX,
  });
  const migrations = await migrateToLatest(db);
  if (migrations.length > 0) logger.info({ migrations }, 'database migrated');
  if (catalogue) await seedCatalogue(db, catalogue, clock());

  const outside = new Outside(config);
  for (const { supplierId, endpoint } of catalogue?.suppliers ?? []) {
    const refusal = endpoint === undefined ? undefined : outside.refusalOf(endpoint);
    if (refusal !== undefined) logger.error({ supplierId, endpoint, refusal }, 'orders will not reach this supplier');
  }

  const metrics = new ServiceMetrics();
  const transport = new ReadingTransport({
    url: config.SHELFWIRE_CENTRAL_MQTT_URL,
    client: { ...loginOf(config), clientId: config.SHELFWIRE_CENTRAL_MQTT_CLIENT_ID },
    shared: config.SHELFWIRE_CENTRAL_MQTT_SHARED,
    attemptsMax: MESSAGE_ATTEMPTS_MAX,
    firstBackoffMs: MESSAGE_BACKOFF_MS,
    logger,
  });
  const http: HttpOptions = {
    logger,
    metrics,
    readiness: () => missing(db, transport, app.get(CentralPublisher)),
    consoleDir: config.SHELFWIRE_CONSOLE_DIR,
    telemetryUrl: config.SHELFWIRE_TELEMETRY_URL,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of({ config, logger, metrics, clock }, db, http),
    new FastifyAdapter(
      withCertificate({ forceCloseConnections: true, bodyLimit: 1_048_576 }, serverCertificate(config)),
    ),
    { logger: ['error', 'warn', 'fatal'], abortOnError: false },
  );
  app.connectMicroservice({ strategy: transport });
  await registerWeb(app.getHttpAdapter().getInstance(), http);
  await app.init();
  await app.startAllMicroservices();
  await app.listen(config.SHELFWIRE_HTTP_PORT, config.SHELFWIRE_HTTP_HOST);
  const url = await app.getUrl();
  logger.info({ url }, 'reorder-service is ready');
  return { url, close: () => app.close() };
}

async function missing(db: Db, transport: ReadingTransport, central: CentralPublisher): Promise<string[]> {
  const problems: string[] = [];
  if (!transport.connected || !central.connected) problems.push('central broker');
  try {
    await sql`select 1`.execute(db);
  } catch {
    problems.push('database');
  }
  return problems;
}
