import { readFileSync } from 'node:fs';

import { connect, type IPublishPacket, type MqttClient } from 'mqtt';

import { nodeOf, type CentralBroker } from './central-broker.ts';

const ON_THE_WAY_MAX = 100;
const ANSWER_MS_MAX = 15_000;
/** Nothing came for so long: nothing more will. */
const QUIET_MS = 4_000;

export interface Heard {
  topic: string;
  text: string;
  bytes: number;
  retained: boolean;
}

/** A client as the services' own: MQTT 3.1.1, QoS 1, acknowledging when it wants to, nothing carried over to the next. */
export class TrialClient {
  readonly heard: Heard[] = [];
  readonly #client: MqttClient;
  #held: (() => void) | undefined;
  #holds: boolean;

  private constructor(client: MqttClient, holds: boolean) {
    this.#client = client;
    this.#holds = holds;
    client.on('error', () => undefined); // what is waited for rejects
    client.handleMessage = (packet, acknowledge) => this.#take(packet, acknowledge);
  }

  /** @param options `node`: which of the broker's; `holds`: takes the first message and acknowledges none */
  static async connect(
    broker: CentralBroker,
    clientId: string,
    options: { node?: number; clean?: boolean; holds?: boolean; will?: { topic: string; text: string } } = {},
  ): Promise<TrialClient> {
    const { node = 0, clean = true, holds = false, will } = options;
    const client = connect(nodeOf(broker, node), {
      ...broker.login,
      ...(broker.caFile === undefined ? {} : { ca: readFileSync(broker.caFile) }),
      ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.text), qos: 1, retain: true } } : {}),
      clientId,
      clean,
      protocolVersion: 4,
      reconnectPeriod: 0,
      resubscribe: false,
    });
    client.setMaxListeners(0);
    const trial = new TrialClient(client, holds);
    try {
      await inTime(`a connection to ${nodeOf(broker, node)}`, connected(client));
    } catch (error) {
      client.end(true);
      throw error;
    }
    return trial;
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  async subscribe(filter: string): Promise<void> {
    const [grant] = await inTime(`the subscription to ${filter}`, this.#client.subscribeAsync(filter, { qos: 1 }));
    if (!grant || grant.qos > 2) throw new Error(`the broker refuses the subscription to ${filter}`);
  }

  async publish(topic: string, text: string, retain = false): Promise<void> {
    await inTime('the acknowledgement of a publish', this.#client.publishAsync(topic, text, { qos: 1, retain }));
  }

  /** `1`, `2`, … as messages of their own. */
  async publishNumbers(topic: string, count: number, atOnce = ON_THE_WAY_MAX): Promise<void> {
    for (let done = 0; done < count; done += atOnce) {
      const size = Math.min(atOnce, count - done);
      await Promise.all(Array.from({ length: size }, (_, index) => this.publish(topic, String(done + index + 1))));
    }
  }

  get numbers(): number[] {
    return this.heard.map(({ text }) => Number(text));
  }

  /** From here on acknowledges everything, first what it holds. */
  release(): void {
    this.#holds = false;
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  /** As if the process was killed: no goodbye. */
  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
    this.#client.stream.destroy();
    await closed;
    this.#client.end(true);
  }

  async close(): Promise<void> {
    if (!this.connected) {
      this.#client.end(true);
      return;
    }
    this.release();
    await this.#client.endAsync();
  }

  #take(packet: IPublishPacket, acknowledge: () => void): void {
    const { topic, payload, retain } = packet;
    this.heard.push({ topic, text: payload.toString().slice(0, 100), bytes: payload.length, retained: retain });
    if (this.#holds) this.#held = acknowledge;
    else acknowledge();
  }
}

/** Waits until all of them together have heard so many, or nothing comes any more. @returns how many they have */
export async function hears(clients: readonly TrialClient[], count: number): Promise<number> {
  const total = (): number => clients.reduce((sum, { heard }) => sum + heard.length, 0);
  let [before, sinceMs] = [total(), Date.now()];
  while (before < count && Date.now() - sinceMs < QUIET_MS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = total();
    if (now === before) continue;
    before = now;
    sinceMs = Date.now();
  }
  return before;
}

function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
}

async function inTime<Value>(what: string, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
