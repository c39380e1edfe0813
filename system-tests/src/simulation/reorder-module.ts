import { Test, type TestingModule } from '@nestjs/testing';
import { createLogger, readConfig, type ServiceMetrics } from '@shelfwire/contract/service';
import {
  AppModule,
  CentralPublisher,
  configSchema,
  Outside,
  type Db,
  type OutsideAnswer,
  type OutsideRequest,
} from '@shelfwire/reorder-service/parts';

/** The real modules of the reorder-service with nothing around them: its jobs are not started, but called. */
export function reorderModule(around: {
  db: Db;
  metrics: ServiceMetrics;
  clock: () => number;
  post: (request: OutsideRequest) => Promise<OutsideAnswer>;
  publish: (topic: string, message: object) => Promise<void>;
}): Promise<TestingModule> {
  const { db, metrics, clock, post, publish } = around;
  const logger = createLogger('simulation', { level: 'silent' });
  const config = readConfig(configSchema, {
    SHELFWIRE_CENTRAL_MQTT_URL: 'mqtt://simulated',
    SHELFWIRE_DATABASE_URL: 'pglite:memory:',
    SHELFWIRE_JWT_SECRET: 'a secret of at least thirty-two characters',
    SHELFWIRE_SUPPLIER_ATTEMPTS_MAX: '1000',
  });
  const runtime = { config, logger, metrics, clock };
  return Test.createTestingModule({ imports: [AppModule.of(runtime, db, { logger, metrics, readiness: () => [] })] })
    .overrideProvider(Outside)
    .useValue({ refusalOf: () => undefined, post })
    .overrideProvider(CentralPublisher)
    .useValue({ connected: true, publish, publishEvent: publish })
    .compile();
}
