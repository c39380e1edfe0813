import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ALL_SITES, orderEventSchema, parseTopic, ShelfwireError, stockEventSchema } from '@shelfwire/contract';
import type { Logger } from '@shelfwire/contract/service';
import { connect, type MqttClient } from 'mqtt';

import type { Config } from '../config.ts';
import { LiveEvents } from '../events/live-events.ts';
import { CONFIG, LOGGER } from '../runtime/runtime.module.ts';

const PUBLISH_TIMEOUT_MS = 10_000;

/**
 * The second connection to the central broker. The one that receives readings handles one message at a time and sees no
 * acknowledgement meanwhile, so everything that goes out goes out here. It also listens to the stock and order events of
 * every replica, for the people who are looking.
 */
@Injectable()
export class CentralPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  #client: MqttClient | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly live: LiveEvents,
  ) {}

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  start(): void {
    if (this.#client) return;
    const client = connect(this.config.SHELFWIRE_CENTRAL_MQTT_URL, {
      ...loginOf(this.config),
      clientId: `${this.config.SHELFWIRE_CENTRAL_MQTT_CLIENT_ID}-publisher`,
      clean: true,
      reconnectPeriod: 1_000,
    });
    client.on('error', (error) => this.logger.warn({ err: error.message }, 'the central broker is out of reach'));
    client.on('message', (topic, payload) => this.#tellLive(topic, payload));
    client.subscribe([ALL_SITES.stock, ALL_SITES.orders], { qos: 0 }, (error) => {
      if (error) this.logger.warn({ err: error.message }, 'live events are not available');
    });
    this.#client = client;
  }

  /** Resolves when the broker has acknowledged it. @throws ShelfwireError BROKER_UNAVAILABLE (retryable) */
  async publish(topic: string, message: object): Promise<void> {
    const client = this.#client;
    if (!client?.connected) throw unavailable();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable()), PUBLISH_TIMEOUT_MS);
    });
    try {
      await Promise.race([client.publishAsync(topic, JSON.stringify(message), { qos: 1 }), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client?.endAsync(!this.connected);
  }

  #tellLive(text: string, payload: Buffer): void {
    const topic = parseTopic(text);
    if (topic?.channel !== 'stock' && topic?.channel !== 'orders') return;
    const { tenantId, siteId } = topic;
    const message: unknown = parseJson(payload);
    if (topic.channel === 'stock') {
      const event = stockEventSchema.safeParse(message);
      if (event.success) this.live.publish({ tenantId, event: { type: 'stock', siteId, event: event.data } });
      return;
    }
    const event = orderEventSchema.safeParse(message);
    if (!event.success) return;
    const { supplierId } = event.data;
    this.live.publish({ tenantId, supplierId, event: { type: 'order', siteId, event: event.data } });
  }
}

export function loginOf(config: Config): { username?: string; password?: string } {
  const { SHELFWIRE_CENTRAL_MQTT_USERNAME: username, SHELFWIRE_CENTRAL_MQTT_PASSWORD: password } = config;
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unavailable(): ShelfwireError {
  return new ShelfwireError('BROKER_UNAVAILABLE', 'The central broker did not acknowledge in time', {
    retryable: true,
  });
}
