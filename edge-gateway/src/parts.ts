/** The stages of the gateway one by one, for the simulation of the whole chain on a virtual clock (system-tests). */
export { SiteDevices } from './devices/site-devices.ts';
export { GatewayEvents } from './events.ts';
export { checkGatewayFile } from './gateway-file.ts';
export { GatewayClock } from './gateway-clock.ts';
export type { LinkOptions } from './mqtt-link.ts';
export { createSiteNormalizer } from './normalize/normalizer.ts';
export { GatewayOutbox } from './outbox/gateway-outbox.ts';
export { SimulatedDisk } from './outbox/simulated-disk.ts';
export { Pipeline } from './pipeline.ts';
export { Quarantine } from './quarantine.ts';
export { Uplink, type CentralLink } from './uplink/uplink.ts';
