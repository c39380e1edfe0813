import { once } from 'node:events';
import {
  Agent,
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';

/** Maps the precision of the v2 write API to that of the v1 one. */
const PRECISION_OF_V1: Readonly<Record<string, string>> = { ns: 'n', us: 'u', ms: 'ms', s: 's' };

/**
 * Stands before an InfluxDB 1.6 and maps `POST /api/v2/write?org&bucket&precision` to `/write?db&precision`, and the
 * header `Authorization: Token name:password` to the Basic one, as 1.8 does by itself. Everything else passes unchanged. Bodies are streamed. While the server is away, connections are cut, as its own would be.
 */
export class WriteApiProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
  }

  static async start(targetPort: number): Promise<WriteApiProxy> {
    const proxy = new WriteApiProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
    await once(this.#server, 'close');
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const upstream = request(
      {
        port: this.#targetPort,
        host: '127.0.0.1',
        method: incoming.method,
        path: mapPath(incoming.url ?? '/'),
        headers: mapHeaders(incoming.headers),
        agent: this.#agent,
      },
      (answer) => {
        // The client was killed while the server worked: nobody is left to answer.
        if (outgoing.destroyed) {
          answer.resume();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        // Unlike pipe, it cuts the client's connection when the server dies in the middle of an answer.
        pipeline(answer, outgoing, () => undefined);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    incoming.on('error', () => upstream.destroy());
    incoming.pipe(upstream);
  }
}

function mapHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const user = /^Token (\S+:\S+)$/.exec(headers.authorization ?? '')?.[1];
  return user === undefined ? headers : { ...headers, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

function mapPath(path: string): string {
  const url = new URL(path, 'http://proxy');
  if (url.pathname !== '/api/v2/write') return path;
  const precision = PRECISION_OF_V1[url.searchParams.get('precision') ?? 'ns'] ?? 'n';
  return `/write?${new URLSearchParams({ db: url.searchParams.get('bucket') ?? '', precision }).toString()}`;
}
