import { createLogger, runService, startTracing } from '@shelfwire/contract/service';

import { loadConfig, logLevel } from './config.ts';
import { startIngestService } from './service.ts';

const logger = createLogger('ingest-service', { level: logLevel() });
await startTracing('ingest-service', process.env);
await runService(logger, () => startIngestService(loadConfig(), logger));
