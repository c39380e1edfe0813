import {
  confirmationSchema,
  formatTopic,
  parseTopic,
  REQUIRED_CONSUMERS,
  type Consumer,
  type SiteAddress,
} from '@shelfwire/contract';
import { setTimeout as delay } from 'node:timers/promises';

import type { GatewayEvents } from '../events.ts';
import { MqttLink, type LinkOptions } from '../mqtt-link.ts';
import type { GatewayOutbox } from '../outbox/gateway-outbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { TokenBucket } from '../token-bucket.ts';
import { AgeMarks } from './age-marks.ts';
import { batchText, READINGS_PER_BATCH_MAX } from './batch.ts';
import { SendPlan, type SendPlanSettings } from './send-plan.ts';
import { StuckWatch } from './stuck-watch.ts';
import { Wake } from './wake.ts';

export interface UplinkOptions {
  site: SiteAddress;
  gatewayId: string;
  outbox: GatewayOutbox;
  events: GatewayEvents;
  link: Pick<LinkOptions, 'url' | 'username' | 'password' | 'tls'>;
  /** The connection to the central broker; a simulation brings its own. */
  connect?: (options: LinkOptions, filters: readonly string[]) => CentralLink;
  plan: SendPlanSettings;
  historyReadingsPerSecond: number;
  /** The retained status message; `online: false` is the last will. */
  statusText: (online: boolean) => string;
  /** A retained config message of this site. */
  configMessage: (payload: Buffer) => void;
  now: () => number;
  steadyNow: () => number;
}

/** What of a connection the uplink needs; `MqttLink` is the real one. */
export type CentralLink = Pick<MqttLink, 'isConnected' | 'start' | 'publish' | 'close'>;

const BATCH_TEXT_BYTES_MAX = 262_144;
/**
 * Readings of one moment go together: consumers commit, write and confirm once per batch, which costs them as much as
 * several hundred readings. The first after a rest waits for nothing.
 */
const LINGER_MS = 80;
const IDLE_MS = 250;
const STATUS_EVERY_MS = 15_000;
/** Readings this old are history when they go out: stored, but never a reason to order. */
export const HISTORICAL_AFTER_MS = 600_000;

