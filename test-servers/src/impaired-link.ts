import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Impairment {
  /** One way, each direction. */
  delayMs: number;
  /** Share of chunks that are lost and come after a retransmission; TCP then holds up all that follows. */
  lossRatio: number;
  retransmitMs: number;
}

/**
 * A bad line as a TCP proxy on the loopback interface: delay, losses as TCP shows them, and outages in which nothing
 * passes and nobody is told, like a cable that was pulled. Order inside a connection is kept, as TCP does.
 */
export class ImpairedLink {
  readonly #server: Server;
  readonly #targetPort: number;
  #impairment: Impairment;
  readonly #random: () => number;
  readonly #sockets = new Set<Socket>();
  #up = true;

  private constructor(server: Server, targetPort: number, impairment: Impairment, random: () => number) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.#impairment = impairment;
    this.#random = random;
    server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }

  /** @param random gives numbers in [0, 1); seeded, so that a run can be made again */
  static async start(targetPort: number, impairment: Impairment, random: () => number): Promise<ImpairedLink> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ImpairedLink(server, targetPort, impairment, random);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the line is so bad, or so good. */
  impair(impairment: Impairment): void {
    this.#impairment = impairment;
  }

  /** From now on nothing passes, in either direction, and no connection is told. */
  cut(): void {
    this.#up = false;
  }

  /** Every connection is reset, wherever it is in what it says; new ones pass. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Passes again. What was on the line is gone, as after a long outage: the old connections are reset. */
  restore(): void {
    this.#up = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    const far = connect(this.#targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        if (this.#up) to.destroy();
      });
      this.#pass(from, to);
    }
  }

  #pass(from: Socket, to: Socket): void {
    let freeAtMs = 0;
    from.on('data', (chunk) => {
      if (!this.#up) return;
      const { delayMs, lossRatio, retransmitMs } = this.#impairment;
      const lostMs = this.#random() < lossRatio ? retransmitMs : 0;
      const dueAtMs = Math.max(freeAtMs, Date.now() + delayMs + lostMs);
      freeAtMs = dueAtMs;
      setTimeout(() => {
        if (this.#up && !to.destroyed) to.write(chunk);
      }, dueAtMs - Date.now());
    });
  }
}
