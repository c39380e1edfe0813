/**
 * `accepted`: the supplier has it (2xx); `body` is its JSON answer, if any. `refused`: it will not take this order, ever.
 * `failed`: it may take it later.
 */
export type PostResult =
  | { kind: 'accepted'; body: unknown }
  | { kind: 'refused' | 'failed'; detail: string; retryAfterMs?: number | undefined };

const DETAIL_CHARACTERS_MAX = 300;

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
export async function postToSupplier(request: SupplierRequest, timeoutMs: number): Promise<PostResult> {
  try {
    const response = await fetch(`${request.endpoint.replace(/\/$/, '')}${request.path}`, {
      method: 'POST',
      headers: {
        'content-type': request.contentType,
        'idempotency-key': request.idempotencyKey,
        authorization: `Bearer ${request.apiToken}`,
        ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
      },
      body: request.body,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const text = await response.text();
    if (response.ok) return { kind: 'accepted', body: parseJson(text) };
    const detail = `HTTP ${response.status} ${text}`.slice(0, DETAIL_CHARACTERS_MAX);
    const isFinal =
      response.status >= 400 && response.status < 500 && ![401, 403, 408, 409, 425, 429].includes(response.status);
    return { kind: isFinal ? 'refused' : 'failed', detail, retryAfterMs: retryAfterMs(response.headers) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    const detail = error instanceof Error ? `${error.message}${cause}` : 'unknown error';
    return { kind: 'failed', detail: detail.slice(0, DETAIL_CHARACTERS_MAX) };
  }
}

/** RFC 9110: seconds, or a date, which is not used here. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
