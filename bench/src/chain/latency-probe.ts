import { formatTopic, stockEventSchema } from '@shelfwire/contract';
import { connectAsync, type MqttClient } from 'mqtt';

import { PROBE_LOGIN, PROBE_PIECE_GRAMS, SITE } from './site-files.ts';

const PROBE_EVERY_MS = 100;

export interface Timed {
  sentAtMs: number;
  latencyMs: number;
}

/**
 * Times the whole way: a probe's weight is published, and the stock event with the new quantity, which goes out after the
 * ledger's commit, is waited for. Both ends are in this process, so one clock measures.
 */
export class LatencyProbe {
  readonly #probes: readonly string[];
  readonly #devices: MqttClient;
  readonly #central: MqttClient;
  readonly #waiting = new Map<string, { pieces: number; sentAtMs: number }>();
  readonly #pieces = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;
  #first = new Set<string>();
  readonly timed: Timed[] = [];
  /** Probes that were due while their last change was still under way. */
  overdue = 0;

  private constructor(probes: readonly string[], devices: MqttClient, central: MqttClient) {
    this.#probes = probes;
    this.#devices = devices;
    this.#central = central;
  }

  static async start(probes: readonly string[], devicePort: number, centralUrl: string): Promise<LatencyProbe> {
    const devices = await connectAsync(`mqtt://127.0.0.1:${devicePort}`, { ...PROBE_LOGIN, clientId: 'probe' });
    const central = await connectAsync(centralUrl);
    const probe = new LatencyProbe(probes, devices, central);
    central.on('message', (_topic, payload) => probe.#take(payload));
    await central.subscribeAsync(formatTopic({ channel: 'stock', ...SITE }), { qos: 1 });
    return probe;
  }

  begin(): void {
    this.#timer = setInterval(() => this.#publishNext(), PROBE_EVERY_MS);
  }

  /** Forgets what was measured so far: warm-up. */
  reset(): void {
    this.timed.length = 0;
    this.overdue = 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Waits for the last answers. */
  async close(): Promise<void> {
    const endsAtMs = Date.now() + 10_000;
    while (this.#waiting.size > 0 && Date.now() < endsAtMs) await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([this.#devices.endAsync(), this.#central.endAsync()]);
  }

  get unanswered(): number {
    return this.#waiting.size;
  }

  #publishNext(): void {
    const deviceId = this.#probes[this.#turn % this.#probes.length] ?? '';
    this.#turn += 1;
    if (this.#waiting.has(deviceId)) {
      this.overdue += 1;
      return;
    }
    const before = this.#pieces.get(deviceId) ?? 100;
    const pieces = before <= 50 ? 100 : before - 1;
    this.#pieces.set(deviceId, pieces);
    this.#waiting.set(deviceId, { pieces, sentAtMs: performance.now() });
    const grams = (pieces * PROBE_PIECE_GRAMS).toFixed(1);
    this.#devices.publish(`${deviceId}/sensor/weight/state`, grams, { qos: 1 });
  }

  #take(payload: Buffer): void {
    const event = stockEventSchema.safeParse(JSON.parse(payload.toString())).data;
    if (!event?.binId.startsWith('bin-')) return;
    const deviceId = event.binId.slice('bin-'.length);
    const waiting = this.#waiting.get(deviceId);
    if (!waiting || waiting.pieces !== event.onHand) return;
    this.#waiting.delete(deviceId);
    // A bin's first quantity is taken over with more care than a change: not what is timed here.
    const { sentAtMs } = waiting;
    if (this.#first.has(deviceId)) this.timed.push({ sentAtMs, latencyMs: performance.now() - sentAtMs });
    this.#first.add(deviceId);
  }
}

/** @returns those that were sent in this part of a run; both ends by performance.now() */
export function latenciesOf(timed: readonly Timed[], fromMs = 0, toMs = Number.POSITIVE_INFINITY): number[] {
  return timed.filter((each) => each.sentAtMs >= fromMs && each.sentAtMs < toMs).map((each) => each.latencyMs);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
