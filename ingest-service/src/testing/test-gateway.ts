import { randomUUID } from 'node:crypto';

import { confirmationSchema, formatTopic, type Reading, type SiteAddress } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

const HOUR_MS = 3_600_000;

/** A whole hour of yesterday: inside any retention. */
export const TEST_START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 24 * HOUR_MS;

/** A weight reading whose value is its sequence, so that what is stored can be counted and compared. */
export function weightReading(sequence: number): Reading {
  return {
    kind: 'weight',
    deviceId: 'scale-1',
    receivedAtMs: TEST_START_MS + sequence * 10,
    clockQuality: 'gateway',
    quality: 'good',
    netGrams: sequence,
    stable: true,
  };
}

/** Sends batches as a gateway does, and knows what was confirmed. */
export class TestGateway {
  readonly outboxId = randomUUID();
  readonly confirmed = new Set<number>();
  readonly #client: MqttClient;
  readonly #site: SiteAddress;

  private constructor(client: MqttClient, site: SiteAddress) {
    this.#client = client;
    this.#site = site;
  }

  static async connect(url: string, site: SiteAddress): Promise<TestGateway> {
    const client = await connectAsync(url, { clientId: `gateway-${randomUUID()}` });
    const gateway = new TestGateway(client, site);
    client.on('message', (_topic, payload) => gateway.#take(payload));
    await client.subscribeAsync(formatTopic({ channel: 'confirmations', consumer: 'ingest', ...site }), { qos: 1 });
    return gateway;
  }

  /** Sends readings as they are, valid or not. */
  async send(firstSequence: number, readings: readonly unknown[]): Promise<void> {
    const envelope = { schema: 'readings/1', gatewayId: 'gw-1', outboxId: this.outboxId, firstSequence };
    await this.publish('readings', { ...envelope, sentAtMs: TEST_START_MS, readings });
  }

  async sendWeights(firstSequence: number, count: number): Promise<void> {
    await this.send(
      firstSequence,
      Array.from({ length: count }, (_, index) => weightReading(firstSequence + index)),
    );
  }

  async publish(channel: 'readings' | 'stock' | 'orders', message: unknown): Promise<void> {
    const payload = Buffer.isBuffer(message) ? message : JSON.stringify(message);
    await this.#client.publishAsync(formatTopic({ channel, ...this.#site }), payload, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(payload: Buffer): void {
    const { outboxId, ranges } = confirmationSchema.parse(JSON.parse(payload.toString()));
    if (outboxId !== this.outboxId) return;
    for (const [from, to] of ranges) {
      for (let sequence = from; sequence <= to; sequence++) this.confirmed.add(sequence);
    }
  }
}
