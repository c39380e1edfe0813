import { fastify, type FastifyInstance } from 'fastify';

import type { ServiceMetrics } from './metrics.ts';

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
}): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1_048_576 });
  registerServiceRoutes(server, options);
  return server;
}
