import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';

import type { Reply } from '../decode/decoder.ts';
import type { Device } from '../devices/device.ts';
import { deviceForTopic, type Login, type SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { Pipeline } from '../pipeline.ts';
import { topicFiltersOverlap } from '../topic-filter.ts';
import { limitPacketBytes } from './packet-limit.ts';

export interface SiteBrokerOptions {
  devices: SiteDevices;
  pipeline: Pipeline;
  events: GatewayEvents;
  host: string;
  port: number;
  payloadBytesMax: number;
  now: () => number;
}

/** CONNACK return code of MQTT 3.1.1, section 3.2.2.3. */
const BAD_USERNAME_OR_PASSWORD = 4;

/**
 * The MQTT broker that devices publish to. It holds PUBACK back until the reading is on the disk, which Aedes would
 * send first otherwise (its `authorizePublish` is called before, and may take its time). Nothing a device publishes is
 * forwarded to another or retained: the gateway is its only reader. Only answers of the gateway go out.
 */
export class SiteBroker {
  readonly #options: SiteBrokerOptions;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #logins = new WeakMap<Client, Login>();

  private constructor(options: SiteBrokerOptions) {
    this.#options = options;
    this.#aedes = new Aedes({
      maxClientsIdLength: 256,
      concurrency: 10_000,
      authenticate: (client, username, password, done) => void this.#answerLogin(client, username, password, done),
      authorizePublish: (client, packet, done) => void this.#answerPublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        // null makes the SUBACK say 128: refused, while the connection stays.
        done(null, this.#mayRead(client, subscription.topic) ? subscription : null);
      },
      authorizeForward: (_client, packet) => {
        // Aedes marks what a client published with its id; what has none came from the gateway.
        return (packet as { clientId?: string }).clientId === undefined ? packet : null;
      },
    });
    this.#server = createServer((socket) => this.accept(socket));
  }

  static async start(options: SiteBrokerOptions): Promise<SiteBroker> {
    const broker = new SiteBroker(options);
    await broker.#aedes.listen();
    const { events } = options;
    broker.#aedes.on('client', () => events.deviceConnected(broker.#aedes.connectedClients));
    broker.#aedes.on('clientDisconnect', () => events.deviceConnected(broker.#aedes.connectedClients));
    broker.#aedes.on('connectionError', (_client, error) =>
      events.refused('protocol-error', { detail: error.message }),
    );
    broker.#server.listen(options.port, options.host);
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  get connectedClients(): number {
    return this.#aedes.connectedClients;
  }

  accept(socket: Socket): void {
    socket.setNoDelay(true);
    limitPacketBytes(socket, this.#options.payloadBytesMax, () => {
      this.#options.events.refused('too-large', { remoteAddress: socket.remoteAddress });
    });
    this.#aedes.handle(socket);
  }

  /** Cuts the connections of devices that may not be here any more. */
  disconnectUnknown(): void {
    for (const client of Object.values((this.#aedes as unknown as { clients: Record<string, Client> }).clients)) {
      const login = this.#logins.get(client);
      const current = login && this.#options.devices.login(login.username);
      if (!current || current.secret !== login.secret) client.close();
      else this.#logins.set(client, current);
    }
  }

  /** Stops taking connections and frames; PUBACKs of what is durable by then have gone out. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await closed;
  }

  async #answerLogin(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean) => void,
  ): Promise<void> {
    const refusal = await this.#authenticate(client, username, password);
    done(refusal ?? null, refusal === undefined);
  }

  /** An error that is not the device's fault also ends the process (see runService): its state is not known any more. */
  async #answerPublish(
    client: Client | null,
    packet: PublishPacket,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    let refusal: Error | null = new Error('internal error');
    try {
      refusal = await this.#publish(client, packet);
    } finally {
      done(refusal);
    }
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | undefined> {
    const { devices, events } = this.#options;
    const login = username === undefined ? undefined : devices.login(username);
    if (!login) {
      events.refused('unknown-login', { username });
      return refusalError('unknown user name');
    }
    if (!(await login.secret.matches(password?.toString() ?? ''))) {
      events.refused('wrong-password', { username });
      return refusalError('wrong password');
    }
    this.#logins.set(client, login);
    return undefined;
  }

  /** @returns an error to cut the connection without PUBACK, so that the device sends again */
  async #publish(client: Client | null, packet: PublishPacket): Promise<Error | null> {
    const { devices, events, now } = this.#options;
    const receivedAtMs = now();
    packet.retain = false; // nobody reads it, and it would stay in memory for ever
    const session = client && this.#logins.get(client);
    if (!session) return new Error('not signed in');
    const device = deviceForTopic(devices.login(session.username) ?? session, packet.topic);
    if (!device) {
      // Acknowledged, as MQTT 3.1.1 (3.3.5) allows: vendors publish more topics than we want, and cutting the
      // connection would make the device send the same message for ever.
      events.refused('foreign-topic', { username: session.username, topic: packet.topic });
      return null;
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const frame = { payload, topic: packet.topic, receivedAtMs };
    if (packet.qos === 0) {
      void this.#receive(device, frame);
      return null;
    }
    return (await this.#receive(device, frame)) ? null : new Error('not kept, send it again');
  }

  async #receive(
    device: Device,
    frame: { payload: Uint8Array; topic: string; receivedAtMs: number },
  ): Promise<boolean> {
    const received = await this.#options.pipeline.receive(device, frame, 'mqtt');
    if (received.kept && received.reply) this.#answer(received.reply);
    return received.kept;
  }

  #answer(reply: Reply): void {
    if (reply.to !== 'topic') return;
    const payload = Buffer.from(reply.payload);
    this.#aedes.publish(
      { cmd: 'publish', topic: reply.topic, payload, qos: 1, dup: false, retain: false },
      () => undefined,
    );
  }

  /** Never what another login publishes; its own topics and those it takes commands on, it may. */
  #mayRead(client: Client, filter: string): boolean {
    const session = this.#logins.get(client);
    if (!session || filter.startsWith('$')) return false;
    return !this.#options.devices.all.some(
      ({ settings }) =>
        settings.login?.username !== session.username &&
        settings.topics?.some((foreign) => topicFiltersOverlap(filter, foreign)),
    );
  }
}

function refusalError(message: string): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- Aedes declares its codes as a const enum, which code compiled file by file cannot import
  return Object.assign(new Error(message), { returnCode: BAD_USERNAME_OR_PASSWORD });
}
