import type { Consumer, GatewayStatus, Reading } from '@shelfwire/contract';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import type { AppliedConfig } from './commission/applied-config.ts';
import type { DeviceChanges } from './devices/site-devices.ts';
import type { NormalizerCounts } from './normalize/normalizer.ts';
import { SaidLately } from './said-lately.ts';

const TRANSPORTS = ['mqtt', 'serial', 'tcp'] as const;
export type Transport = (typeof TRANSPORTS)[number];
export type RefusalReason =
  | 'unknown-login'
  | 'wrong-password'
  | 'foreign-topic'
  | 'outbox-full'
  | 'rate-limit'
  | 'too-large'
  | 'protocol-error';

type Counters = NonNullable<GatewayStatus['counters']>;

/**
 * One function per event: it writes the log line, the metric and the counter together. Nothing per reading is logged
 * above debug. What a wrong or hostile device can cause at will is counted each time and said once a minute.
 */
export class GatewayEvents {
  readonly counters: Counters = {
    framesReceived: 0,
    readingsAppended: 0,
    readingsConfirmed: 0,
    framesQuarantined: 0,
    framesRefused: 0,
    readingsDropped: 0,
  };
  readonly #log: Logger;
  readonly #metrics: ServiceMetrics;
  readonly #saidLately = new SaidLately();
  readonly #samplesTold = { all: 0, withoutReading: new Map<string, number>() };
  readonly #framesReceived: Record<Transport, number> = { mqtt: 0, serial: 0, tcp: 0 };

  constructor(log: Logger, metrics: ServiceMetrics) {
    this.#log = log;
    this.#metrics = metrics;
    const told: Record<Transport, number> = { mqtt: 0, serial: 0, tcp: 0 };
    metrics.counter('shelfwire_gateway_frames_received_total', (counter) => {
      for (const transport of TRANSPORTS) {
        const count = this.#framesReceived[transport];
        if (count > told[transport]) counter.inc({ transport }, count - told[transport]);
        told[transport] = count;
      }
    });
  }

  frameReceived(transport: Transport): void {
    this.counters.framesReceived += 1;
    this.#framesReceived[transport] += 1;
  }

  frameQuarantined(deviceId: string, reason: string, detail: string, kept: boolean): void {
    this.counters.framesQuarantined += 1;
    this.#metrics.counter('shelfwire_gateway_frames_quarantined_total').inc({ reason });
    const heldBack = this.#saidLately.mayPass(`quarantined ${deviceId} ${reason}`);
    if (heldBack !== undefined) this.#log.warn({ deviceId, reason, detail, kept, heldBack }, 'frame quarantined');
  }

  frameReplayed(deviceId: string, readings: number): void {
    this.#log.info({ deviceId, readings }, 'a frame from the quarantine was taken');
  }

  /** A frame or a connection. */
  refused(reason: RefusalReason, detail: Record<string, unknown>): void {
    this.counters.framesRefused += 1;
    this.#metrics.counter('shelfwire_gateway_frames_refused_total').inc({ reason });
    // A name that is no login of ours may be invented anew each time: all of them share one line.
    const name = detail['username'] ?? detail['deviceId'];
    const who = reason === 'unknown-login' || typeof name !== 'string' ? '' : name;
    const heldBack = this.#saidLately.mayPass(`refused ${reason} ${who}`);
    if (heldBack !== undefined) this.#log.warn({ reason, ...detail, heldBack }, 'refused');
  }

  outboxSynced(seconds: number, readings: readonly Reading[]): void {
    this.counters.readingsAppended += readings.length;
    this.#metrics.histogram('shelfwire_gateway_outbox_sync_seconds').observe(seconds);
    const perKind = new Map<string, number>();
    for (const { kind } of readings) perKind.set(kind, (perKind.get(kind) ?? 0) + 1);
    const appended = this.#metrics.counter('shelfwire_gateway_readings_appended_total');
    for (const [kind, count] of perKind) appended.inc({ kind }, count);
  }

  outboxUnreadable(loss: { outboxId: string; from: number; to: number; detail: string }): void {
    const lost = loss.to - loss.from + 1;
    this.counters.readingsDropped += lost;
    this.#metrics.counter('shelfwire_gateway_readings_dropped_total').inc({ reason: 'unreadable' }, lost);
    this.#log.error({ ...loss, lost }, 'readings on disk cannot be read any more and are lost');
  }

