import { readFile } from 'node:fs/promises';

import {
  createLogger,
  createServiceServer,
  runService,
  serverCertificate,
  ServiceMetrics,
  trustAuthority,
} from '@shelfwire/contract/service';

import { readLogLevel, readSimConfig, type SimConfig } from './config.ts';
import { readFleet } from './fleet-file.ts';
import { startSimulation } from './simulation.ts';

const logger = createLogger('device-sim', { level: readLogLevel() });

await runService(logger, async () => {
  const config: SimConfig = readSimConfig();
  trustAuthority(config.SHELFWIRE_TLS_CA);
  const fleet = readFleet(await readFile(config.SHELFWIRE_SIM_FLEET, 'utf8'), config.SHELFWIRE_SIM_FLEET);
  const metrics = new ServiceMetrics();
  const simulation = await startSimulation({ config, fleet, logger, metrics });
  const tls = serverCertificate(config);
  const readiness = (): string[] => simulation.missing();
  const server = createServiceServer({ service: 'device-sim', metrics, readiness, tls });
  await server.listen({ host: config.SHELFWIRE_HTTP_HOST, port: config.SHELFWIRE_HTTP_PORT });
  logger.info({ devices: fleet.devices.length, bins: fleet.bins.length, seed: fleet.seed }, 'the simulation runs');
  return {
    close: async () => {
      await simulation.close();
      await server.close();
    },
  };
});