/** Sends the outbox to the centre in batches until every required consumer has confirmed each reading. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #link: CentralLink;
  readonly #plans = new Map<Outbox, SendPlan>();
  readonly #ages = new Map<Outbox, AgeMarks>();
  /** Beside the plans, which begin anew with each connection. */
  readonly #stuckWatches = new WeakMap<Outbox, StuckWatch>();
  readonly #history: TokenBucket;
  readonly #wake = new Wake();
  readonly #readingsTopic: string;
  readonly #statusTopic: string;
  #statusAtMs = -Infinity;
  #restart = false;
  #closed = false;
  #running: Promise<void> | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
    const { site, gatewayId } = options;
    this.#readingsTopic = formatTopic({ channel: 'readings', ...site });
    this.#statusTopic = formatTopic({ channel: 'status', gatewayId, ...site });
    this.#history = new TokenBucket(options.historyReadingsPerSecond, options.steadyNow());
    const filters = [
      ...REQUIRED_CONSUMERS.map((consumer) => formatTopic({ channel: 'confirmations', consumer, ...site })),
      formatTopic({ channel: 'config', ...site }),
    ];
    const connect = options.connect ?? ((link, filters) => new MqttLink(link, filters));
    this.#link = connect(
      {
        ...options.link,
        clientId: `gateway-${site.tenantId}-${site.siteId}-${gatewayId}`,
        // Confirmations missed while away only mean that readings are sent again.
        clean: true,
        will: { topic: this.#statusTopic, payload: options.statusText(false) },
        connected: () => this.#connected(),
        disconnected: (because, retryInMs) => options.events.uplinkDisconnected(because, retryInMs),
        message: ({ topic, payload }) => {
          this.#message(topic, Buffer.from(payload));
          return Promise.resolve();
        },
        now: options.steadyNow,
        random: options.plan.random,
      },
      filters,
    );
  }

  #connected(): void {
    this.#options.events.uplinkConnected(this.#options.link.url);
    this.#restart = true;
    this.publishStatus();
    this.#wake.now();
  }

  get isConnected(): boolean {
    return this.#link.isConnected;
  }

  start(): void {
    this.#link.start();
    this.#running = this.#run();
  }

  /** New readings are durable. */
  notify(): void {
    this.#wake.now();
  }

  publishStatus(): void {
    if (this.#link.publish(this.#statusTopic, this.#options.statusText(true), true)) {
      this.#statusAtMs = this.#options.steadyNow();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake.now();
    await this.#running;
    await this.#link.close({ topic: this.#statusTopic, text: this.#options.statusText(false) });
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const sent = await this.step();
      if (sent >= READINGS_PER_BATCH_MAX) continue;
      if (sent === 0) await this.#wake.wait(IDLE_MS);
      await delay(LINGER_MS);
    }
  }

  /** One turn of the loop: sends what is due now, and the status now and then. @returns how many readings went out */
  async step(): Promise<number> {
    await this.#noteAges();
    if (!this.#link.isConnected) return 0;
    const sent = await this.#sendOnce();
    if (this.#options.steadyNow() - this.#statusAtMs >= STATUS_EVERY_MS) this.publishStatus();
    return sent;
  }

  async #sendOnce(): Promise<number> {
    if (this.#restart) {
      this.#restart = false;
      this.#plans.clear();
    }
    const { outboxes } = this.#options.outbox;
    for (const outbox of this.#plans.keys()) if (!outboxes.includes(outbox)) this.#plans.delete(outbox);
    let sent = 0;
    for (const outbox of outboxes) {
      const plan = this.#plans.get(outbox) ?? this.#newPlan(outbox);
      this.#tellStuck(outbox);
      const expired = plan.expire(this.#options.steadyNow());
      if (expired > 0) this.#options.events.readingsResent(expired);
      sent += await this.#sendLive(outbox, plan);
      sent += await this.#sendBacklog(outbox, plan);
    }
    return sent;
  }

  /** Goes on with what is young enough to be live and not confirmed yet; what is older follows beside it. */
  #newPlan(outbox: Outbox): SendPlan {
    const plan = new SendPlan(outbox.confirmations, this.#options.plan);
    plan.restart(Math.max(this.#firstYoung(outbox), outbox.confirmations.byAll().firstMissing(1)));
    this.#plans.set(outbox, plan);
    return plan;
  }

  /** Notes how far each outbox has come, so that ages are known without the wall clock. */
  async #noteAges(): Promise<void> {
    const { outboxes } = this.#options.outbox;
    for (const outbox of this.#ages.keys()) if (!outboxes.includes(outbox)) this.#ages.delete(outbox);
    for (const outbox of outboxes) {
      let ages = this.#ages.get(outbox);
      if (!ages) {
        const firstYoung = await outbox.firstReceivedAfter(this.#options.now() - HISTORICAL_AFTER_MS);
        ages = new AgeMarks(HISTORICAL_AFTER_MS, firstYoung);
        this.#ages.set(outbox, ages);
      }
      ages.note(this.#options.steadyNow(), outbox.lastSequence);
    }
  }

  #firstYoung(outbox: Outbox): number {
    return this.#ages.get(outbox)?.firstYoung(this.#options.steadyNow()) ?? 1;
  }

  async #sendLive(outbox: Outbox, plan: SendPlan): Promise<number> {
    const { from, readingsMax } = plan.nextLive();
    if (readingsMax === 0 || from > outbox.lastSequence) return 0;
    const sent = await this.#sendBatch(outbox, plan, from, readingsMax);
    if (sent > 0) plan.sentLive(from, from + sent - 1, this.#options.steadyNow());
    return sent;
  }

  async #sendBacklog(outbox: Outbox, plan: SendPlan): Promise<number> {
    const nowMs = this.#options.steadyNow();
    const range = plan.nextBacklog(nowMs);
    if (!range) return 0;
    const [from, to] = range;
    const readingsMax = Math.min(to - from + 1, this.#history.available(nowMs));
    if (readingsMax === 0) return 0;
    const sent = await this.#sendBatch(outbox, plan, from, readingsMax);
    if (sent === 0) return 0;
    this.#history.take(sent);
    plan.sentBacklog(from, from + sent - 1, nowMs);
    return sent;
  }

  /** @returns how many readings went out, from `from` on */
  async #sendBatch(outbox: Outbox, plan: SendPlan, from: number, readingsMax: number): Promise<number> {
    const limits = { readingsMax: Math.min(readingsMax, READINGS_PER_BATCH_MAX), textBytesMax: BATCH_TEXT_BYTES_MAX };
    const read = await outbox.read(from, limits);
    if (read.kind === 'gap') plan.skip(read.to);
    if (read.kind !== 'records') return 0;
    const firstYoung = this.#firstYoung(outbox);
    const historical = from < firstYoung;
    const records = historical ? read.records.slice(0, firstYoung - from) : read.records;
    const head = { gatewayId: this.#options.gatewayId, outboxId: outbox.outboxId, sentAtMs: this.#options.now() };
    if (!this.#link.publish(this.#readingsTopic, batchText(head, records, historical))) return 0;
    this.#stuckWatch(outbox).sent(from, from + records.length - 1, this.#options.steadyNow());
    return records.length;
  }

  #stuckWatch(outbox: Outbox): StuckWatch {
    const watch = this.#stuckWatches.get(outbox) ?? new StuckWatch(outbox.confirmations);
    this.#stuckWatches.set(outbox, watch);
    return watch;
  }

  #tellStuck(outbox: Outbox): void {
    for (const stuck of this.#stuckWatch(outbox).newlyStuck(this.#options.steadyNow())) {
      this.#options.events.readingsStuck({ outboxId: outbox.outboxId, ...stuck });
    }
  }

  #message(topicText: string, payload: Buffer): void {
    const topic = parseTopic(topicText);
    if (topic?.channel === 'config') this.#options.configMessage(payload);
    if (topic?.channel === 'confirmations') this.#confirmation(topic.consumer, topicText, payload);
  }

  #confirmation(consumer: Consumer, topicText: string, payload: Buffer): void {
    const parsed = confirmationSchema.safeParse(parseJson(payload));
    if (!parsed.success) {
      this.#options.events.uplinkMessageUnusable(topicText, parsed.error.issues[0]?.message ?? 'not JSON');
      return;
    }
    const outbox = this.#options.outbox.outboxes.find(({ outboxId }) => outboxId === parsed.data.outboxId);
    if (!outbox) return; // another gateway of the site
    const queuedBefore = outbox.queuedReadings;
    const count = outbox.confirm(consumer, parsed.data.ranges);
    this.#options.events.readingsConfirmed(consumer, count, queuedBefore - outbox.queuedReadings);
    if (count > 0) this.#plans.get(outbox)?.confirmed(consumer, this.#options.steadyNow());
    this.#wake.now();
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
