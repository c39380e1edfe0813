import { readFileSync } from 'node:fs';

import { UNCLAIMED_FILTERS, type UnclaimedTopics } from '../commission/unclaimed-topics.ts';
import type { Device } from '../devices/device.ts';
import type { SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents } from '../events.ts';
import type { SiteBrokerSettings } from '../gateway-file.ts';
import { type LinkOptions, MqttLink, type TlsFiles } from '../mqtt-link.ts';
import type { Pipeline } from '../pipeline.ts';

export interface SiteClientOptions {
  settings: SiteBrokerSettings;
  /** Names the persistent sessions at the broker. */
  clientId: string;
  /** Looks at what no device of the list claims; absent where nobody could be told of it. */
  unclaimed?: UnclaimedTopics;
  devices: SiteDevices;
  pipeline: Pipeline;
  events: GatewayEvents;
  now: () => number;
  steadyNow: () => number;
  random: () => number;
}

const FULL_RETRY_MS = 500;

/**
 * Receives from the devices through the site's own broker, in place of SiteBroker. A message is acknowledged to that broker
 * when its readings are durable; until then it holds it in our persistent session (Mosquitto: at most
 * `max_queued_messages`, 1000 by default, and drops newer ones silently: set it to 0).
 *
 * MQTT.js handles one message at a time per connection, so a connection is as fast as one disk sync. The devices are
 * therefore spread over several, whose syncs are shared.
 */
export class SiteClient {
  readonly #options: SiteClientOptions;
  readonly #links: MqttLink[];
  /** Listens beside the devices' connections, so that what nobody knows never holds up what is known. */
  readonly #listener: MqttLink | undefined;
  #closed = false;

  constructor(options: SiteClientOptions) {
    this.#options = options;
    const { settings, clientId, events, unclaimed } = options;
    const common = {
      url: settings.url,
      username: settings.username,
      password: settings.password,
      tls: tlsFiles(settings),
      now: options.steadyNow,
      random: options.random,
    };
    this.#links = Array.from(
      { length: settings.connections },
      (_, index) =>
        new MqttLink(
          {
            ...common,
            clientId: `${clientId}-site-${index}`,
            clean: false,
            connected: () => events.siteBrokerConnected(index),
            disconnected: (because, retryInMs) => events.siteBrokerDisconnected(index, because, retryInMs),
            message: (packet) => this.#receive(packet.topic, Buffer.from(packet.payload), packet.retain),
          },
          this.#filtersOf(index),
        ),
    );
    this.#listener = unclaimed && this.#listenerOf(unclaimed, { ...common, clientId: `${clientId}-finds` });
  }

  start(): void {
    for (const link of this.#links) link.start();
    this.#listener?.start();
  }

  get isConnected(): boolean {
    return this.#links.every((link) => link.isConnected);
  }

  /** The device list has changed. */
  resubscribe(): void {
    for (const [index, link] of this.#links.entries()) link.subscribe(this.#filtersOf(index));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#links.map((link) => link.close()), this.#listener?.close()]);
  }

  /** Its loss costs nothing but a moment of looking, and is told by the devices' connections. */
  #listenerOf(unclaimed: UnclaimedTopics, link: Pick<LinkOptions, 'url' | 'clientId' | 'now' | 'random'>): MqttLink {
    const { devices, now } = this.#options;
    return new MqttLink(
      {
        ...link,
        clean: true,
        connected: () => undefined,
        disconnected: () => undefined,
        message: ({ topic, payload, retain }) => {
          if (!devices.topics.deviceFor(topic)) {
            unclaimed.heard({ topic, payload: Buffer.from(payload), receivedAtMs: now(), retained: retain });
          }
          return Promise.resolve();
        },
      },
      UNCLAIMED_FILTERS,
    );
  }

  async #receive(topic: string, payload: Buffer, retained: boolean): Promise<void> {
    const { devices, pipeline, events, now } = this.#options;
    const frame = { topic, payload, receivedAtMs: now(), retained };
    const device = devices.topics.deviceFor(topic);
    if (!device) {
      events.refused('foreign-topic', { topic });
      return;
    }
    for (;;) {
      const received = await pipeline.receive(device, frame, 'mqtt');
      if (received.kept) {
        if (received.reply?.to === 'topic') this.#links[0]?.publishOnce(received.reply.topic, received.reply.payload);
        return;
      }
      if (this.#closed) throw new Error('not kept');
      await new Promise((resolve) => setTimeout(resolve, FULL_RETRY_MS));
    }
  }

  /** The same device always on the same connection: its messages stay in order. */
  #filtersOf(index: number): string[] {
    const count = this.#options.settings.connections;
    const own = this.#options.devices.all.filter((device) => shardOf(device, count) === index);
    return [...new Set(own.flatMap(({ settings }) => settings.topics ?? []))];
  }
}

function shardOf(device: Device, count: number): number {
  let hash = 0;
  for (const character of device.settings.deviceId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % count;
}

function tlsFiles({ caFile, certFile, keyFile }: SiteBrokerSettings): TlsFiles | undefined {
  if (!caFile && !certFile && !keyFile) return undefined;
  return {
    ...(caFile ? { ca: readFileSync(caFile) } : {}),
    ...(certFile ? { cert: readFileSync(certFile) } : {}),
    ...(keyFile ? { key: readFileSync(keyFile) } : {}),
  };
}
