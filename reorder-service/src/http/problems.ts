import { ShelfwireError } from '@shelfwire/contract';
import type { Problem } from '@shelfwire/contract/api';

/** Everything that a request can be refused with; docs/errors.md is generated from this. */
export const HTTP_ERROR_CODES = {
  REQUEST_INVALID: {
    status: 400,
    title: 'The request is not right',
    what: 'A parameter or the body is not of the form that the API describes',
    todo: 'See `problems` in the answer, and /api/v1/openapi.json',
  },
  CURSOR_INVALID: {
    status: 400,
    title: 'The cursor is not right',
    what: 'The cursor was not made by this list',
    todo: 'Begin again without a cursor',
  },
  CREDENTIALS_WRONG: {
    status: 401,
    title: 'Not signed in',
    what: 'Email or password is wrong, or the user was disabled; the answer does not tell which',
    todo: 'Check both; an administrator can set a new password',
  },
  NOT_SIGNED_IN: {
    status: 401,
    title: 'Not signed in',
    what: 'There is no access token, or it has expired, or it was not signed by this service',
    todo: 'Sign in again; suppliers’ systems check their API token',
  },
  NOT_ALLOWED: {
    status: 403,
    title: 'Not allowed',
    what: 'The role of this user does not include it',
    todo: 'Ask an administrator',
  },
  APPROVAL_NOT_ALLOWED: {
    status: 403,
    title: 'Not allowed to approve',
    what: 'The approval rules want another role for an order of this amount or class',
    todo: 'Ask somebody who has that role, or change the rule',
  },
  NOT_FOUND: {
    status: 404,
    title: 'Not found',
    what: 'There is nothing with this id, or it belongs to somebody else',
    todo: 'Read the list again',
  },
  PASSWORD_TEMPORARY: {
    status: 403,
    title: 'Change your password first',
    what: 'An administrator made this password; nothing is open until it has been changed',
    todo: 'Change it by POST /api/v1/me/password, or in the console',
  },
  PASSWORD_EXPIRED: {
    status: 401,
    title: 'Not signed in',
    what: 'A temporary password was not changed within seven days',
    todo: 'Ask an administrator for a new one',
  },
  EMAIL_TAKEN: {
    status: 409,
    title: 'Known already',
    what: 'Somebody with this email can sign in already, or could once',
    todo: 'Look for them in the list and enable them; an email belongs to one customer',
  },
  PERSON_CHANGE_REFUSED: {
    status: 422,
    title: 'Not by yourself',
    what: 'An administrator cannot disable themselves or give up the role',
    todo: 'Ask another administrator',
  },
  ORDER_NOT_FOUND: {
    status: 404,
    title: 'Order not found',
    what: 'This supplier has no such order',
    todo: 'Check orderId: it is the one of the purchase order message',
  },
  LINE_NOT_FOUND: {
    status: 422,
    title: 'Order line not found',
    what: 'The message names a line that the order does not have',
    todo: 'Use the line numbers of the purchase order message',
  },
  IMPORT_REFUSED: {
    status: 422,
    title: 'The rows cannot be taken',
    what: 'Some rows of an import are not right; `problems` names each with its line and column',
    todo: 'Correct the rows and send all of them again: nothing was taken',
  },
  DOCUMENT_REFUSED: {
    status: 422,
    title: 'The document cannot be taken',
    what: 'An element of a supplier’s document is missing, or says what cannot be; `problems` names each with its path',
    todo: 'Correct the document and send it again: nothing of it was taken',
  },
  CODE_UNREADABLE: {
    status: 422,
    title: 'The code cannot be used',
    what: 'A scanned code is no GS1 code, or its check digit or date is wrong',
    todo: 'Scan again, or look the order up by hand',
  },
  EDIT_REFUSED: {
    status: 422,
    title: 'The order cannot be changed to that',
    what: 'The supplier does not sell the item, or not in this quantity (minimum, maximum, multiple)',
    todo: 'Take a quantity that the answer names, or another supplier',
  },
  ORDER_STATUS_CONFLICT: {
    status: 409,
    title: 'The order has gone on',
    what: 'The order’s present status does not allow this',
    todo: 'Read the order again',
  },
  MOVE_IMPOSSIBLE: {
    status: 422,
    title: 'Goods cannot move so',
    what: 'The bins hold different items, are the same bin, or the moveId stands for another move',
    todo: 'Check both bins; use a new moveId for each move',
  },
  SENSOR_ASSIGNED: {
    status: 409,
    title: 'The sensor is taken',
    what: 'The device looks into another bin already',
    todo: 'If it was moved, correct the catalogue: what it measured for the old bin must end there',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'Too large',
    what: 'The body is larger than 1 MiB',
    todo: 'Send less at once',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'Not JSON',
    what: 'The body is not application/json, or for UBL not application/xml',
    todo: 'Send `Content-Type: application/json`; for UBL `application/xml`',
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    title: 'Too many attempts',
    what: 'Too many failed sign-ins in fifteen minutes',
    todo: 'Wait as long as the header Retry-After says',
  },
  INTERNAL: {
    status: 500,
    title: 'Internal error',
    what: 'A defect; the log has the details under the same time',
    todo: 'Report it with the log line',
  },
  TELEMETRY_UNREACHABLE: {
    status: 502,
    title: 'History not available',
    what: 'The ingest-service does not answer at SHELFWIRE_TELEMETRY_URL',
    todo: 'See whether it runs; stock and orders do not depend on it',
  },
  TELEMETRY_NOT_CONFIGURED: {
    status: 503,
    title: 'History not available',
    what: 'SHELFWIRE_TELEMETRY_URL is not set',
    todo: 'Set it to the base URL of the ingest-service',
  },
  TOO_MANY_STREAMS: {
    status: 503,
    title: 'Too many live connections',
    what: 'The bound of live connections to this process is reached',
    todo: 'Close unused pages, or run another replica',
  },
} as const;
export type HttpErrorCode = keyof typeof HTTP_ERROR_CODES;

/** Refuses the request that is being handled; becomes an RFC 9457 answer. */
export class HttpProblem extends ShelfwireError {
  readonly httpCode: HttpErrorCode;
  readonly problems: Problem['problems'];
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail one sentence for the person who asked */
  constructor(
    code: HttpErrorCode,
    detail: string,
    options: { problems?: NonNullable<Problem['problems']>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, detail);
    this.httpCode = code;
    this.problems = options.problems;
    this.headers = options.headers ?? {};
  }
}

export function problemBody(code: HttpErrorCode, detail: string, problems?: Problem['problems']): Problem {
  const { status, title } = HTTP_ERROR_CODES[code];
  return { type: `urn:shelfwire:problem:${code}`, title, status, code, detail, ...(problems ? { problems } : {}) };
}

export function isHttpErrorCode(code: string): code is HttpErrorCode {
  return Object.hasOwn(HTTP_ERROR_CODES, code);
}
