export * from './impaired-link.ts';
export * from './influxdb.ts';
export * from './mosquitto.ts';
export * from './postgres.ts';
export * from './process.ts';
export * from './requirement.ts';
export * from './victoria-metrics.ts';
export * from './node-red.ts';
