import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';

export interface LinkOptions {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  clientId: string;
  /** Whether the broker forgets the session, with what it holds for us, when the connection ends. */
  clean: boolean;
  will?: { topic: string; payload: string };
  tls?: TlsFiles | undefined;
  connected(): void;
  /** @param retryInMs when it is tried again */
  disconnected(because: string, retryInMs: number): void;
  /**
   * Called for one message at a time, in order; PUBACK goes out when it resolves. While it has not, this connection
   * sees no PINGRESP either: a message that is held for long costs the connection, and comes again with the next one.
   */
  message(packet: IPublishPacket): Promise<void>;
  now: () => number;
  random: () => number;
}

/** PEM texts. */
export type TlsFiles = Pick<IClientOptions, 'ca' | 'cert' | 'key'>;

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 60_000;
const PUBACK_TIMEOUT_MS = 30_000;
const WATCH_EVERY_MS = 5_000;

/**
 * One connection to a broker at a time, with a new client after each loss: full-jitter backoff, and nothing carried
 * over. MQTT.js's own store and reconnect would send again in an order of their own, and acknowledge on a new
 * connection what came over an old one. A connection that takes publishes but answers none is given up.
 */
export class MqttLink {
  readonly #options: LinkOptions;
  #client: MqttClient | undefined;
  #ready = false;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  /** When each publish without PUBACK went out, oldest first. */
  readonly #unacknowledged = new Map<number, number>();
  #nextPublish = 1;
  #closed = false;
  #filters: readonly string[];

  constructor(options: LinkOptions, filters: readonly string[]) {
    this.#options = options;
    this.#filters = filters;
  }

  get isConnected(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#connect();
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_EVERY_MS);
  }

  /** Takes other subscriptions, at once if there is a connection. */
  subscribe(filters: readonly string[]): void {
    const before = this.#filters;
    this.#filters = filters;
    const client = this.#client;
    if (!this.#ready || !client) return;
    const gone = before.filter((filter) => !filters.includes(filter));
    const added = filters.filter((filter) => !before.includes(filter));
    if (gone.length > 0) client.unsubscribe(gone);
    if (added.length === 0) return;
    client.subscribe(added, { qos: 1 }, (error) => {
      // A connection without its subscriptions is worth nothing: the next one tries again.
      if (error && this.#client === client) client.end(true);
    });
  }

  /** QoS 0, for answers that are worth something only now. */
  publishOnce(topic: string, payload: Uint8Array): void {
    this.#client?.publish(topic, Buffer.from(payload), { qos: 0 });
  }

  /** QoS 1. False if there is no connection; true says only that it is on its way. */
  publish(topic: string, text: string, retain = false): boolean {
    const client = this.#client;
    if (!this.#ready || !client) return false;
    const number = this.#nextPublish;
    this.#nextPublish += 1;
    this.#unacknowledged.set(number, this.#options.now());
    client.publish(topic, text, { qos: 1, retain }, () => this.#unacknowledged.delete(number));
    return true;
  }

  /** @param last published and acknowledged before the connection ends, if there is one */
  async close(last?: { topic: string; text: string }): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#watchTimer);
    const client = this.#client;
    if (!client) return;
    if (this.#ready && last) {
      await Promise.race([
        client.publishAsync(last.topic, last.text, { qos: 1, retain: true }).catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 2_000)),
      ]);
    }
    this.#ready = false;
    await client.endAsync(true);
  }

  #connect(): void {
    const { url, username, password, clientId, clean, will, tls } = this.#options;
    const client = connect(url, {
      ...tls,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } } : {}),
      clientId,
      clean,
      protocolVersion: 4,
      keepalive: 30,
      // A half-open connection swallows publishes for long; they must not put the ping off.
      reschedulePings: false,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: 15_000,
    });
    this.#client = client;
    let because = 'the connection was closed';
    client.handleMessage = (packet, done) => void this.#handle(client, packet, done);
    client.on('connect', () => {
      this.#subscribeAll(client, (problem) => {
        because = problem;
      });
    });
    client.on('error', (error) => {
      because = error.message || (error as NodeJS.ErrnoException).code || 'connection error';
    });
    client.once('close', () => {
      if (this.#client !== client || this.#closed) return;
      client.end(true);
      this.#lost(because);
    });
  }

  async #handle(client: MqttClient, packet: IPublishPacket, acknowledge: () => void): Promise<void> {
    try {
      await this.#options.message(packet);
    } catch {
      client.end(true); // no PUBACK: it comes again over the next connection
      return;
    }
    acknowledge();
  }

  #subscribeAll(client: MqttClient, failed: (because: string) => void): void {
    const ready = (): void => {
      if (this.#client !== client || this.#closed) return;
      this.#failures = 0;
      this.#ready = true;
      this.#options.connected();
    };
    if (this.#filters.length === 0) {
      ready();
      return;
    }
    client.subscribe([...this.#filters], { qos: 1 }, (error, grants) => {
      const refused = grants?.find((grant) => grant.qos >= 128);
      if (!error && !refused) {
        ready();
        return;
      }
      failed(
        refused ? `the broker refuses the subscription to ${refused.topic}` : `cannot subscribe (${error?.message})`,
      );
      client.end(true);
    });
  }

  #lost(because: string): void {
    this.#client = undefined;
    this.#ready = false;
    this.#unacknowledged.clear();
    const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(this.#failures, 10));
    const retryInMs = RETRY_MS_MIN / 2 + this.#options.random() * ceiling;
    this.#failures += 1;
    this.#options.disconnected(because, retryInMs);
    this.#retryTimer = setTimeout(() => this.#connect(), retryInMs);
  }

  #watch(): void {
    const [oldest] = this.#unacknowledged.values();
    if (oldest === undefined || this.#options.now() - oldest < PUBACK_TIMEOUT_MS) return;
    const client = this.#client;
    if (!client) return;
    client.end(true);
    this.#lost(`no acknowledgement in ${PUBACK_TIMEOUT_MS} ms`);
  }
}
