export * from './config.ts';
export * from './http.ts';
export * from './lifecycle.ts';
export * from './log.ts';
export * from './make-folder.ts';
export * from './metrics.ts';
export * from './tls.ts';
export * from './tracing.ts';
