import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  formatTopic,
  readingBatchSchema,
  type Confirmation,
  type Consumer,
  type Reading,
  type ReadingBatch,
} from '@shelfwire/contract';
import { createLogger } from '@shelfwire/contract/service';
import { connectAsync, type MqttClient } from 'mqtt';

import { readEnv, type GatewayEnv } from './config.ts';
import { checkGatewayFile } from './gateway-file.ts';
import { startGateway, type RunningGateway } from './gateway.ts';

/** For tests: a gateway in this process with a data folder of its own, and a stand-in for the consumers at the centre. */

export const SITE = { tenantId: 'demo', siteId: 'plant-1' } as const;

const running = new Set<{ folder: string; close(): Promise<void> }>();

/** Also ends what a failed test left running on it: a gateway whose disk vanishes ends the process, and all other tests. */
export async function temporaryFolder(): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-gateway-'));
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      for (const gateway of running) if (gateway.folder === folder) await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function startTestGateway(options: {
  folder: string;
  uplinkUrl: string;
  devices: readonly unknown[];
  env?: Record<string, string>;
  siteBroker?: Record<string, unknown>;
  log?: { level: string; destination: { write(line: string): void } };
}): Promise<RunningGateway> {
  const env: GatewayEnv = readEnv({
    SHELFWIRE_GATEWAY_CONFIG: join(options.folder, 'gateway.yaml'),
    SHELFWIRE_DATA_DIR: options.folder,
    SHELFWIRE_UPLINK_URL: options.uplinkUrl,
    SHELFWIRE_MQTT_PORT: '0',
    SHELFWIRE_MQTT_TLS_PORT: '0',
    SHELFWIRE_HTTP_PORT: '0',
    SHELFWIRE_RESEND_AFTER_MS: '1000',
    SHELFWIRE_FREE_DISK_BYTES_MIN: '0',
    ...options.env,
  });
  const { devices, siteBroker } = options;
  const file = checkGatewayFile({ ...SITE, gatewayId: 'gw-1', devices, ...(siteBroker ? { siteBroker } : {}) }, 'test');
  const gateway = await startGateway(env, file, createLogger('edge-gateway', options.log ?? { level: 'silent' }));
  const entry = {
    folder: options.folder,
    close: (): Promise<void> => {
      running.delete(entry);
      return gateway.close();
    },
  };
  running.add(entry);
  return { ...gateway, close: entry.close };
}

/** A Tasmota distance sensor: each of its distances makes one reading, and nothing else does. */
export function sensorSettings(deviceId: string, password = `secret of ${deviceId}`): Record<string, unknown> {
  return {
    deviceId,
    model: 'tasmota',
    topics: [`tele/${deviceId}/SENSOR`],
    login: { username: deviceId, password },
    sensors: [{ filter: { medianOf: 1 }, report: { onChangeMm: 0, heartbeatMs: 0 }, staleAfterMs: 3_600_000 }],
  };
}

export function connectSensor(gateway: RunningGateway, deviceId: string): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
    username: deviceId,
    password: `secret of ${deviceId}`,
    clientId: deviceId,
    reconnectPeriod: 0,
  });
}

export function measuring(deviceId: string, distanceMm: number): { topic: string; payload: string } {
  return {
    topic: `tele/${deviceId}/SENSOR`,
    payload: JSON.stringify({ Time: '2026-01-01T00:00:00', VL53L0X: { Distance: distanceMm } }),
  };
}

/** Waits for a condition of the real world (a broker, a disk) that gives no event to wait for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > endsAtMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Reads every batch of the site; confirms for the consumers it is told to. */
export class TestCentre {
  readonly batches: ReadingBatch[] = [];
  /** Identity → reading, so that repeats count once. */
  readonly readings = new Map<string, Reading>();
  repeats = 0;
  confirmFor: Consumer[] = ['ingest', 'reorder'];
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload) => {
      if (topic === formatTopic({ channel: 'readings', ...SITE })) this.#take(payload);
    });
  }

  static async connect(url: string): Promise<TestCentre> {
    const client = await connectAsync(url, { clientId: `centre-${randomUUID()}`, reconnectPeriod: 50 });
    const centre = new TestCentre(client);
    await client.subscribeAsync(formatTopic({ channel: 'readings', ...SITE }), { qos: 1 });
    return centre;
  }

  distances(): number[] {
    return [...this.readings.values()].flatMap((reading) =>
      reading.kind === 'level' && reading.distanceMm !== undefined ? [reading.distanceMm] : [],
    );
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  #take(payload: Buffer): void {
    const batch = readingBatchSchema.parse(JSON.parse(payload.toString()));
    this.batches.push(batch);
    for (const [index, reading] of batch.readings.entries()) {
      const identity = `${batch.outboxId}/${batch.firstSequence + index}`;
      if (this.readings.has(identity)) this.repeats += 1;
      else this.readings.set(identity, reading);
    }
    const range: [number, number] = [batch.firstSequence, batch.firstSequence + batch.readings.length - 1];
    const confirmation: Confirmation = { outboxId: batch.outboxId, ranges: [range] };
    for (const consumer of this.confirmFor) {
      const topic = formatTopic({ channel: 'confirmations', consumer, ...SITE });
      this.client.publish(topic, JSON.stringify(confirmation), { qos: 1 });
    }
  }
}
