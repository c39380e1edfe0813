import { confirmationSchema, formatTopic } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

import { encodeBatches, READINGS_PER_BATCH } from './reading-source.ts';

const SITE = { tenantId: 'bench', siteId: 'bench' };
const TICK_MS = 20;

export interface Pace {
  readingsPerSecond: number;
  /** At most so many batches are on their way; what is beyond waits with the sender, as on a gateway's disk. */
  inFlightMax: number;
  resendAfterMs: number;
}

/**
 * A gateway as ingest sees one: offers readings at a steady rate whatever becomes of them, keeps a window on their way,
 * and sends again what is not confirmed. Batches are made when they are sent, so that a backlog costs no memory here.
 */
export class PacedLoad {
  readonly #client: MqttClient;
  readonly #pace: Pace;
  /** By batch number: when it was sent last. */
  readonly #inFlight = new Map<number, number>();
  readonly #startedAtMs = performance.now();
  #stoppedAtMs: number | undefined;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(client: MqttClient, pace: Pace) {
    this.#client = client;
    this.#pace = pace;
  }

  static async start(url: string, pace: Pace): Promise<PacedLoad> {
    const load = new PacedLoad(await connectAsync(url, { clientId: 'bench-gateway' }), pace);
    load.#client.on('message', (_topic, payload) => load.#take(payload));
    const topic = formatTopic({ channel: 'confirmations', consumer: 'ingest', ...SITE });
    await load.#client.subscribeAsync(topic, { qos: 1 });
    load.#timer = setInterval(() => load.#send(), TICK_MS);
    return load;
  }

  get confirmedReadings(): number {
    return (this.#next - this.#inFlight.size) * READINGS_PER_BATCH;
  }

  get offeredReadings(): number {
    return this.#offeredBatches() * READINGS_PER_BATCH;
  }

  /** Offers nothing new; what was offered is still sent. */
  stopOffering(): void {
    this.#stoppedAtMs ??= performance.now();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #offeredBatches(): number {
    const seconds = ((this.#stoppedAtMs ?? performance.now()) - this.#startedAtMs) / 1_000;
    return Math.floor((seconds * this.#pace.readingsPerSecond) / READINGS_PER_BATCH);
  }

  #send(): void {
    const nowMs = performance.now();
    for (const [batch, sentAtMs] of this.#inFlight) {
      if (nowMs - sentAtMs >= this.#pace.resendAfterMs) this.#publish(batch, nowMs);
    }
    const offered = this.#offeredBatches();
    while (this.#next < offered && this.#inFlight.size < this.#pace.inFlightMax) this.#publish(this.#next++, nowMs);
  }

  #publish(batch: number, nowMs: number): void {
    this.#inFlight.set(batch, nowMs);
    for (const { batch: payload } of encodeBatches(batch, 1)) {
      this.#client.publish(formatTopic({ channel: 'readings', ...SITE }), payload, { qos: 1 });
    }
  }

  #take(payload: Buffer): void {
    for (const [from] of confirmationSchema.parse(JSON.parse(payload.toString())).ranges) {
      this.#inFlight.delete((from - 1) / READINGS_PER_BATCH);
    }
    this.#send();
  }
}
