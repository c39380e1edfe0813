import { connectAsync, type MqttClient } from 'mqtt';

import type { Timed } from './latency-probe.ts';
import { CONFIRM_SECONDS, PROBE_LOGIN, PROBE_PIECE_GRAMS, REORDER_POINT } from './site-files.ts';
import { SupplierStandIn } from './supplier-stand-in.ts';

const FULL_PIECES = 100;
const LOW_PIECES = REORDER_POINT.runningLow - 10;
/** The shelves of one warm-up are filled a few at a time. */
const FILL_EVERY_MS = 5;
const LAST_ORDERS_TIMEOUT_MS = 30_000;

/**
 * Shelves that run low one after another: from the device's message to the moment the order is at the supplier, less the
 * time that the policy wants a low to last before it is believed. Both ends are in this process, so one clock measures.
 */
export class OrderProbe {
  readonly supplier: SupplierStandIn;
  readonly #shelves: readonly string[];
  readonly #lowAtMs: Map<string, number>;
  readonly timed: Timed[];
  /** Orders for shelves that had not run low, or that were ordered for already. */
  readonly #surplus: string[];
  #devices: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  private constructor(parts: {
    supplier: SupplierStandIn;
    shelves: readonly string[];
    lowAtMs: Map<string, number>;
    timed: Timed[];
    surplus: string[];
  }) {
    this.supplier = parts.supplier;
    this.#shelves = parts.shelves;
    this.#lowAtMs = parts.lowAtMs;
    this.timed = parts.timed;
    this.#surplus = parts.surplus;
  }

  static async start(shelves: readonly string[]): Promise<OrderProbe> {
    const lowAtMs = new Map<string, number>();
    const timed: Timed[] = [];
    const surplus: string[] = [];
    const supplier = await SupplierStandIn.start((partNumber) => {
      const shelf = partNumber.replace(/^A-/, '');
      const sinceMs = lowAtMs.get(shelf);
      if (sinceMs === undefined) surplus.push(shelf);
      else timed.push({ sentAtMs: sinceMs, latencyMs: performance.now() - sinceMs - CONFIRM_SECONDS * 1_000 });
      lowAtMs.delete(shelf);
    });
    return new OrderProbe({ supplier, shelves, lowAtMs, timed, surplus });
  }

  /** Every shelf is full, and has said so. */
  async fill(devicePort: number): Promise<void> {
    const devices = await connectAsync(`mqtt://127.0.0.1:${devicePort}`, { ...PROBE_LOGIN, clientId: 'running-low' });
    this.#devices = devices;
    for (const shelf of this.#shelves) {
      await this.#weigh(shelf, FULL_PIECES);
      await new Promise((resolve) => setTimeout(resolve, FILL_EVERY_MS));
    }
  }

  /** From now on the shelves run low, evenly over the time. */
  begin(seconds: number): void {
    this.#timer = setInterval(() => this.#runLow(), (seconds * 1_000) / this.#shelves.length);
  }

  /** Waits for the orders that are on their way. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    const endsAtMs = Date.now() + LAST_ORDERS_TIMEOUT_MS;
    while (this.#lowAtMs.size > 0 && Date.now() < endsAtMs) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  get unordered(): number {
    return this.#lowAtMs.size;
  }

  get orderedTwice(): number {
    return this.#surplus.length;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#devices?.endAsync();
    await this.supplier.close();
  }

  #runLow(): void {
    const shelf = this.#shelves[this.#next];
    if (shelf === undefined) {
      clearInterval(this.#timer);
      return;
    }
    this.#next += 1;
    this.#lowAtMs.set(shelf, performance.now());
    void this.#weigh(shelf, LOW_PIECES);
  }

  #weigh(shelf: string, pieces: number): Promise<unknown> {
    const grams = (pieces * PROBE_PIECE_GRAMS).toFixed(1);
    return this.#devices?.publishAsync(`${shelf}/sensor/weight/state`, grams, { qos: 1 }) ?? Promise.resolve();
  }
}
