import { connect, type MqttClient } from 'mqtt';

import type { SentMessage } from './comparison.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * A device that counts: each message is a weight one gram above the last, so that each can be found again. It sends one
 * at a time, waits for PUBACK, and after a broken connection sends the same message again, as real devices do.
 */
export class Probe {
  readonly deviceId: string;
  readonly sent: SentMessage[] = [];
  readonly #url: string;
  readonly #password: string;
  #running = true;
  #client: MqttClient | undefined;

  constructor(options: { deviceId: string; url: string; password: string }) {
    this.deviceId = options.deviceId;
    this.#url = options.url;
    this.#password = options.password;
  }

  /** Sends until `stop`, one message each `intervalMs`. Resolves when the last one is acknowledged. */
  async run(intervalMs: number): Promise<void> {
    while (this.#running) {
      const message = { value: this.sent.length + 1, sends: 0, acknowledged: false };
      this.sent.push(message);
      while (!message.acknowledged) await this.#send(message);
      await pause(intervalMs);
    }
    await this.#client?.endAsync(true);
  }

  stop(): void {
    this.#running = false;
  }

  async #send(message: SentMessage): Promise<void> {
    try {
      this.#client ??= await this.#connect();
      message.sends += 1;
      await settled(this.#client, this.#publish(this.#client, message.value));
      message.acknowledged = true;
    } catch {
      // A killed gateway: a new connection, and the same message again.
      this.#client?.end(true);
      this.#client = undefined;
      await pause(100);
    }
  }

  async #connect(): Promise<MqttClient> {
    const client = connect(this.#url, {
      clientId: this.deviceId,
      username: this.deviceId,
      password: this.#password,
      reconnectPeriod: 0,
      connectTimeout: 3_000,
    });
    client.setMaxListeners(0);
    client.on('error', () => undefined);
    try {
      await settled(client, new Promise((resolve) => client.once('connect', resolve)));
    } catch (error) {
      client.end(true);
      throw error;
    }
    return client;
  }

  async #publish(client: MqttClient, grams: number): Promise<void> {
    if (!client.connected) throw new Error('the connection closed before');
    await client.publishAsync(`${this.deviceId}/sensor/weight/state`, String(grams), { qos: 1 });
  }
}

/** Waits for `work`, but no longer than the connection lives: MQTT.js itself waits for ever where it may not reconnect. */
async function settled(client: MqttClient, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    const fail = (): void => {
      reject(new Error('the connection closed or hangs'));
    };
    client.once('close', fail);
    timer = setTimeout(fail, ANSWER_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, broken]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
