import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { API_ROUTES } from '@shelfwire/contract/api';

/** What the palette has asked for. */
export interface Asked {
  route: string;
  body: unknown;
}

type Reply = { status: number; body: unknown };
type RouteName = keyof typeof API_ROUTES;
type Replies = Partial<Record<RouteName, (parameters: Record<string, string>) => Reply>>;

/**
 * An HTTP server that keeps to the contract: routes, bodies and answers are checked against the schemas that the
 * reorder-service's own controllers are checked against. What it answers is the test's.
 */
export class ContractApi {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #replies: Replies;
  /** Tokens that it has handed out and still takes. */
  readonly #tokens = new Set<string>();
  readonly violations: string[] = [];

  private constructor(replies: Replies) {
    this.#replies = replies;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(replies: Replies): Promise<ContractApi> {
    const api = new ContractApi(replies);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  /** As after a restart with another secret. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const reply = this.#reply(request, text === '' ? undefined : (JSON.parse(text) as unknown));
    response.writeHead(reply.status, {
      'content-type': reply.status < 400 ? 'application/json' : 'application/problem+json',
    });
    response.end(JSON.stringify(reply.body));
  }

  #reply(request: IncomingMessage, body: unknown): Reply {
    const path = request.url ?? '';
    const found = findRoute(request.method ?? '', path);
    if (!found) return this.#violation(`${request.method} ${path} is no route of the contract`);
    const { name, parameters } = found;
    const route = API_ROUTES[name];
    if ('body' in route && !route.body.safeParse(body).success) {
      return this.#violation(`${name}: the body is not what the contract says: ${JSON.stringify(body)}`);
    }
    this.asked.push({ route: name, body });
    if (name === 'login') return this.#login(body as { password: string });
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (!this.#tokens.has(token)) return { status: 401, body: { title: 'Sign in', detail: 'sign in first' } };
    const reply = this.#replies[name]?.(parameters) ?? {
      status: 404,
      body: { title: 'Not found', detail: 'no such thing' },
    };
    const checked = route.response.safeParse(reply.body);
    if (reply.status < 300 && !checked.success) {
      return this.#violation(`${name}: the test's own answer is not the contract's: ${checked.error.message}`);
    }
    return reply;
  }

  #login({ password }: { password: string }): Reply {
    if (password !== 'secret') return { status: 401, body: { title: 'No', detail: 'email or password is wrong' } };
    const accessToken = `token-${this.asked.length}`;
    this.#tokens.add(accessToken);
    return { status: 200, body: { accessToken, expiresAtMs: Date.now() + 3_600_000, user: {} } };
  }

  #violation(text: string): Reply {
    this.violations.push(text);
    return { status: 400, body: { title: 'Bad request', detail: text } };
  }
}

function findRoute(method: string, path: string): { name: RouteName; parameters: Record<string, string> } | undefined {
  for (const name of Object.keys(API_ROUTES) as RouteName[]) {
    const route = API_ROUTES[name];
    const pattern = new RegExp(`^${route.path.replaceAll(/:(\w+)/g, '(?<$1>[^/?]+)')}(\\?.*)?$`);
    const match = pattern.exec(path);
    if (match && route.method === method) return { name, parameters: { ...match.groups } };
  }
  return undefined;
}
