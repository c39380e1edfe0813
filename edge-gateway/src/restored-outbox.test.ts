import { cp } from 'node:fs/promises';
import { join } from 'node:path';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  connectSensor,
  measuring,
  sensorSettings,
  startTestGateway,
  temporaryFolder,
  TestCentre,
  until,
} from './test-site.ts';

describe.runIf(needs('mosquitto'))('a copy of an outbox', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('is emptied by a gateway without devices: every reading arrives under its own identity, none is added', async () => {
    await using data = await temporaryFolder();
    await using copy = await temporaryFolder();
    const devices = [sensorSettings('level-01')];
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: 'mqtt://127.0.0.1:1', devices });
    const sensor = await connectSensor(gateway, 'level-01');
    const distances = Array.from({ length: 30 }, (_, index) => 100 + index * 10);
    for (const distanceMm of distances) {
      const { topic, payload } = measuring('level-01', distanceMm);
      await sensor.publishAsync(topic, payload, { qos: 1 });
    }
    // As from a disk that was saved: the gateway still runs, nothing of it was closed.
    await cp(join(data.folder, 'outbox'), join(copy.folder, 'outbox'), { recursive: true });
    await sensor.endAsync();
    await gateway.close();

    const centre = await TestCentre.connect(central.url);
    const emptying = await startTestGateway({ folder: copy.folder, uplinkUrl: central.url, devices: [] });
    await until('every reading of the copy is at the centre', () => centre.readings.size >= distances.length);
    await until('the copy is empty', async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${emptying.httpPort}/metrics`)).text();
      return /^shelfwire_gateway_outbox_queued_readings 0$/m.test(metrics);
    });
    expect(centre.distances()).toEqual(distances);
    expect(centre.readings.size).toBe(distances.length);
    await emptying.close();
    await centre.close();
  });
});
