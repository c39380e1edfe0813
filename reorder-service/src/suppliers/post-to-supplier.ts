import type { Outside } from '../outbound/outside.ts';

/**
 * `accepted`: the supplier has it (2xx); `body` is its JSON answer, if any. `refused`: it will not take this order, ever.
 * `failed`: it may take it later.
 */
export type PostResult =
  | { kind: 'accepted'; body: unknown }
  | { kind: 'refused' | 'failed'; detail: string; retryAfterMs?: number | undefined };

/** An answer to an order of some thousand lines. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;
const NOT_ABOUT_THE_MESSAGE = [401, 403, 408, 409, 425, 429];

export interface SupplierRequest {
  endpoint: string;
  apiToken: string;
  /** Below the endpoint. */
  path: string;
  idempotencyKey: string;
  contentType: string;
  /** W3C trace context, for suppliers who trace too. */
  traceparent?: string | undefined;
  body: string;
}

/** Posts one message. Repeats are safe: the supplier knows it by `Idempotency-Key`. Never throws. */
export async function postToSupplier(
  outside: Outside,
  request: SupplierRequest,
  timeoutMs: number,
): Promise<PostResult> {
  const answer = await outside.post({
    url: `${request.endpoint.replace(/\/$/, '')}${request.path}`,
    headers: {
      'content-type': request.contentType,
      'idempotency-key': request.idempotencyKey,
      authorization: `Bearer ${request.apiToken}`,
      ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
    },
    body: request.body,
    timeoutMs,
    answerBytesMax: ANSWER_BYTES_MAX,
  });
  // An address that is not allowed is tried again: who allows it need not look for what waits for it.
  if (answer.kind !== 'answered') return { kind: 'failed', detail: answer.detail };
  const { status, detail, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted', body: parseJson(body) };
  const isFinal = status >= 400 && status < 500 && !NOT_ABOUT_THE_MESSAGE.includes(status);
  return { kind: isFinal ? 'refused' : 'failed', detail, retryAfterMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
