import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  ALL_SITES,
  gatewayStatusSchema,
  orderEventSchema,
  parseTopic,
  ShelfwireError,
  stockEventSchema,
  type OrderEvent,
  type StockEvent,
} from '@shelfwire/contract';
import type { Logger } from '@shelfwire/contract/service';
import { connect, type MqttClient } from 'mqtt';

import type { Config } from '../config.ts';
import { LiveEvents } from '../events/live-events.ts';
import { CONFIG, LOGGER } from '../runtime/runtime.module.ts';
import { GatewayStatuses } from './gateway-statuses.ts';

const PUBLISH_TIMEOUT_MS = 10_000;

/** So many of our own events are known when the broker gives them back. */
const OWN_EVENTS_MAX = 10_000;

/**
 * The second connection to the central broker. The one that receives readings handles one message at a time and sees no
 * acknowledgement meanwhile, so everything that goes out goes out here. The people who are looking get our own events
 * at once, and those of other replicas from the broker, where it lets us read them.
 */
@Injectable()
export class CentralPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  #client: MqttClient | undefined;
  readonly #ownEventIds = new Set<string>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly live: LiveEvents,
    private readonly gateways: GatewayStatuses,
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
    client.on('message', (topic, payload, packet) => this.#hear(topic, parseJson(payload), packet.retain));
    client.on('connect', () => {
      client.subscribe([ALL_SITES.stock, ALL_SITES.orders, ALL_SITES.status], { qos: 0 }, (error) => {
        if (error) this.logger.warn({ err: error.message }, 'events of other replicas and gateways cannot be shown');
      });
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

  /** Publishes a stock or order event, and tells it to the people who are looking at this replica. */
  async publishEvent(topic: string, event: OrderEvent | StockEvent): Promise<void> {
    if (this.#ownEventIds.size >= OWN_EVENTS_MAX) this.#ownEventIds.clear();
    this.#ownEventIds.add(event.eventId);
    await this.publish(topic, event);
    this.#tellLive(topic, event);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client?.endAsync(!this.connected);
  }

  #hear(text: string, message: unknown, retained: boolean): void {
    const topic = parseTopic(text);
    if (topic?.channel !== 'status') return this.#tellOthers(text, message);
    const status = gatewayStatusSchema.safeParse(message);
    // The topic, which the broker guards, says whose it is.
    if (!status.success || status.data.gatewayId !== topic.gatewayId) return;
    this.gateways.tell({ tenantId: topic.tenantId, siteId: topic.siteId, status: status.data, retained });
  }

  #tellOthers(topic: string, message: unknown): void {
    const eventId =
      typeof message === 'object' && message !== null && 'eventId' in message ? message.eventId : undefined;
    if (typeof eventId === 'string' && !this.#ownEventIds.has(eventId)) this.#tellLive(topic, message);
  }

  #tellLive(text: string, message: unknown): void {
    const topic = parseTopic(text);
    if (topic?.channel !== 'stock' && topic?.channel !== 'orders') return;
    const { tenantId, siteId } = topic;
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