  outboxCut(recovery: { outboxId: string; lastSequence: number; detail: string }): void {
    this.#log.warn(
      recovery,
      'the outbox ended in something that is no record; it is sent to its end, a new one begins',
    );
  }

  /** They left the telemetry outbox and are counted as appended to the urgent one. */
  alarmsMoved(count: number): void {
    this.counters.readingsDropped += count;
    this.#metrics.counter('shelfwire_gateway_readings_dropped_total').inc({ reason: 'moved' }, count);
    this.#log.warn({ count }, 'the outbox is full: alarms among the oldest telemetry went over to the urgent outbox');
  }

  /** The outbox was full: the oldest telemetry went for newer. */
  telemetryThinned(count: number): void {
    this.counters.readingsDropped += count;
    this.#metrics.counter('shelfwire_gateway_readings_dropped_total').inc({ reason: 'thinned' }, count);
    this.#log.error({ count }, 'the outbox is full: the oldest telemetry was given up for newer readings');
  }

  /** Nobody confirmed it for longer than SHELFWIRE_OUTBOX_AGE_DAYS_MAX. */
  telemetryTooOld(count: number): void {
    this.counters.readingsDropped += count;
    this.#metrics.counter('shelfwire_gateway_readings_dropped_total').inc({ reason: 'age' }, count);
    this.#log.error({ count }, 'telemetry that no consumer confirmed for too many days was given up');
  }

  /** @param byAll how many of them no consumer is missing any more */
  readingsConfirmed(consumer: Consumer, count: number, byAll: number): void {
    this.counters.readingsConfirmed += byAll;
    this.#metrics.counter('shelfwire_gateway_readings_confirmed_total').inc({ consumer }, count);
  }

  /** Totals since the start; what they grew by is counted. Once a second, since a fleet of scales sends many. */
  samplesNormalized(counts: Readonly<NormalizerCounts>): void {
    const told = this.#samplesTold;
    this.#metrics.counter('shelfwire_gateway_samples_total').inc(counts.samples - told.all);
    told.all = counts.samples;
    for (const [reason, count] of Object.entries(counts.suppressed)) {
      const before = told.withoutReading.get(reason) ?? 0;
      this.#metrics.counter('shelfwire_gateway_samples_without_reading_total').inc({ reason }, count - before);
      told.withoutReading.set(reason, count);
    }
  }

  outboxDepth(queuedReadings: number, sizeBytes: number): void {
    this.#metrics.gauge('shelfwire_gateway_outbox_queued_readings').set(queuedReadings);
    this.#metrics.gauge('shelfwire_gateway_outbox_size_bytes').set(sizeBytes);
  }

  outboxTidyFailed(error: unknown): void {
    this.#log.warn({ err: error }, 'confirmations could not be written; after a crash, readings are sent again');
  }

  deviceConnected(connected: number): void {
    this.#metrics.gauge('shelfwire_gateway_devices_connected').set(connected);
  }

  uplinkConnected(url: string): void {
    this.#metrics.gauge('shelfwire_gateway_uplink_connected').set(1);
    this.#log.info({ url }, 'connected to the central broker');
  }

  uplinkDisconnected(because: string, retryInMs: number): void {
    this.#metrics.gauge('shelfwire_gateway_uplink_connected').set(0);
    this.#log.warn({ because, retryInMs: Math.round(retryInMs) }, 'not connected to the central broker');
  }

  siteBrokerConnected(connection: number): void {
    this.#log.info({ connection }, "connected to the site's broker");
  }

  siteBrokerDisconnected(connection: number, because: string, retryInMs: number): void {
    this.#log.warn({ connection, because, retryInMs: Math.round(retryInMs) }, "not connected to the site's broker");
  }

  uplinkMessageUnusable(topic: string, problem: string): void {
    this.#log.warn({ topic, problem }, 'a message from the centre is not usable');
  }

  readingsResent(count: number): void {
    this.#log.debug({ count }, 'readings went unconfirmed and are sent again');
  }

  /** Once for each such run of readings; nothing of it is dropped. */
  readingsStuck(stuck: { outboxId: string; consumer: Consumer; from: number; to: number }): void {
    this.#metrics
      .counter('shelfwire_gateway_readings_stuck_total')
      .inc({ consumer: stuck.consumer }, stuck.to - stuck.from + 1);
    this.#log.error(
      stuck,
      'a consumer confirms newer readings but never these; they stay queued. Its log tells what it has against them',
    );
  }

  configApplied({ source, version }: AppliedConfig, changes: DeviceChanges): void {
    const { added, changed, removed } = changes;
    const counts = { added: added.length, changed: changed.length, removed: removed.length };
    this.#log.info({ source, version, ...counts }, 'device list applied');
  }

  configRefused(source: string, problem: string): void {
    this.#metrics.counter('shelfwire_gateway_config_refused_total').inc();
    this.#log.error({ source, problem }, 'configuration not applied, the last good one stays');
  }

  streamOpened(deviceId: string, target: string): void {
    this.#log.info({ deviceId, target }, 'stream opened');
  }

  streamLost(deviceId: string, target: string, because: string): void {
    this.#log.warn({ deviceId, target, because }, 'stream not available, it is tried again');
  }
}
