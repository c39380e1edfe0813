import { confirmationSchema, formatTopic } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

const SITE = { tenantId: 'bench', siteId: 'bench' };

/** Sends batches as a gateway does, with so many unconfirmed at most, and waits for all confirmations. */
export class UplinkLoad {
  readonly #client: MqttClient;
  readonly #confirmed = new Set<number>();
  #onConfirmed: () => void = () => undefined;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async connect(url: string): Promise<UplinkLoad> {
    const load = new UplinkLoad(await connectAsync(url, { clientId: 'bench-gateway' }));
    load.#client.on('message', (_topic, payload) => {
      for (const [from] of confirmationSchema.parse(JSON.parse(payload.toString())).ranges) load.#confirmed.add(from);
      load.#onConfirmed();
    });
    const topic = formatTopic({ channel: 'confirmations', consumer: 'ingest', ...SITE });
    await load.#client.subscribeAsync(topic, { qos: 1 });
    return load;
  }

  /** @returns seconds from the first batch sent to the last confirmed */
  async send(batches: readonly Buffer[], inFlightMax: number): Promise<number> {
    const topic = formatTopic({ channel: 'readings', ...SITE });
    const alreadyConfirmed = this.#confirmed.size;
    const startedAtMs = performance.now();
    for (const [index, batch] of batches.entries()) {
      while (index - (this.#confirmed.size - alreadyConfirmed) >= inFlightMax) await this.#nextConfirmation();
      this.#client.publish(topic, batch, { qos: 1 });
    }
    while (this.#confirmed.size - alreadyConfirmed < batches.length) await this.#nextConfirmation();
    return (performance.now() - startedAtMs) / 1_000;
  }

  #nextConfirmation(): Promise<void> {
    return new Promise((resolve) => {
      this.#onConfirmed = resolve;
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
