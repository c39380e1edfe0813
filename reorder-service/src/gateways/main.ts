import { createLogger, runService } from '@shelfwire/contract/service';

import { logLevel } from '../config.ts';
import { keepBrokerAccess } from './keep-broker-access.ts';
import { loadConfig } from './config.ts';

const logger = createLogger('broker-access', { level: logLevel() });
await runService(logger, () => keepBrokerAccess(loadConfig(), logger));
