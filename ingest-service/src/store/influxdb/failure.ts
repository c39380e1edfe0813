import { HttpError, RequestTimedOutError } from '@influxdata/influxdb-client';

import { StoreAwayError } from '../../errors.ts';

/** What an answer to a write asks of us. `bad-points`: at least one is wrong, others may be stored. */
export type WriteFailure =
  | { kind: 'bad-points'; reason: string }
  | { kind: 'too-large'; reason: string }
  | { kind: 'away'; error: StoreAwayError };

/**
 * Sorts a failed request by what to do about it. Everything that is not clearly the fault of the points means "not
 * stored, write again": a connection cut in the middle of an answer may hide a success, which a repeat does not harm.
 */
export function classifyFailure(error: unknown, nowMs: number): WriteFailure {
  if (!(error instanceof HttpError)) {
    const reason = error instanceof RequestTimedOutError ? 'the request took too long' : messageOf(error);
    return away('STORE_UNAVAILABLE', `InfluxDB cannot be reached: ${reason}`, error);
  }
  const reason = reasonOf(error);
  switch (error.statusCode) {
    case 400:
    case 422:
      return { kind: 'bad-points', reason };
    case 413:
      return { kind: 'too-large', reason };
    case 401:
    case 403:
      return away('STORE_ACCESS_DENIED', `InfluxDB refuses the token: ${reason}`, error);
    case 404:
      return away('STORE_NOT_FOUND', `InfluxDB does not know the bucket or organisation: ${reason}`, error);
    default:
      return away(
        // A person must act, and soon: InfluxDB may answer later writes that it does not keep (influxdb#9923, #24901).
        /no space left|not enough space/i.test(reason) ? 'STORE_DISK_FULL' : 'STORE_UNAVAILABLE',
        `InfluxDB answered ${error.statusCode}: ${reason}`,
        error,
        retryAfterMs(error, nowMs),
      );
  }
}

function away(
  code: ConstructorParameters<typeof StoreAwayError>[0],
  message: string,
  cause: unknown,
  retryAfterMs?: number,
): WriteFailure {
  return { kind: 'away', error: new StoreAwayError(code, message, { cause, retryAfterMs }) };
}

const RETRY_AFTER_MS_MAX = 5 * 60_000;

/** Retry-After is in seconds or a date (RFC 9110, 10.2.3); the client's own `retryAfter()` takes it for milliseconds. */
function retryAfterMs(error: HttpError, nowMs: number): number | undefined {
  const header = error.headers?.['retry-after'];
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}

function reasonOf(error: HttpError): string {
  const body = error.json as { message?: unknown; error?: unknown } | undefined;
  const text = body?.message ?? body?.error ?? error.body ?? error.statusMessage;
  return (typeof text === 'string' && text !== '' ? text : `status ${error.statusCode}`).slice(0, 500);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
