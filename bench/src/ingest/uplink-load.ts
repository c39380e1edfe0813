import { confirmationSchema, formatTopic } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

const RESEND_AFTER_MS = 20_000;
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
    const sendAgain = (sent: number): void => {
      // As a gateway does: ingest may let a batch go unconfirmed when its store is too slow.
      for (const batch of batches.slice(0, sent)) {
        if (!this.#confirmed.has(firstSequenceOf(batch))) this.#client.publish(topic, batch, { qos: 1 });
      }
    };
    for (const [index, batch] of batches.entries()) {
      while (index - (this.#confirmed.size - alreadyConfirmed) >= inFlightMax) {
        if (!(await this.#nextConfirmation())) sendAgain(index);
      }
      this.#client.publish(topic, batch, { qos: 1 });
    }
    while (this.#confirmed.size - alreadyConfirmed < batches.length) {
      if (!(await this.#nextConfirmation())) sendAgain(batches.length);
    }
    return (performance.now() - startedAtMs) / 1_000;
  }

  /** @returns false if none came for a long time */
  #nextConfirmation(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), RESEND_AFTER_MS);
      this.#onConfirmed = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/** From the head of the message, without parsing a thousand readings. */
function firstSequenceOf(batch: Buffer): number {
  return Number(/"firstSequence":(\d+)/.exec(batch.toString('latin1', 0, 500))?.[1]);
}
