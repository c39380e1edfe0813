import { createServer, type Server } from 'node:http';
import { once } from 'node:events';

import { purchaseOrderMessageSchema } from '@shelfwire/contract';

/** A supplier that takes every order at once and says when each line came. */
export class SupplierStandIn {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param ordered told of each line of each order, repeats too */
  static async start(ordered: (supplierPartNumber: string) => void): Promise<SupplierStandIn> {
    const server = createServer((request, answer) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const order = purchaseOrderMessageSchema.safeParse(parseJson(Buffer.concat(chunks)));
        for (const line of order.data?.lines ?? []) ordered(line.supplierPartNumber);
        answer.writeHead(order.success ? 202 : 400).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SupplierStandIn(server);
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
