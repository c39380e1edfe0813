import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { Aedes } from 'aedes';

/** An embedded broker on a port of its own, as standalone has it. */
export class AedesServer {
  readonly #aedes: Aedes;
  readonly #server: Server;
  /** Of each SUBSCRIBE that came. */
  readonly subscriptions: string[] = [];

  private constructor(aedes: Aedes, server: Server) {
    aedes.on('subscribe', (asked) => this.subscriptions.push(...asked.map(({ topic }) => topic)));
    this.#aedes = aedes;
    this.#server = server;
  }

  static async start(): Promise<AedesServer> {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new AedesServer(aedes, server);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the broker does not listen');
    return `mqtt://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#aedes.close(resolve);
    });
    this.#server.close();
  }
}
