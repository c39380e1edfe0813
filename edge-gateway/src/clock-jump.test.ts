import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterEach, describe, expect, test, vi } from 'vitest';

import {
  connectSensor,
  measuring,
  sensorSettings,
  startTestGateway,
  temporaryFolder,
  TestCentre,
  until,
} from './test-site.ts';

const HOUR_MS = 3_600_000;

describe.runIf(needs('mosquitto'))("when the gateway's clock jumps", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('no reading is lost, misordered, repeated or taken for history', async () => {
    await using data = await temporaryFolder();
    const central = await MosquittoServer.start();
    const centre = await TestCentre.connect(central.url);
    const options = { folder: data.folder, uplinkUrl: central.url, devices: [sensorSettings('level-1')] };
    let gateway = await startTestGateway(options);
    let sensor = await connectSensor(gateway, 'level-1');
    const realMs = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    let distanceMm = 0;
    const measureTen = async (wallMs: number): Promise<void> => {
      vi.setSystemTime(wallMs);
      for (let times = 0; times < 10; times += 1) {
        distanceMm += 1;
        const { topic, payload } = measuring('level-1', distanceMm);
        await sensor.publishAsync(topic, payload, { qos: 1 });
      }
    };
    // An NTP step, corrections of an hour in both directions, and a board that comes up in 1970.
    for (const wallMs of [realMs, realMs + 250, realMs + HOUR_MS, realMs - HOUR_MS, realMs]) await measureTen(wallMs);
    await sensor.endAsync();
    await gateway.close();
    vi.setSystemTime(5_000);
    gateway = await startTestGateway(options);
    sensor = await connectSensor(gateway, 'level-1');
    await measureTen(6_000);
    await measureTen(realMs + 1_000);
    vi.useRealTimers();

    await until('all is at the centre', () => centre.readings.size === distanceMm);
    expect(centre.distances()).toEqual(Array.from({ length: distanceMm }, (_, index) => index + 1));
    expect([...centre.readings.values()].filter(({ historical }) => historical)).toEqual([]);
    const times = [...centre.readings.values()].map(({ receivedAtMs }) => receivedAtMs);
    expect(Math.min(...times), 'a reading of the board in 1970 counts on from the last one').toBeGreaterThan(
      realMs - 2 * HOUR_MS,
    );
    await sensor.endAsync();
    await gateway.close();
    await centre.close();
    await central.close();
  });
});
