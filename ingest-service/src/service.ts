import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import {
  createServiceServer,
  serverCertificate,
  ServiceMetrics,
  trustAuthority,
  type Logger,
  type RunningService,
} from '@shelfwire/contract/service';

import { ConfirmationPublisher } from './broker/confirmation-publisher.ts';
import { openConnections } from './broker/connections.ts';
import type { BrokerConsumer } from './broker/consumer.ts';
import type { IngestConfig } from './config.ts';
import { registerExportRoute } from './history/export-route.ts';
import { registerHistoryRoutes } from './history/routes.ts';
import { Authenticator } from './http/auth.ts';
import { answerProblem } from './http/problem.ts';
import { IngestReport } from './ingest-report.ts';
import { Ingest } from './ingest.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { registerQuarantineRoutes } from './quarantine/routes.ts';
import { heldStore } from './store/held-store.ts';
import { StoreHold } from './store/hold.ts';
import { Maintenance } from './store/maintenance.ts';
import { openStore } from './store/open-store.ts';
import type { TelemetryStore } from './store/telemetry-store.ts';

const DAY_MS = 86_400_000;
const CONFIRMATION_TIMEOUT_MS = 5_000;
/** How long messages in hand may take when the service is told to stop. */
const DRAIN_MS = 5_000;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 5_000;

export interface IngestService extends RunningService {
  /** `http://host:port`, with the port that the system chose. */
  url: string;
  metrics: ServiceMetrics;
}

/** Puts the parts together and starts them. Neither broker nor database need be there yet: `/readyz` says what is missing. */
export async function startIngestService(config: IngestConfig, logger: Logger): Promise<IngestService> {
  trustAuthority(config.SHELFWIRE_TLS_CA);
  const metrics = new ServiceMetrics();
  const report = new IngestReport(logger, metrics);
  const store = await openStore(config);
  const quarantine = await Quarantine.open({
    folder: join(config.SHELFWIRE_DATA_DIR, 'quarantine'),
    sizeBytesMax: config.SHELFWIRE_QUARANTINE_BYTES_MAX,
    entriesMax: config.SHELFWIRE_QUARANTINE_ENTRIES_MAX,
    onDropped: (count) => report.quarantineDropped(count),
  });
  report.quarantineLevel(quarantine);
  const hold = new StoreHold({
    holdMs: config.SHELFWIRE_STORE_HOLD_MS,
    retryFirstMs: RETRY_FIRST_MS,
    retryMaxMs: RETRY_MAX_MS,
  });
  const held = heldStore(store, hold);
  const maintenance = new Maintenance(held, {
    retention: {
      rawMs: config.SHELFWIRE_RAW_RETENTION_DAYS * DAY_MS,
      downsampledMs: config.SHELFWIRE_DOWNSAMPLED_RETENTION_DAYS * DAY_MS,
    },
    intervalMs: config.SHELFWIRE_MAINTENANCE_INTERVAL_MS,
    onFailed: (error) => report.maintenanceFailed(error),
  });

  const broker = {
    url: config.SHELFWIRE_CENTRAL_MQTT_URL,
    username: config.SHELFWIRE_CENTRAL_MQTT_USERNAME,
    password: config.SHELFWIRE_CENTRAL_MQTT_PASSWORD,
  };
  const publisher = new ConfirmationPublisher({
    broker,
    clientId: `shelfwire-${config.SHELFWIRE_INSTANCE_ID}-confirmations`,
    publishTimeoutMs: CONFIRMATION_TIMEOUT_MS,
    onConnection: (connected) => report.brokerConnected('confirmations', connected),
  });
  const ingest = new Ingest({
    store,
    quarantine,
    report,
    publishConfirmation: (topic, confirmation) => publisher.publish(topic, confirmation),
    hold,
  });
  const consumers = openConnections({
    broker,
    instanceId: config.SHELFWIRE_INSTANCE_ID,
    sharedSubscriptions: config.SHELFWIRE_CENTRAL_SHARED_SUBSCRIPTIONS,
    handle: (message, signal) => ingest.handle(message, signal),
    onConnection: (connection, connected) => report.brokerConnected(connection, connected),
  });

  const readiness = () => missingParts(store, consumers, publisher);
  const server = createServiceServer({
    service: 'ingest-service',
    metrics,
    readiness,
    tls: serverCertificate(config),
  });
  server.setErrorHandler(answerProblem);
  const authenticator = new Authenticator(config.SHELFWIRE_JWT_SECRET);
  registerHistoryRoutes(server, { store: held, authenticator });
  registerExportRoute(server, { store, authenticator, folder: join(config.SHELFWIRE_DATA_DIR, 'exports') });
  const onChanged = (): void => report.quarantineLevel(quarantine);
  registerQuarantineRoutes(server, { store: held, quarantine, authenticator, onChanged });
  const url = await server.listen({ host: config.SHELFWIRE_HTTP_HOST, port: config.SHELFWIRE_HTTP_PORT });
  logger.info({ url, store: config.SHELFWIRE_TELEMETRY_STORE }, 'ingest-service listens');

  return {
    url,
    metrics,
    close: async () => {
      const working = Promise.all([...consumers.map((consumer) => consumer.close()), maintenance.close()]);
      await Promise.race([working, delay(DRAIN_MS, undefined, { ref: false })]);
      await store.close(); // cuts off what hangs on a database that does not answer, so that the rest can end
      await working;
      await publisher.close();
      await server.close();
      await quarantine.close();
    },
  };
}

async function missingParts(
  store: TelemetryStore,
  consumers: readonly BrokerConsumer[],
  publisher: ConfirmationPublisher,
): Promise<string[]> {
  const missing: string[] = [];
  if (!publisher.connected || consumers.some((consumer) => !consumer.ready)) missing.push('broker');
  await store.check().catch((error: unknown) => {
    missing.push(`store: ${error instanceof Error ? error.message : String(error)}`);
  });
  return missing;
}
