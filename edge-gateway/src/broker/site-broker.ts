import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';

import type { Frame, Reply } from '../decode/decoder.ts';
import type { Device } from '../devices/device.ts';
import type { Login, SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { Pipeline } from '../pipeline.ts';
import { topicFiltersOverlap } from '../topic-filter.ts';
import { Listener, type ListenerTls } from './listener.ts';
import { limitPacketBytes } from './packet-limit.ts';
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
 * The MQTT broker that devices publish to. It holds PUBACK back until the reading is on the disk, which Aedes would
 * send first otherwise (its `authorizePublish` is called before, and may take its time). Nothing a device publishes is
 * forwarded to another or retained: the gateway is its only reader. Only answers of the gateway go out.
 */
export class SiteBroker {
  readonly #options: SiteBrokerOptions;
  readonly #sessions: Sessions;
  readonly #aedes: Aedes;
  readonly #listeners: { plain?: Listener; tls?: Listener } = {};

  private constructor(options: SiteBrokerOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options);
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
    limitPacketBytes(socket, this.#options.payloadBytesMax, () => {
      this.#options.events.refused('too-large', { remoteAddress: socket.remoteAddress });
    });
    this.#aedes.handle(socket);
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
      done(await this.#publish(client, packet));
    } catch (error) {
      done(new Error('internal error'));
      throw error;
    }
  }

  /** @returns an error to cut the connection without PUBACK, so that the device sends again */
  async #publish(client: Client | null, packet: PublishPacket): Promise<Error | null> {
    const { events, now, steadyNow } = this.#options;
    const receivedAtMs = now();
    packet.retain = false; // nobody reads it, and it would stay in memory for ever
    const waiting = client && this.#sessions.enrollingAs(client);
    const login = waiting ?? (client && this.#sessions.loginOf(client));
    if (!login) return new Error('not signed in');
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const delayMs = this.#sessions.meterOf(login).delayMs(payload.length, steadyNow());
    if (delayMs !== 0) {
      events.refused('rate-limit', { username: login.username, delayMs });
      if (delayMs === undefined) return new Error('too fast');
      await delay(delayMs);
    }
    if (waiting) {
      this.#sessions.heardWhileEnrolling(waiting, { payload, topic: packet.topic, receivedAtMs });
      return null;
    }
    const device = login.topics.deviceFor(packet.topic);
    if (!device) return this.#foreignTopic(login, packet.topic);
    const frame = { payload, topic: packet.topic, receivedAtMs };
    if (packet.qos === 0) {
      void this.#receive(device, frame);
      return null;
    }
    return (await this.#receive(device, frame)) ? null : new Error('not kept, send it again');
  }

  /**
   * Acknowledged, as MQTT 3.1.1 (3.3.5) allows: vendors publish more topics than we want, and cutting the connection
   * would make the device send the same message for ever.
   */
  #foreignTopic(login: Login, topic: string): null {
    this.#options.events.refused('foreign-topic', { username: login.username, topic });
    return null;
  }

  async #receive(device: Device, frame: Frame): Promise<boolean> {
    const received = await this.#options.pipeline.receive(device, frame, 'mqtt');
    if (received.kept && received.reply) this.#answer(received.reply);
    return received.kept;
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
