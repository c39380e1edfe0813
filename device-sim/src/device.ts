import type { ServiceMetrics } from '@shelfwire/contract/service';
import { connect, type MqttClient } from 'mqtt';

import type { TruthFile } from './truth.ts';

const PENDING_MESSAGES_MAX = 500;
const IN_FLIGHT_MAX = 20;
const RECONNECT_FIRST_MS = 200;
const RECONNECT_MOST_MS = 15_000;

interface PendingMessage {
  messageId: number;
  topic: string;
  payload: string;
  sends: number;
}

interface DeviceParts {
  deviceId: string;
  url: string;
  login: { username: string; password: string };
  truth: TruthFile;
  metrics: ServiceMetrics;
}

/**
 * One simulated device's connection: QoS 1, its own login, a small memory. A message leaves the memory at PUBACK; after
 * a reconnect everything without PUBACK is sent again in order, so the same message may come twice. When the memory is
 * full the oldest is given up, as a device with little RAM does, and the truth says so.
 */
export class Device {
  readonly #parts: DeviceParts;
  readonly #pending: PendingMessage[] = [];
  #client: MqttClient | undefined;
  #connected = false;
  #inFlight = 0;
  #nextMessageId = 1;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  get connected(): boolean {
    return this.#connected;
  }

  connect(): void {
    const client = connect(this.#parts.url, {
      clientId: this.#parts.deviceId,
      ...this.#parts.login,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      keepalive: 30,
      queueQoSZero: false,
    });
    this.#client = client;
    client.on('connect', () => this.#opened());
    client.on('error', () => client.end(true));
    client.once('close', () => this.#lost(client));
  }

  publish(topic: string, payload: string, piecesTrue?: number): void {
    const messageId = this.#nextMessageId;
    this.#nextMessageId += 1;
    if (this.#pending.length >= PENDING_MESSAGES_MAX) {
      const [oldest] = this.#pending.splice(this.#inFlight, 1);
      if (oldest) this.#tell('given-up', oldest);
    }
    const message = { messageId, topic, payload, sends: 0 };
    this.#pending.push(message);
    this.#tell('sent', message, piecesTrue);
    this.#send();
  }

  /** Waits a moment for outstanding PUBACKs, then leaves. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const endsAtMs = Date.now() + graceMs;
    while (this.#connected && this.#pending.length > 0 && Date.now() < endsAtMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.#client?.endAsync(!this.#connected);
  }

  #opened(): void {
    this.#connected = true;
    this.#failures = 0;
    this.#inFlight = 0;
    this.#parts.metrics.gauge('shelfwire_sim_devices_connected').inc();
    this.#send();
  }

  #lost(client: MqttClient): void {
    if (client !== this.#client) return;
    if (this.#connected) this.#parts.metrics.gauge('shelfwire_sim_devices_connected').dec();
    this.#connected = false;
    this.#inFlight = 0;
    if (this.#closed) return;
    // Full jitter: a thousand devices do not come back in the same moment.
    const mostMs = Math.min(RECONNECT_MOST_MS, RECONNECT_FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.connect(), Math.random() * mostMs);
  }

  /** Sends what is next in line; the broker answers in order, so the head of the memory is what is in flight. */
  #send(): void {
    const client = this.#client;
    if (!client) return;
    while (this.#connected && this.#inFlight < IN_FLIGHT_MAX) {
      const message = this.#pending[this.#inFlight];
      if (!message) return;
      this.#inFlight += 1;
      if (message.sends > 0) this.#tell('resent', message);
      message.sends += 1;
      client.publish(message.topic, message.payload, { qos: 1 }, (error) => {
        if (!error && client === this.#client) this.#acknowledged(message);
      });
    }
  }

  #acknowledged(message: PendingMessage): void {
    const index = this.#pending.indexOf(message);
    if (index < 0) return;
    this.#pending.splice(index, 1);
    this.#inFlight -= 1;
    this.#tell('acknowledged', message);
    this.#send();
  }

  #tell(what: 'sent' | 'resent' | 'acknowledged' | 'given-up', message: PendingMessage, piecesTrue?: number): void {
    this.#parts.metrics.counter('shelfwire_sim_messages_total').inc({ outcome: what });
    this.#parts.truth.write({
      type: 'message',
      what,
      wallAtMs: Date.now(),
      deviceId: this.#parts.deviceId,
      messageId: message.messageId,
      ...(what === 'sent' ? { topic: message.topic, payload: message.payload } : {}),
      ...(piecesTrue === undefined ? {} : { piecesTrue }),
    });
  }
}
