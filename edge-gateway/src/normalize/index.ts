/** For measurements outside the gateway (bench). Services do not import it. */
export { createSiteNormalizer } from './normalizer.ts';
export { sensorSettingsSchema, type SensorSettingsInput } from './settings.ts';
