import { connect, type IClientOptions, type MqttClient } from 'mqtt';

import type { DiskQueue } from './disk-queue.ts';

const IN_FLIGHT_MAX = 50;
const RECONNECT_MS = 2_000;

export interface PublisherState {
  connected: boolean;
  /** On disk and not acknowledged. */
  waiting: number;
  /** Why it is not connected, as far as it is known. */
  problem?: string;
}

/**
 * Publishes what a `DiskQueue` holds, at QoS 1 and in order, and takes an entry out when its PUBACK has come: the
 * gateway sends that when the reading is on its own disk. After a crash entries are sent again (at least once).
 */
export class DurablePublisher {
  readonly #queue: DiskQueue;
  readonly #topic: string;
  readonly #client: MqttClient;
  readonly #onState: (state: PublisherState) => void;
  /** Acknowledged while an older one was not yet. */
  readonly #acknowledged = new Set<number>();
  #next: number;
  #inFlight = 0;
  #connected = false;
  #problem: string | undefined;
  #closing = false;

  constructor(options: {
    queue: DiskQueue;
    topic: string;
    url: string;
    mqtt: IClientOptions;
    onState: (state: PublisherState) => void;
  }) {
    this.#queue = options.queue;
    this.#topic = options.topic;
    this.#onState = options.onState;
    this.#next = options.queue.first;
    // A new session each time: what is unacknowledged is on the disk here, no broker need remember it.
    this.#client = connect(options.url, { reconnectPeriod: RECONNECT_MS, ...options.mqtt, clean: true });
    this.#client.on('connect', () => {
      this.#connected = true;
      this.#problem = undefined;
      this.#pump();
    });
    this.#client.on('close', () => {
      this.#connected = false;
      this.#tell();
    });
    this.#client.on('error', (error) => {
      this.#problem = error.message;
      this.#tell();
    });
    this.#tell();
  }

  /** Resolves when the payload is on the disk. @throws QueueFullError */
  async publish(payload: object): Promise<void> {
    await this.#queue.append(payload);
    this.#pump();
  }

  #pump(): void {
    while (this.#connected && !this.#closing && this.#inFlight < IN_FLIGHT_MAX) {
      const number = this.#next;
      const payload = this.#queue.at(number);
      if (payload === undefined) break;
      this.#next += 1;
      if (!this.#acknowledged.has(number)) this.#send(number, payload);
    }
    this.#tell();
  }

  #send(number: number, payload: unknown): void {
    this.#inFlight += 1;
    this.#client.publish(this.#topic, JSON.stringify(payload), { qos: 1 }, (error) => {
      this.#inFlight -= 1;
      if (this.#closing) return;
      // Not taken: this one and what follows it are sent again with the next connection.
      if (error) this.#next = Math.min(this.#next, number);
      else this.#settle(number);
      this.#pump();
    });
  }

  #settle(number: number): void {
    this.#acknowledged.add(number);
    let through = this.#queue.first - 1;
    while (this.#acknowledged.delete(through + 1)) through += 1;
    this.#queue.removeThrough(through);
  }

  #tell(): void {
    if (this.#closing) return;
    const problem = this.#connected ? undefined : this.#problem;
    this.#onState({
      connected: this.#connected,
      waiting: this.#queue.length,
      ...(problem === undefined ? {} : { problem }),
    });
  }

  /** Waits for nothing but the disk: what is not acknowledged stays there. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#client.endAsync(true);
    await this.#queue.close();
  }
}
