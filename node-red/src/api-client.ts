const REQUEST_TIMEOUT_MS = 15_000;
/** A token is replaced so long before it ends. */
const TOKEN_MARGIN_MS = 60_000;

/** The reorder-service refused, or could not be asked; `status` is absent in that case. */
export class ApiError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The HTTP API of the reorder-service (`/api/v1/openapi.json`), signed in as one of its users. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #login: { email: string; password: string };
  #token: { text: string; expiresAtMs: number } | undefined;
  #signingIn: Promise<string> | undefined;

  constructor(baseUrl: string, login: { email: string; password: string }) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#login = login;
  }

  /** @throws ApiError with the service's own words */
  async request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#send(method, path, body, await this.#accessToken());
    if (answer.status !== 401) return readAnswer(answer);
    // The service was restarted with another secret, or the clocks differ: sign in again, once.
    this.#token = undefined;
    return readAnswer(await this.#send(method, path, body, await this.#accessToken()));
  }

  async #accessToken(): Promise<string> {
    if (this.#token && this.#token.expiresAtMs - TOKEN_MARGIN_MS > Date.now()) return this.#token.text;
    this.#signingIn ??= this.#signIn().finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn;
  }

  async #signIn(): Promise<string> {
    const answer = await readAnswer(await this.#send('POST', '/api/v1/auth/login', this.#login));
    const { accessToken, expiresAtMs } = answer as { accessToken: string; expiresAtMs: number };
    this.#token = { text: accessToken, expiresAtMs };
    return accessToken;
  }

  async #send(method: string, path: string, body: unknown, token?: string): Promise<Response> {
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      return await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new ApiError(`${this.#baseUrl} cannot be asked: ${reasonOf(error)}`, undefined, { cause: error });
    }
  }
}

async function readAnswer(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const body = parseJson(text);
  if (answer.ok) return body;
  const { detail, title } = (body ?? {}) as { detail?: string; title?: string };
  throw new ApiError(detail ?? title ?? `HTTP ${answer.status}`, answer.status);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message: string };
  return cause?.code ?? cause?.message ?? message;
}
