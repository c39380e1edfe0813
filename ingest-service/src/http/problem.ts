import type { Problem } from '@shelfwire/contract/api';
import { describeIssues } from '@shelfwire/contract/service';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { ingestError, StoreAwayError, type IngestErrorCode } from '../errors.ts';
import { ShelfwireError } from '@shelfwire/contract';

const STATUS_BY_CODE: Readonly<Partial<Record<IngestErrorCode, number>>> = {
  TOKEN_MISSING: 401,
  TOKEN_INVALID: 401,
  ROLE_NOT_ALLOWED: 403,
  REQUEST_INVALID: 400,
  QUARANTINE_ENTRY_UNKNOWN: 404,
  EXPORT_NOT_SUPPORTED: 501,
  QUARANTINE_STILL_INVALID: 422,
  STORE_UNAVAILABLE: 503,
  STORE_ACCESS_DENIED: 503,
  STORE_NOT_FOUND: 503,
  STORE_DISK_FULL: 503,
  STORE_CLOSED: 503,
};

/** Every error as `application/problem+json`. What nobody foresaw is a 500 that tells the caller nothing. */
export async function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const problem = toProblem(error);
  if (problem.status === 500) request.log.error({ err: error }, 'request failed');
  if (error instanceof StoreAwayError && error.retryAfterMs !== undefined) {
    void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
  }
  await reply.code(problem.status).type('application/problem+json').send(problem);
}

function toProblem(error: unknown): Problem {
  if (error instanceof ShelfwireError) {
    const status = STATUS_BY_CODE[error.code as IngestErrorCode] ?? 500;
    return { type: 'about:blank', title: titleOf(status), status, code: error.code, detail: error.message };
  }
  const status = (error as FastifyError | undefined)?.statusCode ?? 500;
  const detail = status < 500 && error instanceof Error ? error.message : 'An unexpected error; see the log.';
  return { type: 'about:blank', title: titleOf(status), status, code: 'REQUEST_INVALID', detail };
}

function titleOf(status: number): string {
  const titles: Readonly<Record<number, string>> = {
    400: 'Bad request',
    401: 'Not signed in',
    403: 'Not allowed',
    404: 'Not found',
    422: 'Not valid',
    501: 'Not supported',
    503: 'Store away',
  };
  return titles[status] ?? 'Error';
}

/** @throws ShelfwireError REQUEST_INVALID naming every wrong parameter */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw ingestError('REQUEST_INVALID', describeIssues(parsed.error).join('; '));
}
