import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';

import { DeviceConnection } from './device-connection.ts';

const CONNECTIONS_MAX = 20_000;

export interface ListenerTls {
  /** PEM texts. */
  cert: string;
  key: string;
  /** Authority of the devices' certificates; with it, devices may show a certificate in place of a password. */
  ca?: string | undefined;
}

/** One port that devices connect to. */
export class Listener {
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(server: Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
  }

  /** @param tls without it the port speaks plain TCP */
  static async start(
    address: { host: string; port: number },
    tls: ListenerTls | undefined,
    accept: (socket: Socket) => void,
  ): Promise<Listener> {
    const sockets = new Set<Socket>();
    const taken = (socket: Socket): void => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      accept(socket);
    };
    const server = tls
      ? createTlsServer(
          {
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: 10_000,
            // Without a certificate a device may still sign in with its password.
            ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
          },
          taken,
        )
      : createServer({ noDelay: true }, taken);
    server.maxConnections = CONNECTIONS_MAX;
    // A client that breaks off its TLS handshake is its own problem.
    server.on('tlsClientError', () => undefined);
    server.listen(address.port, address.host);
    await once(server, 'listening');
    return new Listener(server, sockets);
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Takes no further connections and ends those that never signed in; the broker has ended the others. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** The common name of the certificate that the device has proved to own, signed by the authority we trust. */
export function certificateName(connection: unknown): string | undefined {
  const socket = connection instanceof DeviceConnection ? connection.socket : undefined;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const commonName: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof commonName === 'string' ? commonName : undefined;
}
