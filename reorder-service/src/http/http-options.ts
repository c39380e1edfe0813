import type { Logger, Readiness, ServiceMetrics } from '@shelfwire/contract/service';

export interface HttpOptions {
  logger: Logger;
  metrics: ServiceMetrics;
  readiness: Readiness;
  /** Folder of the built console; without it, `/` says where the API is. */
  consoleDir?: string | undefined;
  /** Base URL of the ingest-service. */
  telemetryUrl?: string | undefined;
}

export const HTTP_OPTIONS = Symbol('HTTP_OPTIONS');
