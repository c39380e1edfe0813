import { setFlagsFromString } from 'node:v8';

import { createLogger, runService, startTracing } from '@shelfwire/contract/service';

import { readEnv } from './config.ts';
import { readGatewayFile } from './gateway-file.ts';
import { startGateway } from './gateway.ts';

// The room for short-lived garbage stays as small as it begins: it would grow by 60 to 100 MB, for nothing. Set here and not
// on the command line, so that it holds however the gateway is started.
setFlagsFromString('--semi-space-growth-factor=1');

const logger = createLogger('edge-gateway', { level: process.env['SHELFWIRE_LOG_LEVEL'] });
await startTracing('edge-gateway', process.env);
await runService(logger, async () => {
  const env = readEnv();
  const gateway = await startGateway(env, readGatewayFile(env.SHELFWIRE_GATEWAY_CONFIG), logger);
  logger.info({ mqttPort: gateway.mqttPort, httpPort: gateway.httpPort }, 'gateway is ready');
  return gateway;
});
