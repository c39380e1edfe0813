import { Readable } from 'node:stream';

import { All, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Roles } from './access-guard.ts';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.ts';
import { HttpProblem } from './problems.ts';

const ANSWER_TIMEOUT_MS = 30_000;
/** The name of an export; when to ask again. */
const PASSED_HEADERS = ['content-disposition', 'retry-after'];

/** Passes questions about the history and the quarantine on to the ingest-service, with the asker's own token: it checks again. */
@Controller()
export class TelemetryController {
  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {}

  // Raw readings are the customer's own affair: suppliers see stock, not sensors.
  @Get('/api/v1/telemetry/*')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  history(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#pass(request, reply);
  }

  @All(['/api/v1/quarantine', '/api/v1/quarantine/*'])
  @Roles('admin')
  quarantine(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#pass(request, reply);
  }

  async #pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { telemetryUrl } = this.options;
    if (telemetryUrl === undefined) {
      throw new HttpProblem('TELEMETRY_NOT_CONFIGURED', 'The history of readings is not set up on this server');
    }
    const target = new URL(request.url, telemetryUrl);
    const answer = await fetchOrProblem(target, request);
    reply.code(answer.status).type(answer.headers.get('content-type') ?? 'application/json');
    for (const name of PASSED_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    await reply.send(answer.body ? Readable.fromWeb(answer.body) : undefined);
  }
}

async function fetchOrProblem(target: URL, request: FastifyRequest): Promise<Response> {
  try {
    return await fetch(target, {
      method: request.method,
      headers: { Authorization: request.headers.authorization ?? '', Accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      redirect: 'error',
    });
  } catch {
    throw new HttpProblem(
      'TELEMETRY_UNREACHABLE',
      'The history of readings is not available now; stock and orders are',
    );
  }
}
