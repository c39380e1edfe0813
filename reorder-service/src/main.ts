import { createLogger, runService, startTracing } from '@shelfwire/contract/service';

import { loadConfig, logLevel } from './config.ts';
import { startReorderService } from './reorder-service.ts';

const logger = createLogger('reorder-service', { level: logLevel() });

await startTracing('reorder-service', process.env);
await runService(logger, () => startReorderService(loadConfig(), logger));
