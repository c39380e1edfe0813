import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { formatTopic, gatewayStatusSchema } from '@shelfwire/contract';
import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  connectSensor,
  sensorSettings,
  SITE,
  startTestGateway,
  temporaryFolder,
  TestCentre,
  until,
  measuring,
} from './test-site.ts';

describe.runIf(needs('mosquitto'))('the gateway between its devices and the centre', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('brings each distance to the centre once, in order, and forgets it when all have confirmed it', async () => {
    await using data = await temporaryFolder();
    const centre = await TestCentre.connect(central.url);
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: central.url,
      devices: [sensorSettings('level-01')],
    });
    const sensor = await connectSensor(gateway, 'level-01');
    const distances = Array.from({ length: 50 }, (_, index) => 1_000 + index * 10);
    for (const distanceMm of distances) {
      const { topic, payload } = measuring('level-01', distanceMm);
      await sensor.publishAsync(topic, payload, { qos: 1 });
    }
    await until('all readings are at the centre', () => centre.readings.size >= distances.length);
    expect(centre.distances()).toEqual(distances);
    expect(centre.repeats).toBe(0);
    await until('the queue is empty', async () => (await metric(gateway.httpPort, 'outbox_queued_readings')) === 0);
    await sensor.endAsync();
    await gateway.close();
    await centre.close();
  });

  test('keeps what was acknowledged while the centre is away, even if the broker loses its disk', async () => {
    await using data = await temporaryFolder();
    const centre = await TestCentre.connect(central.url);
    centre.confirmFor = [];
    const devices = [sensorSettings('level-02')];
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices });
    const sensor = await connectSensor(gateway, 'level-02');
    for (let distanceMm = 10; distanceMm <= 100; distanceMm += 10) {
      const { topic, payload } = measuring('level-02', distanceMm);
      await sensor.publishAsync(topic, payload, { qos: 1 });
    }
    await until('they arrived once, unconfirmed', () => centre.readings.size === 10);
    await sensor.endAsync();
    await gateway.close();
    await central.wipe();
    centre.confirmFor = ['ingest'];
    const again = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices });
    await until('one consumer has confirmed, they are sent again for the other', () => centre.repeats >= 20, 30_000);
    expect(await metric(again.httpPort, 'outbox_queued_readings')).toBe(10);
    centre.confirmFor = ['ingest', 'reorder'];
    await until('all is confirmed', async () => (await metric(again.httpPort, 'outbox_queued_readings')) === 0, 30_000);
    expect(centre.distances()).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    await again.close();
    await centre.close();
  });

  test('says online while it runs, offline when it stops, and applies the configuration the centre retains', async () => {
    await using data = await temporaryFolder();
    const statusTopic = formatTopic({ channel: 'status', gatewayId: 'gw-1', ...SITE });
    const watcher = await connectAsync(central.url);
    const states: unknown[] = [];
    watcher.on('message', (_topic, payload) => states.push(gatewayStatusSchema.parse(JSON.parse(payload.toString()))));
    await watcher.subscribeAsync(statusTopic, { qos: 1 });
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices: [] });
    await until('it says online', () => states.some((state) => (state as { online: boolean }).online));
    const config = (version: number, model: string): string =>
      JSON.stringify({
        schema: 'config/1',
        gatewayId: 'gw-1',
        version,
        gateway: { devices: [{ ...sensorSettings('level-03'), model }] },
      });
    const configTopic = formatTopic({ channel: 'config', ...SITE });
    await watcher.publishAsync(configTopic, config(7, 'tasmota'), { qos: 1, retain: true });
    await until('version 7 is applied', () => states.some((state) => appliedVersion(state) === 7));
    const sensor = await connectSensor(gateway, 'level-03');
    await watcher.publishAsync(configTopic, config(8, 'no-such-decoder'), { qos: 1, retain: true });
    const { topic, payload } = measuring('level-03', 500);
    await sensor.publishAsync(topic, payload, { qos: 1 });
    expect(states.some((state) => appliedVersion(state) === 8)).toBe(false);
    await sensor.endAsync();
    await watcher.publishAsync(configTopic, '', { qos: 1, retain: true });
    await gateway.close();
    await until('it says offline', () => !(states.at(-1) as { online: boolean }).online);
    await watcher.endAsync();
  });

  test('a change of gateway.yaml applies without a restart, only the difference, and its version is on the status', async () => {
    await using data = await temporaryFolder();
    const path = join(data.folder, 'gateway.yaml');
    const write = (version: number, devices: unknown[]): Promise<void> =>
      writeFile(path, JSON.stringify({ ...SITE, gatewayId: 'gw-1', version, devices }), { mode: 0o600 });
    const watcher = await connectAsync(central.url);
    const states: unknown[] = [];
    watcher.on('message', (_topic, payload) => states.push(gatewayStatusSchema.parse(JSON.parse(payload.toString()))));
    await watcher.subscribeAsync(formatTopic({ channel: 'status', gatewayId: 'gw-1', ...SITE }), { qos: 1 });
    const [kept, removed, added] = ['level-05', 'level-06', 'level-07'].map((id) => sensorSettings(id));
    await write(1, [kept, removed]);
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices: [kept, removed] });
    const sensor = await connectSensor(gateway, 'level-05');
    const gone = await connectSensor(gateway, 'level-06');
    let [cutOff, keptCutOff] = [false, false];
    gone.on('close', () => (cutOff = true));
    sensor.on('close', () => (keptCutOff = true));
    await write(2, [kept, added]);
    await until('version 2 is applied', () => states.some((state) => appliedVersion(state) === 2));
    expect(states.at(-1)).toMatchObject({ appliedConfigSource: 'file' });
    await until('the removed device is cut off', () => cutOff);
    await (await connectSensor(gateway, 'level-07')).endAsync();

    await write(3, [kept, { ...added, model: 'no-such-decoder' }]);
    const refused = async (): Promise<boolean> => (await metric(gateway.httpPort, 'config_refused_total')) > 0;
    await until('version 3 is refused', refused);
    const { topic, payload } = measuring('level-05', 1);
    await sensor.publishAsync(topic, payload, { qos: 1 });
    await (await connectSensor(gateway, 'level-07')).endAsync();
    expect(
      states.some((state) => appliedVersion(state) === 3),
      'the last good one stays',
    ).toBe(false);
    expect(keptCutOff, 'a device that did not change keeps its connection').toBe(false);
    await sensor.endAsync();
    await gateway.close();
    await watcher.endAsync();
  });

  test('sets aside what no reading can be made of, with the reason, and acknowledges it', async () => {
    await using data = await temporaryFolder();
    const devices = [sensorSettings('level-04')];
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices });
    const sensor = await connectSensor(gateway, 'level-04');
    await sensor.publishAsync('tele/level-04/SENSOR', '{"VL53L0X":{"Dis', { qos: 1 });
    const lines = (await readFile(join(data.folder, 'quarantine', 'quarantine.ndjson'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { deviceId: 'level-04', reason: 'truncated', payload: Buffer.from('{"VL53L0X":{"Dis').toString('base64') },
    ]);
    await sensor.endAsync();
    await gateway.close();
  });
});

