import { Readable } from 'node:stream';

import { All, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AccessTokens } from '../auth/access-tokens.ts';
import type { UserPrincipal } from '../auth/principal.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.ts';
import { HttpProblem } from './problems.ts';

const ANSWER_TIMEOUT_MS = 30_000;
/** The name of an export; when to ask again. */
const PASSED_HEADERS = ['content-disposition', 'retry-after'];

/**
 * Passes questions about the history and the quarantine on to the ingest-service. The access guard has checked the asker's
 * session; a token that says so for a minute goes along, and the ingest-service checks tenant and role once more.
 */
@Controller()
export class TelemetryController {
  constructor(
    @Inject(HTTP_OPTIONS) private readonly options: HttpOptions,
    private readonly tokens: AccessTokens,
  ) {}

  // Raw readings are the customer's own affair: suppliers see stock, not sensors.
  @Get('/api/v1/telemetry/*')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  history(
    @CurrentPerson() person: UserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#pass(person, request, reply, '/api/v1/telemetry');
  }

  @All(['/api/v1/quarantine', '/api/v1/quarantine/*'])
  @Roles('admin')
  quarantine(
    @CurrentPerson() person: UserPrincipal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#pass(person, request, reply, '/api/v1/quarantine');
  }

  async #pass(person: UserPrincipal, request: FastifyRequest, reply: FastifyReply, below: string): Promise<void> {
    const { telemetryUrl } = this.options;
    if (telemetryUrl === undefined) {
      throw new HttpProblem('TELEMETRY_NOT_CONFIGURED', 'The history of readings is not set up on this server');
    }
    const target = new URL(request.url, telemetryUrl);
    // `..`, written as %2e%2e, passes the router and would name anything on that server.
    if (target.pathname !== below && !target.pathname.startsWith(`${below}/`))
      throw new HttpProblem('NOT_FOUND', 'There is nothing at this address');
    const answer = await fetchOrProblem(target, request.method, await this.tokens.issueForTelemetry(person));
    // It is this service that is not believed there: the person is signed in, and stays so.
    if (answer.status === 401) {
      throw new HttpProblem(
        'TELEMETRY_UNREACHABLE',
        'The history of readings is not available now: the two services differ in their secret, their clocks or their version',
      );
    }
    reply.code(answer.status).type(answer.headers.get('content-type') ?? 'application/json');
    for (const name of PASSED_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    await reply.send(answer.body ? Readable.fromWeb(answer.body) : undefined);
  }
}

async function fetchOrProblem(target: URL, method: string, token: string): Promise<Response> {
  try {
    return await fetch(target, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
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
