import { serverCertificate, type Logger, type ServiceMetrics } from '@shelfwire/contract/service';

import type { SimConfig } from './config.ts';
import type { Fleet } from './fleet-file.ts';
import { FleetDriver } from './fleet.ts';
import { StateFile } from './state-file.ts';
import { createSupplierServer } from './supplier/server.ts';
import { Supplier } from './supplier/supplier.ts';
import { TruthFile } from './truth.ts';
import { World } from './world/world.ts';

export interface Simulation {
  /** What is not up yet; empty when every device is connected. */
  missing(): string[];
  supplierPort: number;
  close(): Promise<void>;
}

/** Puts world, devices and supplier together and starts them. */
export async function startSimulation(parts: {
  config: SimConfig;
  fleet: Fleet;
  logger: Logger;
  metrics: ServiceMetrics;
}): Promise<Simulation> {
  const { config, logger, metrics } = parts;
  const fleet = { ...parts.fleet, seed: config.SHELFWIRE_SIM_SEED ?? parts.fleet.seed };
  const devices = config.SHELFWIRE_SIM_DEVICES ? fleet.devices : [];
  const stateFile = new StateFile(config.SHELFWIRE_SIM_STATE_FILE);
  const kept = stateFile.read(fleet.seed);
  const world = new World({ ...fleet, devices }, kept?.world);
  const truth = new TruthFile(config.SHELFWIRE_SIM_TRUTH_FILE);
  truth.write({ type: 'start', wallAtMs: Date.now(), seed: fleet.seed, atMs: world.atMs, bins: listBins(world) });

  const keep = (): void => {
    stateFile.write({ seed: fleet.seed, world: world.state, supplier: supplier.book.state });
  };
  const { SHELFWIRE_SIM_MQTT_URL: mqttUrl, SHELFWIRE_SIM_SPEED: speed } = config;
  const driver = new FleetDriver({ world, devices, mqttUrl, speed, truth, metrics, logger, keep });
  const supplier = new Supplier({
    accounts: fleet.suppliers,
    sharedToken: config.SHELFWIRE_SIM_SUPPLIER_TOKEN,
    callbackUrl: config.SHELFWIRE_SIM_CALLBACK_URL,
    kept: kept?.supplier,
    deliver: (deliveries) => {
      if (config.SHELFWIRE_SIM_DEVICES) driver.deliver(deliveries);
    },
    keep,
    logger,
    metrics,
  });
  const server = createSupplierServer(supplier, metrics, serverCertificate(config));
  await server.listen({ host: config.SHELFWIRE_HTTP_HOST, port: config.SHELFWIRE_SIM_SUPPLIER_PORT });
  supplier.start();
  if (config.SHELFWIRE_SIM_DEVICES) driver.start();

  const address = server.server.address();
  return {
    supplierPort: address !== null && typeof address === 'object' ? address.port : 0,
    missing: () =>
      driver.connectedCount === devices.length
        ? []
        : [`${devices.length - driver.connectedCount} of ${devices.length} devices are not connected`],
    close: async () => {
      await driver.close();
      await server.close();
      await supplier.close();
      keep();
      truth.write({ type: 'stop', wallAtMs: Date.now() });
      await truth.close();
    },
  };
}

function listBins(world: World): { binId: string; itemId: string; pieces: number }[] {
  return world.bins.map(({ settings, pieces }) => ({ binId: settings.binId, itemId: settings.itemId, pieces }));
}