function appliedVersion(state: unknown): number | undefined {
  return (state as { appliedConfigVersion?: number }).appliedConfigVersion;
}

describe('the counters of the gateway', () => {
  test('add up: every frame and every reading is accounted for', async () => {
    await using data = await temporaryFolder();
    const options = { folder: data.folder, uplinkUrl: 'mqtt://127.0.0.1:1', devices: [sensorSettings('level-1')] };
    const gateway = await startTestGateway(options);
    const sensor = await connectSensor(gateway, 'level-1');
    for (const distanceMm of [1, 2, 2, 3]) {
      const { topic, payload } = measuring('level-1', distanceMm);
      await sensor.publishAsync(topic, payload, { qos: 1 });
    }
    await sensor.publishAsync('tele/level-1/SENSOR', 'garbage', { qos: 1 });
    await sensor.publishAsync('tele/level-1/STATE', '{}', { qos: 1 });
    await sensor.endAsync();
    await until('the gauges are fresh', async () => (await metric(gateway.httpPort, 'outbox_queued_readings')) > 0);
    const total = (name: string): Promise<number> => metric(gateway.httpPort, name);
    const [frames, quarantined, samples] = [
      await total('frames_received_total'),
      await total('frames_quarantined_total'),
      await total('samples_total'),
    ];
    expect({ frames, quarantined, refused: await total('frames_refused_total') }).toEqual({
      frames: 5,
      quarantined: 1,
      refused: 1,
    });
    expect(samples).toBe(frames - quarantined);
    expect(await total('readings_appended_total')).toBe(samples - (await total('samples_without_reading_total')));
    expect(await total('readings_appended_total')).toBe(await total('outbox_queued_readings'));
    await gateway.close();
  });
});

/** The sum of a metric over its labels. */
async function metric(httpPort: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^shelfwire_gateway_(\w+)/.exec(line)?.[1] === name);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
