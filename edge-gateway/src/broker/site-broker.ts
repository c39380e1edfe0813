import type { Socket } from 'node:net';

import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';

import type { Reply } from '../decode/decoder.ts';
import type { SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { Pipeline } from '../pipeline.ts';
import { topicFiltersOverlap } from '../topic-filter.ts';
import { DeviceConnection } from './device-connection.ts';
import { Intake } from './intake.ts';
import { Listener, type ListenerTls } from './listener.ts';
import { Publishes } from './publishes.ts';
import { Sessions, type Enrolment } from './sessions.ts';

export interface SiteBrokerOptions {
  devices: SiteDevices;
  pipeline: Pipeline;
  events: GatewayEvents;
  host: string;
  /** Plain TCP; undefined for none. */
  port: number | undefined;
  tls?: (ListenerTls & { port: number }) | undefined;
  payloadBytesMax: number;
  enrolment?: Enrolment | undefined;
  now: () => number;
  steadyNow: () => number;
}

/** CONNACK return code of MQTT 3.1.1, section 3.2.2.3. */
const BAD_USERNAME_OR_PASSWORD = 4;

/**
 * The MQTT broker that devices publish to. PUBACK goes out when the reading is on the disk. Messages of QoS 0 and 1 do
 * not pass through Aedes at all (see DeviceConnection); for the others its `authorizePublish` is called before it answers
 * them, and may take its time. Nothing a device publishes is forwarded to another or retained: the gateway is its only
 * reader. Only answers of the gateway go out.
 */
export class SiteBroker {
  readonly #options: SiteBrokerOptions;
  readonly #sessions: Sessions;
  readonly #publishes: Publishes;
  readonly #aedes: Aedes;
  readonly #intake = new Intake();
  readonly #listeners: { plain?: Listener; tls?: Listener } = {};

  private constructor(options: SiteBrokerOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options);
    this.#publishes = new Publishes({ ...options, sessions: this.#sessions, answer: (reply) => this.#answer(reply) });
    this.#aedes = new Aedes({
      maxClientsIdLength: 256,
      connectTimeout: 10_000,
      concurrency: 10_000,
      preConnect: (_client, packet, done) => {
        // A session that outlives its connection would only hold answers that are of no use later, and memory.
        packet.clean = true;
        done(null, true);
      },
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
  }

  static async start(options: SiteBrokerOptions): Promise<SiteBroker> {
    const broker = new SiteBroker(options);
    const { events, host, port, tls } = options;
    await broker.#aedes.listen();
    forwardNothing(broker.#aedes);
    broker.#aedes.on('clientReady', (client) => broker.#open(client));
    broker.#aedes.on('client', () => events.deviceConnected(broker.#aedes.connectedClients));
    broker.#aedes.on('clientDisconnect', () => events.deviceConnected(broker.#aedes.connectedClients));
    broker.#aedes.on('ping', (_packet, client) => void broker.#alive(client));
    broker.#aedes.on('connectionError', (_client, error) =>
      events.refused('protocol-error', { detail: error.message }),
    );
    const accept = (socket: Socket): void => broker.#accept(socket);
    if (port !== undefined) broker.#listeners.plain = await Listener.start({ host, port }, undefined, accept);
    if (tls) broker.#listeners.tls = await Listener.start({ host, port: tls.port }, tls, accept);
    return broker;
  }

  /** 0 where there is no such listener. */
  get ports(): { plain: number; tls: number } {
    return { plain: this.#listeners.plain?.port ?? 0, tls: this.#listeners.tls?.port ?? 0 };
  }

  /** After a change of the device list: cuts the connections of devices that may not be here any more. */
  applyDevices(): void {
    this.#sessions.forgetMeters();
    // Aedes keeps its clients here, though its types do not say so.
    const { clients } = this.#aedes as unknown as { clients: Record<string, Client> };
    for (const client of Object.values(clients)) {
      if (!this.#sessions.loginOf(client) && !this.#sessions.enrollingAs(client)) client.close();
    }
  }

  /** Stops taking connections and frames; PUBACKs of what is durable by then have gone out. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    const { plain, tls } = this.#listeners;
    await Promise.all([plain, tls].flatMap((listener) => listener?.close() ?? []));
  }

  /** A bridge's ping says nothing of the devices behind it. */
  async #alive(client: Client): Promise<void> {
    const [device, ...others] = this.#sessions.loginOf(client)?.devices ?? [];
    if (device && others.length === 0) await this.#options.pipeline.alive(device, this.#options.now());
  }

  #accept(socket: Socket): void {
    const connection = new DeviceConnection(socket, {
      intake: this.#intake,
      packetBytesMax: this.#options.payloadBytesMax,
      tooLong: () => this.#options.events.refused('too-large', { remoteAddress: socket.remoteAddress }),
    });
    this.#aedes.handle(connection);
  }

  #open(client: Client): void {
    if (!(client.conn instanceof DeviceConnection)) return;
    // Aedes watches the keep-alive, and keeps its timer here, though its types do not say so.
    const watched = client as unknown as { _keepaliveTimer: NodeJS.Timeout | null };
    client.conn.open(this.#publishes.takerFor(client), () => watched._keepaliveTimer?.refresh());
  }

  async #answerLogin(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean) => void,
  ): Promise<void> {
    const problem = await this.#sessions.signIn(client, username, password);
    // Client ids are free to choose, and a second one of the same ends the first: nobody may end another's connection.
    (client as { id: string }).id = `${this.#sessions.loginOf(client)?.username ?? username}/${client.id}`;
    done(problem === undefined ? null : refusalError(problem), problem === undefined);
  }

  /** An error that is not the device's fault also ends the process (see runService): its state is not known any more. */
  async #answerPublish(
    client: Client | null,
    packet: PublishPacket,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    try {
      done(await this.#publishes.authorize(client, packet));
    } catch (error) {
      done(new Error('internal error'));
      throw error;
    }
  }

  #answer(reply: Reply): void {
    if (reply.to !== 'topic') return;
    const payload = Buffer.from(reply.payload);
    const { topic } = reply;
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false }, () => undefined);
  }

  /** Never what another login publishes; its own topics and those it takes commands on, it may. */
  #mayRead(client: Client, filter: string): boolean {
    const own = this.#sessions.loginOf(client);
    if (!own || filter.startsWith('$')) return false;
    return !this.#options.devices.all.some(
      ({ settings }) =>
        settings.login?.username !== own.username &&
        settings.topics?.some((foreign) => topicFiltersOverlap(filter, foreign)),
    );
  }
}

/**
 * What a device publishes ends in `authorizePublish`: it saves Aedes the search for subscribers, of which there are none.
 * What the gateway itself publishes comes without a client and takes its way.
 */
function forwardNothing(aedes: Aedes): void {
  type Publish = (packet: PublishPacket, client: unknown, done?: (error?: Error) => void) => void;
  const forwarding: { publish: Publish } = aedes as unknown as { publish: Publish };
  const publish = forwarding.publish.bind(aedes);
  forwarding.publish = (packet, client, done) => {
    if (typeof client === 'object' && client !== null) done?.();
    else publish(packet, client, done);
  };
}

function refusalError(message: string): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- Aedes declares its codes as a const enum, which code compiled file by file cannot import
  return Object.assign(new Error(message), { returnCode: BAD_USERNAME_OR_PASSWORD });
}
