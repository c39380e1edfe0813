import { createLogger, runService } from '@shelfwire/contract/service';

import { readEnv } from './config.ts';
import { readGatewayFile } from './gateway-file.ts';
import { startGateway } from './gateway.ts';

const logger = createLogger('edge-gateway', { level: process.env['SHELFWIRE_LOG_LEVEL'] });
await runService(logger, async () => {
  const env = readEnv();
  const gateway = await startGateway(env, readGatewayFile(env.SHELFWIRE_GATEWAY_CONFIG), logger);
  logger.info({ mqttPort: gateway.mqttPort, httpPort: gateway.httpPort }, 'gateway is ready');
  return gateway;
});
