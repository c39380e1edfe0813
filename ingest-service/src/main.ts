import { createLogger, runService } from '@shelfwire/contract/service';

import { loadConfig, logLevel } from './config.ts';
import { startIngestService } from './service.ts';

const logger = createLogger('ingest-service', { level: logLevel() });
await runService(logger, () => startIngestService(loadConfig(), logger));
