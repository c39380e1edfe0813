import { connect, type IClientOptions, type MqttClient } from 'mqtt';

import type { NodeStatus } from './red.ts';
import { channelFilter, parseSiteTopic, type Channel, type SiteTopic } from './topic.ts';

export interface Listener {
  channel: Channel;
  onMessage: (topic: SiteTopic, payload: unknown) => void;
  onStatus: (status: NodeStatus) => void;
}

/** One connection to the central broker for all nodes of a flow that listen to it. */
export class CentralConnection {
  readonly #client: MqttClient;
  readonly #tenantId: string;
  readonly #listeners = new Set<Listener>();
  #status: NodeStatus = { fill: 'yellow', shape: 'ring', text: 'connecting' };

  /** @param onProblem a message that is none of ours; told, and left out */
  constructor(options: { url: string; tenantId: string; mqtt: IClientOptions; onProblem: (text: string) => void }) {
    this.#tenantId = options.tenantId;
    this.#client = connect(options.url, options.mqtt);
    this.#client.on('connect', () => this.#tell({ fill: 'green', shape: 'dot', text: 'connected' }));
    this.#client.on('close', () => this.#tell({ fill: 'red', shape: 'ring', text: 'not connected' }));
    this.#client.on('error', (error) => {
      options.onProblem(`the central broker: ${error.message}`);
    });
    this.#client.on('message', (topicText, bytes) => {
      const topic = parseSiteTopic(topicText);
      const payload = parseJson(bytes);
      if (topic && payload !== undefined) this.#dispatch(topic, payload);
      else options.onProblem(`a message on ${topicText} is not JSON, or none of Shelfwire’s`);
    });
  }

  get status(): NodeStatus {
    return this.#status;
  }

  listen(listener: Listener): void {
    const first = ![...this.#listeners].some(({ channel }) => channel === listener.channel);
    this.#listeners.add(listener);
    listener.onStatus(this.#status);
    if (first) this.#subscribe(listener.channel);
  }

  #subscribe(channel: Channel): void {
    const filter = channelFilter(this.#tenantId, channel);
    // The client subscribes again by itself after each reconnect.
    this.#client.subscribe(filter, { qos: 1 }, (error, granted) => {
      if (error || granted?.some(({ qos }) => qos > 2)) {
        this.#tell({ fill: 'red', shape: 'dot', text: `${channel}: the broker refuses` });
      }
    });
  }

  forget(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  #dispatch(topic: SiteTopic, payload: unknown): void {
    for (const { channel, onMessage } of this.#listeners) if (channel === topic.channel) onMessage(topic, payload);
  }

  #tell(status: NodeStatus): void {
    this.#status = status;
    for (const { onStatus } of this.#listeners) onStatus(status);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
