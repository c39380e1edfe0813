import './heap-size.ts';

// Loaded afterwards, since a module's imports are all loaded before any of them runs.
const { createLogger, runService, startTracing } = await import('@shelfwire/contract/service');
const { logLevel, readEnv } = await import('./config.ts');
const { readGatewayFile } = await import('./gateway-file.ts');
const { startGateway } = await import('./gateway.ts');

const logger = createLogger('edge-gateway', { level: logLevel() });
await startTracing('edge-gateway', process.env);
await runService(logger, async () => {
  const env = readEnv();
  const gateway = await startGateway(env, readGatewayFile(env.SHELFWIRE_GATEWAY_CONFIG), logger);
  logger.info({ mqttPort: gateway.mqttPort, httpPort: gateway.httpPort }, 'gateway is ready');
  return gateway;
});
