import { connect, type IClientOptions, type MqttClient } from 'mqtt';

export interface LinkOptions {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  clientId: string;
  will: { topic: string; payload: string };
  subscriptions: readonly string[];
  tls?: Pick<IClientOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>;
  connected(): void;
  /** @param retryInMs when it is tried again */
  disconnected(because: string, retryInMs: number): void;
  message(topic: string, payload: Buffer): void;
  now: () => number;
  random: () => number;
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 60_000;
const PUBACK_TIMEOUT_MS = 30_000;
const WATCH_EVERY_MS = 5_000;

/**
 * One connection to the central broker at a time, made anew after each loss: full-jitter backoff, a clean session, and
 * nothing carried over. What was on its way is known by what the consumers have not confirmed, so MQTT.js's own store
 * and reconnect would only send it in a second order. A connection that takes publishes but answers none is given up.
 */
export class CentralLink {
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

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#connect();
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_EVERY_MS);
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
    const { url, username, password, clientId, will, tls } = this.#options;
    const client = connect(url, {
      ...tls,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clientId,
      clean: true,
      protocolVersion: 4,
      keepalive: 30,
      // A half-open connection swallows publishes for long; they must not put the ping off.
      reschedulePings: false,
      reconnectPeriod: 0,
      connectTimeout: 15_000,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    });
    this.#client = client;
    let because = 'the connection was closed';
    client.on('connect', () => {
      client.subscribe([...this.#options.subscriptions], { qos: 1 }, (error, grants) => {
        if (this.#client !== client || this.#closed) return;
        const refused = grants?.find((grant) => grant.qos >= 128);
        if (error || refused) {
          because = refused
            ? `the broker refuses the subscription to ${refused.topic}`
            : `cannot subscribe (${error?.message})`;
          client.end(true);
          return;
        }
        this.#failures = 0;
        this.#ready = true;
        this.#options.connected();
      });
    });
    client.on('message', (topic, payload) => this.#options.message(topic, payload));
    client.on('error', (error) => {
      because = error.message || (error as NodeJS.ErrnoException).code || 'connection error';
    });
    client.once('close', () => {
      if (this.#client !== client || this.#closed) return;
      client.end(true);
      this.#lost(because);
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
