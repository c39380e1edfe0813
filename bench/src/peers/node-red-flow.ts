import { readFileSync } from 'node:fs';

import { NodeRedServer, type FlowNode } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';

import { cpuSecondsOf } from '../cpu-seconds.ts';

const FLOW = new URL('../../src/peers/node-red-flow.json', import.meta.url);
/** Not one of ours: the ingest-service would take those too. */
const TOPIC = 'node-red/bench/bench/readings';
const REPORTS = { written: 'bench/node-red/written', failed: 'bench/node-red/failed' } as const;
const REPORT_TIMEOUT_MS = 120_000;

/**
 * The peer of the ingest bench: a real Node-RED with the flow of `node-red-flow.json`. MQTT in (QoS 1), a function that
 * makes points of a batch, the InfluxDB batch node. The flow acknowledges what it gets on arrival, tells no gateway that
 * anything was stored, and what the database does not take is gone. That it reports each write is the bench's addition:
 * by it the bench knows the end, and does not bury the flow under more than it can hold.
 */
export class NodeRedFlow {
  readonly #server: NodeRedServer;
  readonly #client: MqttClient;
  readonly #counts = { written: 0, failed: 0 };
  #onReport: () => void = () => undefined;

  private constructor(server: NodeRedServer, client: MqttClient) {
    this.#server = server;
    this.#client = client;
  }

  /** @param first is written before this resolves: the flow is then known to listen */
  static async start(
    target: { brokerUrl: string; influxUrl: string; database: string },
    first: Buffer,
  ): Promise<NodeRedFlow> {
    const [broker, influx] = [new URL(target.brokerUrl), new URL(target.influxUrl)];
    const server = await NodeRedServer.start({
      PEER_MQTT_HOST: broker.hostname,
      PEER_MQTT_PORT: broker.port,
      PEER_MQTT_TOPIC: TOPIC,
      PEER_INFLUXDB_HOST: influx.hostname,
      PEER_INFLUXDB_PORT: influx.port,
      PEER_INFLUXDB_DATABASE: target.database,
    });
    const client = await connectAsync(target.brokerUrl);
    const flow = new NodeRedFlow(server, client);
    client.on('message', (topic) => {
      flow.#counts[topic === REPORTS.written ? 'written' : 'failed'] += 1;
      flow.#onReport();
    });
    await client.subscribeAsync(Object.values(REPORTS), { qos: 1 });
    // Retained: the flow gets it when it subscribes, whenever that is.
    await client.publishAsync(TOPIC, first, { qos: 1, retain: true });
    await server.deploy(JSON.parse(readFileSync(FLOW, 'utf8')) as FlowNode[]);
    while (flow.#counts.written === 0) await flow.#nextReport();
    return flow;
  }

  /** @returns seconds from the first batch sent to the last that was written, and how many failed */
  async send(batches: readonly Buffer[], inFlightMax: number): Promise<{ seconds: number; failed: number }> {
    const before = { ...this.#counts };
    const reported = (): number => this.#counts.written + this.#counts.failed - before.written - before.failed;
    const startedAtMs = performance.now();
    for (const [index, batch] of batches.entries()) {
      while (index - reported() >= inFlightMax) await this.#nextReport();
      this.#client.publish(TOPIC, batch, { qos: 1 });
    }
    while (reported() < batches.length) await this.#nextReport();
    return { seconds: (performance.now() - startedAtMs) / 1_000, failed: this.#counts.failed - before.failed };
  }

  cpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.#server.pid ?? 0);
  }

  #nextReport(): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(
        () => reject(new Error(`Node-RED reports nothing more:\n${this.#server.output}`)),
        REPORT_TIMEOUT_MS,
      );
      this.#onReport = () => {
        clearTimeout(giveUp);
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
    await this.#server.close();
  }
}
