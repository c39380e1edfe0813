import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import fastifyStatic from '@fastify/static';
import { ShelfwireError } from '@shelfwire/contract';
import { registerServiceRoutes } from '@shelfwire/contract/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HttpOptions } from './http-options.ts';
import { problemBody } from './problems.ts';
import { takeTexts } from './text-body.ts';

/**
 * Scripts only from ourselves: a name in the catalogue that contains markup cannot run. Styles may stand inline, because
 * the components set positions and colours that way. wasm-unsafe-eval is for the barcode reader.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const TEXT_BODIES = [
  { types: ['application/xml', 'text/xml'], path: /^\/api\/v1\/supplier\/ubl$/ },
  { types: ['text/csv'], path: /^\/api\/v1\/import\/\w+$/ },
];

/**
 * What stands beside the API: security headers, `/healthz /readyz /metrics`, and the console's files. Call before
 * `app.init()`.
 */
export async function registerWeb(server: FastifyInstance, options: HttpOptions): Promise<void> {
  server.addHook('onSend', (request, reply, _payload, done) => {
    reply.headers(SECURITY_HEADERS);
    if (request.url.startsWith('/api/') && !reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
    done();
  });
  takeTexts(server, TEXT_BODIES);
  registerServiceRoutes(server, {
    service: 'reorder-service',
    metrics: options.metrics,
    readiness: options.readiness,
  });
  if (options.consoleDir === undefined) {
    server.get('/', () => ({ service: 'reorder-service', api: '/api/v1/openapi.json' }));
  } else await registerConsole(server, options.consoleDir);
}

async function registerConsole(server: FastifyInstance, folder: string): Promise<void> {
  const root = resolve(folder);
  if (!existsSync(`${root}/index.html`)) {
    throw new ShelfwireError(
      'CONSOLE_NOT_BUILT',
      `SHELFWIRE_CONSOLE_DIR: there is no index.html in ${root}; build the console first`,
    );
  }
  await server.register(fastifyStatic, {
    root,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Names under assets/ hold the content's hash; everything else is asked for again (and mostly answered by 304).
      const immutable = path.startsWith(`${root}/assets/`);
      response.header('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const page = (_request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.sendFile('index.html');
  server.get('/', page);
  // The console's own addresses, so that a reload or a link sent to a colleague works.
  server.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (path.startsWith('/api/') || /\.\w+$/.test(path)) {
      return reply
        .code(404)
        .type('application/problem+json')
        .send(problemBody('NOT_FOUND', `There is no GET ${path}`));
    }
    return page(request, reply);
  });
}
