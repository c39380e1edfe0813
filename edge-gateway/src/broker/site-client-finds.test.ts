import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';

import { appended, call, start } from '../commission/test-api.ts';
import { temporaryFolder, until } from '../test-site.ts';

test.runIf(needs('mosquitto'))(
  "devices on the site's own Mosquitto are found by what they announce and publish, approved in one call, and read",
  async () => {
    await using data = await temporaryFolder();
    const site = await MosquittoServer.start();
    const shelf = await connectAsync(site.url);
    const config = {
      stat_t: 'shelf/sensor/bin/state',
      unit_of_meas: 'kg',
      dev_cla: 'weight',
      uniq_id: 'u1',
      dev: { ids: 'a', name: 'shelf' },
    };
    await shelf.publishAsync('homeassistant/sensor/shelf/bin/config', JSON.stringify(config), { qos: 1, retain: true });
    const gateway = await start(data.folder, [], { siteBroker: { url: site.url, connections: 1 } });
    const found = async (): Promise<unknown[]> => {
      await shelf.publishAsync('shelf/sensor/bin/state', '1.5', { qos: 1 });
      return (await call(gateway, 'GET', 'unclaimed')).body['items'] as unknown[];
    };
    await until('it was heard', async () => (await found()).length > 0);
    const [device] = await found();
    expect(device).toMatchObject({
      name: 'shelf',
      topics: ['shelf/sensor/bin/state'],
      suggestions: [{ model: 'esphome', constants: { units: { bin: 'kg' } } }],
    });
    const sensors = [{ filter: { medianOf: 1, stableForMs: 0 }, calibration: { version: 1 } }];
    const wanted = { deviceId: 'shelf', model: 'esphome', constants: { units: { bin: 'kg' } }, sensors };
    expect(await call(gateway, 'POST', 'unclaimed/shelf/approve', wanted)).toMatchObject({ status: 201 });
    await until('its weight is kept', async () => {
      await shelf.publishAsync('shelf/sensor/bin/state', '1.5', { qos: 1 });
      return (await appended(gateway)) >= 1;
    });
    expect((await call(gateway, 'GET', 'unclaimed')).body['items'], 'it is claimed now').toEqual([]);
    await shelf.endAsync();
    await gateway.close();
    await site.close();
  },
);
