import { parseTopic, REQUIRED_CONSUMERS } from '@shelfwire/contract';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import { Ingest, IngestReport, Quarantine, StoreHold } from '@shelfwire/ingest-service/parts';

import type { SimulatedBroker } from './central-broker.ts';
import { ProcessCounters, readingsIn } from './counters.ts';
import { Life } from './life.ts';
import { RememberingStore } from './remembering-store.ts';
import type { VirtualTime } from './virtual-time.ts';

const CHANNELS = new Set(['readings', 'stock', 'orders', 'status']);
export type IngestDeath = 'before-store' | 'after-store' | 'after-confirmation';

/** The real way of a message through the ingest-service, over a store in memory. */
export class SimulatedIngest {
  readonly store = new RememberingStore();
  readonly counts = { crashes: 0, quarantined: 0 };
  readonly counters = new ProcessCounters();
  readonly #time: VirtualTime;
  readonly #broker: SimulatedBroker;
  readonly #folder: string;
  #running: { life: Life; ingest: Ingest; quarantine: Quarantine } | undefined;
  #death: IngestDeath | undefined;

  constructor(time: VirtualTime, broker: SimulatedBroker, folder: string) {
    this.#time = time;
    this.#broker = broker;
    this.#folder = folder;
    broker.subscribe(REQUIRED_CONSUMERS[0], {
      topics: (topic) => CHANNELS.has(parseTopic(topic)?.channel ?? ''),
      isWell: () => this.isRunning && this.#death === undefined && !this.store.isAway,
      take: async ({ topic, payload }) => {
        const running = this.#running;
        if (!running) return false;
        const message = { topic, payload, arrivedAtMs: time.nowMs };
        const readings = parseTopic(topic)?.channel === 'readings' ? readingsIn(payload) : 0;
        const outcome = await this.counters.during(
          readings,
          () => running.life.during(() => running.ingest.handle(message, new AbortController().signal)),
          (result) => result === 'done',
        );
        if (outcome !== undefined) this.counts.quarantined = running.quarantine.size;
        // As the service does: an unconfirmed message is acknowledged after its hold, since the gateway still has it.
        return outcome !== undefined;
      },
    });
  }

  async start(): Promise<void> {
    const life = new Life();
    const logger = createLogger('simulation', { level: 'silent' });
    const metrics = new ServiceMetrics({ collectDefaults: false });
    this.counters.begin(metrics);
    const quarantine = await Quarantine.open({
      folder: this.#folder,
      sizeBytesMax: 10_000_000,
      entriesMax: 10_000,
      onDropped: () => undefined,
    });
    const dieAt = async (point: IngestDeath): Promise<void> => {
      if (this.#death === point) this.crash();
      await life.pass();
    };
    const { series, buckets, stretches, sensors, maintain } = this.store;
    const store = {
      series,
      buckets,
      stretches,
      sensors,
      maintain,
      write: async (points: Parameters<RememberingStore['write']>[0]) => {
        await dieAt('before-store');
        const result = await this.store.write(points);
        await dieAt('after-store');
        return result;
      },
      check: () => this.store.check(),
      close: () => this.store.close(),
    };
    const ingest = new Ingest({
      store,
      quarantine,
      report: new IngestReport(logger, metrics),
      hold: new StoreHold(
        { holdMs: 0, retryFirstMs: 1, retryMaxMs: 1 },
        { nowMs: () => this.#time.nowMs, wait: () => Promise.resolve(), random: () => 0.5 },
      ),
      publishConfirmation: async (topic, confirmation) => {
        this.#broker.publish(topic, Buffer.from(JSON.stringify(confirmation)));
        await dieAt('after-confirmation');
      },
    });
    this.#running = { life, ingest, quarantine };
  }

  /** Dies at that point of the next message. */
  armDeath(point: IngestDeath): void {
    this.#death = point;
  }

  crash(): void {
    this.#death = undefined;
    this.#running?.life.end();
    if (this.#running) this.counts.crashes += 1;
    this.#running = undefined;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }
}
