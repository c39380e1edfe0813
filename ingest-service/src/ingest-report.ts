import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import type { StoreAwayError } from './errors.ts';
import type { ParsedMessage } from './parse/parse-message.ts';
import type { TelemetryPoint } from './points/point.ts';
import type { NewQuarantineEntry } from './quarantine/entry.ts';

interface QuarantineLevel {
  size: number;
  /** 0 … 1 */
  fillRatio: number;
}

/** One function an event: the log line and the metric together. */
export class IngestReport {
  readonly #logger: Logger;
  readonly #metrics: ServiceMetrics;
  /** The code of the trouble told last, so that an outage is one line and not one a message. */
  #storeTrouble: string | undefined;

  constructor(logger: Logger, metrics: ServiceMetrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  messageHandled(parsed: ParsedMessage, outcome: 'done' | 'unconfirmed'): void {
    const label = parsed.ok ? outcome : 'quarantined';
    if (!parsed.ok || parsed.channel === 'readings') {
      this.#metrics.counter('shelfwire_ingest_batches_total').inc({ outcome: label });
    }
  }

  messageLetGo(parsed: ParsedMessage, error: unknown): void {
    this.#metrics.counter('shelfwire_ingest_batches_total').inc({ outcome: 'unconfirmed' });
    const channel = parsed.ok ? parsed.channel : undefined;
    this.#logger.warn({ err: error, channel }, 'a message is let go unconfirmed; its sender sends it again');
  }

  readingsStored(points: readonly TelemetryPoint[], rejectedCount: number): void {
    this.#metrics.counter('shelfwire_ingest_readings_stored_total').inc(points.length - rejectedCount);
    const newest = points.reduce((max, point) => Math.max(max, point.atMs), 0);
    if (newest > 0) this.#metrics.gauge('shelfwire_ingest_lag_seconds').set(Math.max(0, Date.now() - newest) / 1_000);
  }

  eventStored(channel: 'stock' | 'orders' | 'status'): void {
    this.#metrics.counter('shelfwire_ingest_events_stored_total').inc({ channel });
  }

  /** `entries` are those that came for the first time: a repeat is not set aside again, and not counted again. */
  quarantined(entries: readonly NewQuarantineEntry[], quarantine: QuarantineLevel): void {
    if (entries.length === 0) return;
    for (const { reason } of entries) {
      this.#metrics.counter('shelfwire_ingest_readings_quarantined_total').inc({ reason });
    }
    this.quarantineLevel(quarantine);
    const [first] = entries;
    this.#logger.warn(
      { count: entries.length, reason: first?.reason, detail: first?.detail, topic: first?.topic },
      'set aside in the quarantine',
    );
  }

  quarantineLevel({ size, fillRatio }: QuarantineLevel): void {
    this.#metrics.gauge('shelfwire_ingest_quarantine_entries').set(size);
    this.#metrics.gauge('shelfwire_ingest_quarantine_fill_ratio').set(fillRatio);
  }

  async timeWrite<Result>(write: () => Promise<Result>): Promise<Result> {
    const end = this.#metrics.histogram('shelfwire_ingest_store_write_seconds').startTimer();
    try {
      const result = await write();
      end({ outcome: 'stored' });
      return result;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }

  storeAway(error: StoreAwayError): void {
    if (this.#storeTrouble === error.code) return;
    this.#storeTrouble = error.code;
    // A refused token or a missing bucket stays so until a person acts; an absent server comes back.
    const level = error.code === 'STORE_UNAVAILABLE' ? 'warn' : 'error';
    this.#logger[level]({ code: error.code }, `${error.message}; readings stay with their gateways until then`);
  }

  storeTook(): void {
    if (this.#storeTrouble === undefined) return;
    this.#storeTrouble = undefined;
    this.#logger.info('the telemetry store takes writes again');
  }

  maintenanceFailed(error: unknown): void {
    this.#metrics.counter('shelfwire_ingest_maintenance_failures_total').inc();
    this.#logger.warn({ err: error }, 'downsampling or retention failed; it is tried again');
  }

  quarantineDropped(count: number): void {
    this.#metrics.counter('shelfwire_ingest_quarantine_dropped_total').inc(count);
    this.#logger.error({ count }, 'the quarantine was full: its oldest entries are gone');
  }

  brokerConnected(connection: string, connected: boolean): void {
    this.#metrics.gauge('shelfwire_ingest_broker_connected').set({ connection }, connected ? 1 : 0);
    this.#logger.info({ connection, connected }, connected ? 'connected to the broker' : 'no connection to the broker');
  }
}
