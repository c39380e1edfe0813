import { confirmationSchema, type Confirmation } from '@shelfwire/contract';
import { connect, type MqttClient } from 'mqtt';

import { ingestError } from '../errors.ts';
import type { BrokerAddress } from './consumer.ts';
import { endClient } from './end-client.ts';

export interface ConfirmationPublisherOptions {
  broker: BrokerAddress;
  clientId: string;
  /** How long the broker may take to acknowledge a confirmation. */
  publishTimeoutMs: number;
  onConnection: (connected: boolean) => void;
}

const UNACKNOWLEDGED_MAX = 256;

/** Tells gateways what is stored, on a connection of its own (a consuming one sees no PUBACK while it handles). */
export class ConfirmationPublisher {
  readonly #client: MqttClient;
  readonly #publishTimeoutMs: number;
  #unacknowledged = 0;

  constructor(options: ConfirmationPublisherOptions) {
    this.#publishTimeoutMs = options.publishTimeoutMs;
    this.#client = connect(options.broker.url, {
      clientId: options.clientId,
      ...(options.broker.username === undefined ? {} : { username: options.broker.username }),
      ...(options.broker.password === undefined ? {} : { password: options.broker.password }),
      clean: true,
      keepalive: 30,
    });
    this.#client.on('connect', () => options.onConnection(true));
    this.#client.on('close', () => options.onConnection(false));
    this.#client.on('error', () => undefined); // 'close' follows, and MQTT.js connects again
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /**
   * Hands the confirmation to the connection and does not wait for its PUBACK, which would cost each batch a round trip:
   * one that gets lost only makes its gateway send again. With too many unacknowledged it waits; without a connection
   * it rejects at once rather than queue.
   */
  async publish(topic: string, confirmation: Confirmation): Promise<void> {
    if (!this.#client.connected) throw unconfirmed('no connection to the broker');
    const payload = JSON.stringify(confirmationSchema.parse(confirmation));
    const acknowledged = this.#client.publishAsync(topic, payload, { qos: 1 });
    this.#unacknowledged++;
    const settled = acknowledged.then(
      () => this.#settle(),
      () => this.#settle(),
    );
    if (this.#unacknowledged > UNACKNOWLEDGED_MAX) await withTimeout(settled, this.#publishTimeoutMs);
  }

  #settle(): void {
    this.#unacknowledged--;
  }

  async close(): Promise<void> {
    await endClient(this.#client);
  }
}

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unconfirmed('the broker does not acknowledge')), timeoutMs);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function unconfirmed(why: string): Error {
  return ingestError('CONFIRMATION_NOT_SENT', `the confirmation could not be published: ${why}`, { retryable: true });
}
