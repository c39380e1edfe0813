import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Says how a request is answered; a body of text goes out as it is. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | 'cut before the answer'
  | 'cut inside the answer'
  | 'never answer';

/**
 * Answers writes as the test says: for the answers that a healthy server cannot be made to give. `stored` holds the
 * lines of the requests that got a 204, as the database would have them.
 */
export class ScriptedInflux {
  readonly requests: string[][] = [];
  readonly stored = new Set<string>();
  answer: (lines: readonly string[], requestNumber: number, request: IncomingMessage) => Answer = () => ({
    status: 204,
  });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<ScriptedInflux> {
    const scripted = new ScriptedInflux();
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().split('\n');
    this.requests.push(lines);
    const answer = this.answer(lines, this.requests.length, request);
    if (answer === 'never answer') return;
    if (answer === 'cut before the answer') {
      response.destroy();
      return;
    }
    if (answer === 'cut inside the answer') {
      for (const line of lines) this.stored.add(line);
      response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
      setImmediate(() => response.destroy());
      return;
    }
    if (answer.status === 204) for (const line of lines) this.stored.add(line);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    const { body = {} } = answer;
    response.end(answer.status === 204 ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  }
}
