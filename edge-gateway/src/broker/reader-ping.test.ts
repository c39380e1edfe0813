import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';

describe.runIf(needs('mosquitto'))('a reader that has nothing to tell', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('but pings, is believed that the last tag left', async () => {
    await using data = await temporaryFolder();
    const centre = await TestCentre.connect(central.url);
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: central.url,
      devices: [
        {
          deviceId: 'reader-1',
          model: 'impinj-r700',
          topics: ['impinj/reader-1'],
          login: { username: 'reader-1', password: 'secret of reader-1' },
          sensors: [{ tags: { leftAfterMs: 2_500, epochMs: 50 } }],
        },
      ],
    });
    const reader = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
      username: 'reader-1',
      password: 'secret of reader-1',
      keepalive: 1,
    });
    const event = {
      timestamp: new Date().toISOString(),
      eventType: 'tagInventory',
      tagInventoryEvent: { epc: 'MBhG-_8gQADerb7v', antennaPort: 1 },
    };
    await reader.publishAsync('impinj/reader-1', JSON.stringify(event), { qos: 1 });
    const told = (): string[] =>
      [...centre.readings.values()].flatMap((one) => (one.kind === 'tag' ? [`${one.presence} ${one.quality}`] : []));
    await until('the tag has left', () => told().length >= 2);
    // Without the pings it would be told too, but in doubt, since then the reader itself might be gone.
    expect(told()).toEqual(['arrived good', 'left good']);
    await reader.endAsync();
    await gateway.close();
    await centre.close();
  });
});
