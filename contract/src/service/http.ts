import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify';

import type { ServiceMetrics } from './metrics.ts';
import type { ServerCertificate } from './tls.ts';

/** What is missing before the service can do its work; an empty list is ready. */
export type Readiness = () => readonly string[] | Promise<readonly string[]>;

/** The routes that every service has: `/healthz` (the process turns), `/readyz` (it can work, else 503 and why), `/metrics`. */
export function registerServiceRoutes(
  server: FastifyInstance,
  options: { service: string; metrics: ServiceMetrics; readiness: Readiness },
): void {
  server.get('/healthz', () => ({ status: 'ok', service: options.service }));
  server.get('/readyz', async (_request, reply) => {
    const missing = await options.readiness();
    return reply.code(missing.length === 0 ? 200 : 503).send({ ready: missing.length === 0, missing });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
}

/** A plain server with those routes, not yet listening. */
export function createServiceServer(options: {
  service: string;
  metrics: ServiceMetrics;
  readiness: Readiness;
  /** HTTPS in place of HTTP. */
  tls?: ServerCertificate | undefined;
}): FastifyInstance {
  const server = fastify(
    withCertificate({ logger: false, forceCloseConnections: true, bodyLimit: 1_048_576 }, options.tls),
  );
  registerServiceRoutes(server, options);
  return server;
}

/** Fastify's types tell HTTP and HTTPS servers apart; nothing of ours does. */
export function withCertificate<Options extends FastifyServerOptions>(
  options: Options,
  tls: ServerCertificate | undefined,
): Options {
  return tls ? { ...options, https: { ...tls, minVersion: 'TLSv1.2' } } : options;
}
