import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ShelfwireError } from '@shelfwire/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { HTTP_OPTIONS, type HttpOptions } from './http-options.ts';
import { HTTP_ERROR_CODES, HttpProblem, isHttpErrorCode, problemBody, type HttpErrorCode } from './problems.ts';

const CODES_BY_STATUS: Readonly<Record<number, HttpErrorCode>> = {
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
};

/** What PostgreSQL says of U+0000, in a text and in JSON: it keeps none, and no field needs one. */
const NOT_STORABLE: ReadonlySet<unknown> = new Set(['22021', '22P05']);

interface Refusal {
  code: HttpErrorCode;
  detail: string;
  problem?: HttpProblem;
}

/** Turns whatever a handler threw into problem+json. What is not foreseen is logged and told to nobody else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { code, detail, problem } = refusalOf(error, request);
    if (code === 'INTERNAL') {
      this.options.logger.error(
        { err: error, method: request.method, url: request.url },
        'a request failed unexpectedly',
      );
    }
    await reply
      .code(HTTP_ERROR_CODES[code].status)
      .headers(problem?.headers ?? {})
      .type('application/problem+json')
      .send(problemBody(code, detail, problem?.problems));
  }
}

function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof HttpProblem) return { code: error.httpCode, detail: error.message, problem: error };
  if (error instanceof ShelfwireError && isHttpErrorCode(error.code))
    return { code: error.code, detail: error.message };
  if (error instanceof Error && 'code' in error && NOT_STORABLE.has(error.code))
    return { code: 'REQUEST_INVALID', detail: 'A text has a character that cannot be kept (U+0000)' };
  const status = statusOf(error);
  const known = CODES_BY_STATUS[status];
  if (known) return { code: known, detail: HTTP_ERROR_CODES[known].what };
  if (status === 404) return { code: 'NOT_FOUND', detail: `There is no ${request.method} ${pathOf(request)}` };
  if (status >= 400 && status < 500) return { code: 'REQUEST_INVALID', detail: 'The request could not be read' };
  return { code: 'INTERNAL', detail: 'Something went wrong on the server. Try again in a moment.' };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
