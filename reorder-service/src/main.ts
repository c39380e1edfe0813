import { createLogger, runService } from '@shelfwire/contract/service';

import { loadConfig, logLevel } from './config.ts';
import { startReorderService } from './reorder-service.ts';

const logger = createLogger('reorder-service', { level: logLevel() });

await runService(logger, () => startReorderService(loadConfig(), logger));
