export * from './auth.ts';
export * from './orders.ts';
export * from './overview.ts';
export * from './problem.ts';
export * from './routes.ts';
export * from './stock.ts';
export * from './stream.ts';
export * from './telemetry.ts';
