import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { sharedSubscription } from '@shelfwire/contract';
import { GroupSilence, shareGroup, type Logger } from '@shelfwire/contract/service';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { isObservable, lastValueFrom } from 'rxjs';

/** What a handler is given beside the payload. */
export interface MessageContext {
  topic: string;
  /** 1 for the first attempt. */
  attempt: number;
}

export interface ReadingTransportOptions {
  url: string;
  client: IClientOptions;
  /** Subscribe by `$share/…`, so that replicas share the messages. */
  shared: boolean;
  attemptsMax: number;
  firstBackoffMs: number;
  /** For tests: how long a member of a share group hears nothing before it subscribes again. */
  silentForMs?: number;
  logger: Logger;
}

/**
 * Nest's own MQTT transport acknowledges a message before its handler has ended. This one does not (design D1):
 * - PUBACK is sent after the handler's promise has resolved.
 * - A handler that throws gets the message again, after a backoff with full jitter, up to `attemptsMax` times. Then it
 *   is acknowledged unhandled: nothing was confirmed, so the gateway still has it and sends it again later. Waiting
 *   longer would starve the keepalive, since one connection carries one message at a time.
 * - When closing, the message in hand is finished or left unacknowledged: the broker keeps it for the session.
 * Payloads reach the handler as they came (Buffer); handlers are registered with `@EventPattern(<topic filter>)`.
 */
export class ReadingTransport extends Server implements CustomTransportStrategy {
  #client: MqttClient | undefined;
  #closing = false;
  #inHand: Promise<void> = Promise.resolve();
  #isHandling = false;
  #silence: GroupSilence | undefined;

  constructor(private readonly options: ReadingTransportOptions) {
    super();
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Does not wait for the broker: a service whose broker is away is started, and not ready. */
  listen(callback: (...parameters: unknown[]) => void): void {
    // A kept session takes its share of a shared subscription also when its replica is gone for good, and nobody reads
    // it. Without one, what it had is sent again by the gateways, to those that are there.
    const clean = this.options.shared;
    // `resubscribe: false`: done below, also for what MQTT.js holds for subscribed.
    const client = connect(this.options.url, {
      ...this.options.client,
      clean,
      reconnectPeriod: 1_000,
      resubscribe: false,
    });
    client.handleMessage = (packet, done): void => {
      this.#inHand = this.#handleAndAcknowledge(packet.topic, packet.payload, done);
    };
    client.on('error', (error) =>
      this.options.logger.warn({ err: error.message }, 'the central broker is out of reach'),
    );
    client.on('connect', () => this.#subscribe(client));
    if (this.options.shared) {
      // Not while a message is in hand, whose end the broker's answer would wait for.
      this.#silence = new GroupSilence(() => {
        if (client.connected && !this.#isHandling) this.#subscribe(client);
      }, this.options.silentForMs);
    }
    this.#client = client;
    callback();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#silence?.close();
    await this.#inHand;
    await this.#client?.endAsync(!this.connected);
  }

  on(): never {
    throw new Error('this transport has no events of its own');
  }

  override unwrap(): never {
    throw new Error('the connection is not handed out: it must see one message at a time');
  }

  #subscribe(client: MqttClient): void {
    const filters = [...this.messageHandlers.keys()];
    const { shared, client: login } = this.options;
    const group = shareGroup('reorder', login.password?.toString());
    const topics = shared ? filters.map((filter) => sharedSubscription(group, filter)) : filters;
    client.subscribe(topics, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter((grant) => grant.qos > 2) ?? [];
      if (!error && refused.length === 0) return;
      this.options.logger.error({ err: error?.message, topics }, 'the central broker refuses the subscription');
    });
  }

  async #handleAndAcknowledge(topic: string, payload: Buffer | string, acknowledge: () => void): Promise<void> {
    this.#isHandling = true;
    const isDone = await this.#handle(topic, payload);
    this.#isHandling = false;
    this.#silence?.heard();
    if (isDone) acknowledge();
  }

  /** @returns false if it must not be acknowledged */
  async #handle(topic: string, payload: Buffer | string): Promise<boolean> {
    const handler = this.#handlerFor(topic);
    if (!handler) return true;
    const { attemptsMax, firstBackoffMs, logger } = this.options;
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      if (this.#closing) return false;
      try {
        const context: MessageContext = { topic, attempt };
        const result: unknown = await handler(Buffer.from(payload), context);
        if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
        return true;
      } catch (error) {
        logger.warn({ topic, attempt, err: error }, 'a message was not handled, it is tried again');
        if (attempt < attemptsMax) await delay(Math.random() * firstBackoffMs * 2 ** (attempt - 1));
      }
    }
    logger.warn({ topic }, 'a message could not be handled; it was not confirmed, so its gateway sends it again');
    return true;
  }

  #handlerFor(topic: string) {
    for (const [filter, handler] of this.messageHandlers) if (matches(filter, topic)) return handler;
    return undefined;
  }
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
