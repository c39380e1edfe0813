import { GroupSilence } from '@shelfwire/contract/service';
import { connect, type MqttClient } from 'mqtt';

import type { IngestOutcome } from '../ingest.ts';
import type { IncomingMessage } from '../parse/message.ts';
import { endClient } from './end-client.ts';

export interface BrokerAddress {
  url: string;
  username: string | undefined;
  password: string | undefined;
}

export interface ConsumerOptions {
  broker: BrokerAddress;
  /** Unique at the broker, and the same after each restart. */
  clientId: string;
  topicFilters: readonly string[];
  /** Whether the topics are those of a share group. */
  isShared: boolean;
  /** For tests: how long a member of a share group hears nothing before it subscribes again. */
  silentForMs?: number;
  /** Whether the broker keeps messages while this client is away. */
  keepSession: boolean;
  /** `let-go` acknowledges an unconfirmed message, since its sender sends it again; `redeliver` leaves it with the broker. */
  whenUnconfirmed: 'let-go' | 'redeliver';
  handle: (message: IncomingMessage, signal: AbortSignal) => Promise<IngestOutcome>;
  onConnection: (connected: boolean) => void;
}

/** Spread, so that replicas do not all come back in the same moment. */
const RECONNECT_MS = { min: 500, max: 2_000 };

/**
 * One connection that consumes. PUBACK goes out when `handle` is through, since MQTT.js waits for the callback of
 * `handleMessage`; it then takes one message at a time, and sees neither PINGRESP nor anything else meanwhile. So
 * nothing is published here, and the handler must not wait for another message of the same connection.
 */
export class BrokerConsumer {
  readonly #client: MqttClient;
  readonly #options: ConsumerOptions;
  #connectionEnds = new AbortController();
  #handling: Promise<void> = Promise.resolve();
  #subscribed = false;
  #closing = false;
  #isHandling = false;
  readonly #silence: GroupSilence | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#client = connect(options.broker.url, {
      clientId: options.clientId,
      ...(options.broker.username === undefined ? {} : { username: options.broker.username }),
      ...(options.broker.password === undefined ? {} : { password: options.broker.password }),
      clean: !options.keepSession,
      resubscribe: false, // done below, at each connection, with its outcome known
      reconnectPeriod: Math.round(RECONNECT_MS.min + Math.random() * (RECONNECT_MS.max - RECONNECT_MS.min)),
      keepalive: 60, // its answer waits behind the messages that are on their way: half as long must be enough for those
    });
    this.#client.on('connect', () => this.#subscribe());
    this.#client.on('close', () => this.#connectionEnded());
    this.#client.on('error', () => undefined); // 'close' follows, and MQTT.js connects again
    this.#client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      this.#handling = this.#handle({ topic: packet.topic, payload, arrivedAtMs: Date.now() }, done);
    };
    if (options.isShared) {
      this.#silence = new GroupSilence(() => this.#subscribeAgain(), options.silentForMs);
    }
  }

  get ready(): boolean {
    return this.#client.connected && this.#subscribed;
  }

  /** Takes nothing new, finishes the message in hand, acknowledges it, and disconnects. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#silence?.close();
    this.#connectionEnds.abort();
    await this.#handling;
    await endClient(this.#client);
  }

  async #handle(message: IncomingMessage, done: () => void): Promise<void> {
    if (this.#closing) return; // not acknowledged: the broker delivers it to whoever comes next
    this.#isHandling = true;
    const outcome = await this.#options.handle(message, this.#connectionEnds.signal);
    this.#isHandling = false;
    this.#silence?.heard();
    if (outcome === 'done' || (this.#options.whenUnconfirmed === 'let-go' && !this.#closing)) done();
    else this.#client.stream.destroy(); // brokers deliver what was not acknowledged at the next connection only
  }

  #subscribe(): void {
    this.#connectionEnds = new AbortController();
    this.#client.subscribe(this.#filters(), (error, granted) => {
      const refused = granted?.some((grant) => grant.qos === 128) ?? false;
      this.#subscribed = !error && !refused;
      this.#options.onConnection(this.#subscribed);
      if (!this.#subscribed && !this.#closing) this.#client.stream.destroy();
    });
  }

  /** In a silence; not while a message is in hand, whose end the broker's answer would wait for. */
  #subscribeAgain(): void {
    if (this.ready && !this.#isHandling) this.#client.subscribe(this.#filters());
  }

  #filters(): Record<string, { qos: 1 }> {
    return Object.fromEntries(this.#options.topicFilters.map((filter) => [filter, { qos: 1 }]));
  }

  #connectionEnded(): void {
    this.#connectionEnds.abort();
    if (this.#subscribed) this.#options.onConnection(false);
    this.#subscribed = false;
  }
}
