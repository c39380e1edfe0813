import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, ServerProcess } from '@shelfwire/test-servers';
import { connect, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';

import { readingsIn } from './outbox/test-outbox.ts';
import { measuring, sensorSettings, SITE, temporaryFolder } from './test-site.ts';

/** `SHELFWIRE_KILL_TEST_SECONDS=600 SHELFWIRE_KILL_TEST_DEVICES=500` is the long form. */
const SECONDS = Number(process.env['SHELFWIRE_KILL_TEST_SECONDS'] ?? 6);
const DEVICES = Number(process.env['SHELFWIRE_KILL_TEST_DEVICES'] ?? 60);
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Publishes 1, 2, 3 … with QoS 1, each again until it is acknowledged, whatever becomes of the connection. */
class PatientSensor {
  acknowledged = 0;
  readonly #client: MqttClient;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(deviceId: string, port: number) {
    this.#client = connect(`mqtt://127.0.0.1:${port}`, {
      username: deviceId,
      password: `secret of ${deviceId}`,
      clientId: deviceId,
      reconnectPeriod: 100,
    });
    this.#client.on('error', () => undefined);
    this.#running = this.#run(deviceId);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#client.end(true);
    await this.#running;
  }

  async #run(deviceId: string): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#client.once('end', () => resolve()));
    while (!this.#stopped) {
      const { topic, payload } = measuring(deviceId, this.acknowledged + 1);
      const acknowledged = this.#client.publishAsync(topic, payload, { qos: 1 }).then(
        () => true,
        () => false,
      );
      if (await Promise.race([acknowledged, stopped.then(() => false)])) this.acknowledged += 1;
    }
  }
}

async function stored(folder: string): Promise<Map<string, number[]>> {
  const perDevice = new Map<string, number[]>();
  for (const reading of await readingsIn(join(folder, 'outbox'))) {
    if (reading.kind !== 'level') continue;
    const distances = perDevice.get(reading.deviceId) ?? [];
    distances.push(reading.distanceMm ?? Number.NaN);
    perDevice.set(reading.deviceId, distances);
  }
  return perDevice;
}

test(
  `what was acknowledged is stored, in order, however often the gateway is killed (${DEVICES} devices, ${SECONDS} s)`,
  async () => {
    await using data = await temporaryFolder();
    const port = await freePort();
    const httpPort = await freePort();
    const deviceIds = Array.from({ length: DEVICES }, (_, index) => `level-${index}`);
    const config = { ...SITE, gatewayId: 'gw-1', devices: deviceIds.map((deviceId) => sensorSettings(deviceId)) };
    await writeFile(join(data.folder, 'gateway.yaml'), JSON.stringify(config));
    const start = async (): Promise<ServerProcess> => {
      const gateway = new ServerProcess(process.execPath, [MAIN], {
        env: {
          SHELFWIRE_GATEWAY_CONFIG: join(data.folder, 'gateway.yaml'),
          SHELFWIRE_DATA_DIR: data.folder,
          SHELFWIRE_MQTT_PORT: String(port),
          SHELFWIRE_HTTP_PORT: String(httpPort),
          SHELFWIRE_UPLINK_URL: 'mqtt://127.0.0.1:1',
          SHELFWIRE_FREE_DISK_BYTES_MIN: '0',
        },
      });
      await gateway.ready(async () => (await fetch(`http://127.0.0.1:${httpPort}/healthz`)).ok);
      return gateway;
    };
    let gateway = await start();
    const sensors = deviceIds.map((deviceId) => new PatientSensor(deviceId, port));
    const endsAtMs = Date.now() + SECONDS * 1_000;
    let kills = 0;
    const acknowledged = (): number => sensors.reduce((sum, sensor) => sum + sensor.acknowledged, 0);
    while (Date.now() < endsAtMs || acknowledged() <= DEVICES * 10) {
      await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 800));
      await gateway.stop('SIGKILL');
      kills += 1;
      gateway = await start();
    }
    await gateway.stop('SIGKILL');
    await Promise.all(sensors.map((sensor) => sensor.stop()));

    const kept = await stored(data.folder);
    const result = { kills, matched: 0, missing: 0, duplicate: 0, misordered: 0 };
    for (const [index, deviceId] of deviceIds.entries()) {
      const distances = kept.get(deviceId) ?? [];
      const distinct = new Set(distances);
      for (let wanted = 1; wanted <= (sensors[index]?.acknowledged ?? 0); wanted += 1) {
        if (distinct.has(wanted)) result.matched += 1;
        else result.missing += 1;
      }
      result.duplicate += distances.length - distinct.size;
      result.misordered += distances.filter((distance, at) => distance < (distances[at - 1] ?? 0)).length;
    }
    process.stdout.write(`kill -9: ${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ missing: 0, misordered: 0 });
    expect(result.matched).toBeGreaterThan(DEVICES * 10);
    expect(result.duplicate).toBeLessThanOrEqual(kills * DEVICES);
  },
  (SECONDS + 60) * 1_000,
);
