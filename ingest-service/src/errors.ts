import { ShelfwireError } from '@shelfwire/contract';

/** Every code this service throws or answers, for docs/errors.md: what happened, and what to do about it. */
export const ERROR_CODES = {
  STORE_UNAVAILABLE: {
    what: 'The telemetry store could not be reached, was too slow, or said that it is overloaded.',
    todo: 'Nothing is lost: gateways keep what is not confirmed and send it again. Start or relieve the database.',
  },
  STORE_ACCESS_DENIED: {
    what: 'The telemetry store refused the token (401 or 403).',
    todo: 'Correct SHELFWIRE_INFLUXDB_TOKEN, or give the token read and write access to the bucket (InfluxDB 2.x also calls an inactive token so).',
  },
  STORE_NOT_FOUND: {
    what: 'The telemetry store has no such organisation, bucket or database (404).',
    todo: 'Create it, or correct SHELFWIRE_INFLUXDB_ORG and SHELFWIRE_INFLUXDB_BUCKET. InfluxDB 2.x says the same to a question about a bucket that the token may not read.',
  },
  STORE_DISK_FULL: {
    what: 'The disk of the telemetry store is full.',
    todo: 'Make room, then restart InfluxDB: until it is restarted it may answer writes that it does not keep (docs/telemetry-schema.md). DuckDB goes on by itself.',
  },
  STORE_CLOSED: { what: 'The store was used after it was closed.', todo: 'A fault in the service: report it.' },
  STORE_QUERY_FAILED: {
    what: 'The telemetry store could not answer a query.',
    todo: 'See the log for what it said; ask again with a shorter range.',
  },
  CONFIRMATION_NOT_SENT: {
    what: 'Readings are stored, but the broker did not take the confirmation.',
    todo: 'Nothing is lost: the gateway sends them again. Check the connection to the central broker.',
  },
  QUARANTINE_FULL: {
    what: 'One entry is larger than the whole quarantine may be.',
    todo: 'Raise SHELFWIRE_QUARANTINE_BYTES_MAX.',
  },
  QUARANTINE_ENTRY_UNKNOWN: {
    what: 'There is no such entry in the quarantine (any more).',
    todo: 'List the quarantine again.',
  },
  QUARANTINE_STILL_INVALID: {
    what: 'A replayed entry is still not valid; it stays in the quarantine.',
    todo: 'Read the detail; update the service, or discard the entry.',
  },
  EXPORT_NOT_SUPPORTED: {
    what: 'An export was asked for, but the telemetry store is not DuckDB.',
    todo: 'Use the export of the database itself.',
  },
  TOKEN_MISSING: {
    what: 'The request carries no token.',
    todo: 'Ask the reorder-service, which passes history and quarantine on (the same paths), with your access token.',
  },
  TOKEN_INVALID: {
    what: 'The token is not one that the reorder-service made for this call within the last minute; the access token of a person is none.',
    todo: 'Ask the reorder-service instead. Where it is the one that asks: the same SHELFWIRE_JWT_SECRET, clocks that agree, and a reorder-service that is not older than the ingest-service.',
  },
  ROLE_NOT_ALLOWED: { what: 'The role of this user may not do this.', todo: 'Ask an administrator.' },
  REQUEST_INVALID: { what: 'A parameter of the request is missing or wrong.', todo: 'See the problems listed.' },
} as const;
export type IngestErrorCode = keyof typeof ERROR_CODES;

export function ingestError(
  code: IngestErrorCode,
  message: string,
  options: { retryable?: boolean; cause?: unknown } = {},
): ShelfwireError {
  return new ShelfwireError(code, message, options);
}

/**
 * The store has not got the points, and writing them again is right. Never a reason for quarantine.
 * `accessDenied` and a missing bucket heal only by a person's hand: they alarm, and are tried again all the same.
 */
export class StoreAwayError extends ShelfwireError {
  /** What the store asked for (Retry-After); undefined if it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: 'STORE_UNAVAILABLE' | 'STORE_ACCESS_DENIED' | 'STORE_NOT_FOUND' | 'STORE_DISK_FULL',
    message: string,
    options: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(code, message, { retryable: true, cause: options.cause });
    this.name = 'StoreAwayError';
    this.retryAfterMs = options.retryAfterMs;
  }
}
