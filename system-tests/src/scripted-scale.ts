import { randomUUID } from 'node:crypto';

import { formatTopic, type ReadingBatch } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

const TENANT_ID = 'demo';
const SITE_ID = 'plant-1';

/** Speaks for a gateway with one scale a bin: says what it weighs, as good stable readings. */
export class ScriptedScales {
  readonly #client: MqttClient;
  readonly #outboxId = randomUUID();
  #sequence = 1;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async connect(mqttUrl: string): Promise<ScriptedScales> {
    return new ScriptedScales(await connectAsync(mqttUrl, { clientId: `scales-${randomUUID().slice(0, 8)}` }));
  }

  async weigh(deviceId: string, netGrams: number): Promise<void> {
    const nowMs = Date.now();
    const batch: ReadingBatch = {
      schema: 'readings/1',
      gatewayId: 'gw-1',
      outboxId: this.#outboxId,
      firstSequence: this.#sequence,
      sentAtMs: nowMs,
      readings: [
        {
          kind: 'weight',
          deviceId,
          receivedAtMs: nowMs,
          clockQuality: 'gateway',
          quality: 'good',
          netGrams,
          stable: true,
        },
      ],
    };
    this.#sequence += 1;
    const topic = formatTopic({ channel: 'readings', tenantId: TENANT_ID, siteId: SITE_ID });
    await this.#client.publishAsync(topic, JSON.stringify(batch), { qos: 1 });
  }

  async close(): Promise<void> {
    await this.#client.endAsync();
  }
}
