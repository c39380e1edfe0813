import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';

import { measuring, sensorSettings, startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';

describe.runIf(needs('mosquitto'))("as a client of the site's own Mosquitto", () => {
  test('brings what devices publish there to the centre, and misses nothing of the time it was away', async () => {
    await using data = await temporaryFolder();
    const site = await MosquittoServer.start();
    const central = await MosquittoServer.start();
    const centre = await TestCentre.connect(central.url);
    const deviceIds = ['level-1', 'level-2', 'level-3'];
    const options = {
      folder: data.folder,
      uplinkUrl: central.url,
      siteBroker: { url: site.url, connections: 2 },
      devices: deviceIds.map((deviceId) => {
        const { login: _login, ...settings } = sensorSettings(deviceId);
        return settings;
      }),
    };
    const gateway = await startTestGateway(options);
    await until('it is ready', async () => (await fetch(`http://127.0.0.1:${gateway.httpPort}/readyz`)).ok);
    const devices = await connectAsync(site.url);
    const publishAll = async (from: number, to: number): Promise<void> => {
      for (let distanceMm = from; distanceMm <= to; distanceMm += 1) {
        for (const deviceId of deviceIds) {
          const { topic, payload } = measuring(deviceId, distanceMm);
          await devices.publishAsync(topic, payload, { qos: 1 });
        }
      }
    };
    await publishAll(1, 20);
    await until('the first are at the centre', () => centre.readings.size === 60);
    await gateway.close();
    await publishAll(21, 40); // Mosquitto holds them in the gateway's session
    const again = await startTestGateway(options);
    await until('the rest is at the centre', () => centre.readings.size === 120);
    for (const deviceId of deviceIds) {
      const distances = [...centre.readings.values()].flatMap((reading) =>
        reading.kind === 'level' && reading.deviceId === deviceId ? [reading.distanceMm] : [],
      );
      expect(distances).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
    await again.close();
    await devices.endAsync();
    await centre.close();
    await Promise.all([site.close(), central.close()]);
  });

  test('does not acknowledge to the broker what the disk has refused, and takes it when there is room', async () => {
    await using data = await temporaryFolder();
    const site = await MosquittoServer.start();
    const { login: _login, ...settings } = sensorSettings('level-1');
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: 'mqtt://127.0.0.1:1',
      siteBroker: { url: site.url, connections: 1 },
      devices: [settings],
      env: { SHELFWIRE_FREE_DISK_BYTES_MIN: '1000000000000000' },
    });
    await until('it is ready', async () => (await fetch(`http://127.0.0.1:${gateway.httpPort}/readyz`)).ok);
    const device = await connectAsync(site.url);
    const { topic, payload } = measuring('level-1', 5);
    await device.publishAsync(topic, payload, { qos: 1 });
    await until('it was refused', async () =>
      (await metrics(gateway.httpPort)).includes('frames_refused_total{reason="outbox-full"}'),
    );
    await gateway.close();
    const { login: _again, ...same } = sensorSettings('level-1');
    const roomy = await startTestGateway({
      folder: data.folder,
      uplinkUrl: 'mqtt://127.0.0.1:1',
      siteBroker: { url: site.url, connections: 1 },
      devices: [same],
    });
    await until('it came again and is kept', async () =>
      (await metrics(roomy.httpPort)).includes('readings_appended_total{kind="level"} 1'),
    );
    await roomy.close();
    await device.endAsync();
    await site.close();
  });
});

async function metrics(httpPort: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
}
