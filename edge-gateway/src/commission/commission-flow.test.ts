import { needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { plugIn, scaleAt } from '../streams/test-cable.ts';
import { temporaryFolder, until } from '../test-site.ts';
import { appended, call, signIn, start } from './test-api.ts';

/** From the box to a reading that can be trusted, in the calls that a person makes. */

const DL_DWS_UPLINK = JSON.stringify({
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
  time: '2026-03-04T05:06:07Z',
  deviceInfo: { devEui: '0101010101010101' },
  fPort: 1,
  data: Buffer.from('0203d400033bf67fff3bf60c60', 'hex').toString('base64'),
});

test('a weight sensor whose label has constants is offered with what is missing, approved, and read', async () => {
  await using data = await temporaryFolder();
  const gateway = await start(data.folder);
  const issued = await call(gateway, 'POST', 'enrolment-tokens', {});
  const server = await signIn(gateway, 'network-server', String(issued.body['token']));
  const topic = 'application/1/device/0101010101010101/event/up';
  await server.publishAsync(topic, DL_DWS_UPLINK, { qos: 1 });

  const { body } = await call(gateway, 'GET', 'pending');
  expect(body['items']).toMatchObject([{ username: 'network-server', topics: [topic] }]);
  const [{ fits }] = body['items'] as [{ fits: { model: string; inside?: string; needs?: unknown }[] }];
  expect(fits.find(({ inside }) => inside === 'decentlab-dl-dws')).toMatchObject({
    model: 'chirpstack-v4',
    needs: { constants: ['f02', 's', 'm0', 'f0', 'k'], detail: expect.stringContaining('on its label') as string },
  });

  const approved = await call(gateway, 'POST', 'pending/network-server/approve', {
    deviceId: 'honey-frame-1',
    model: 'chirpstack-v4',
    inside: 'decentlab-dl-dws',
    constants: { f02: 232_263_168, s: 0.000_302_459, m0: 1_370 },
    sensors: [
      { calibration: { version: 3, zero: 0, span: 1, tareGrams: 100 }, filter: { medianOf: 1, stableForMs: 0 } },
    ],
  });
  expect(approved).toMatchObject({
    status: 201,
    body: { deviceId: 'honey-frame-1', sensors: [{ calibration: { version: 3, tareGrams: 100 } }] },
  });
  const known = await signIn(gateway, 'network-server', String(issued.body['token']));
  await known.publishAsync(topic, DL_DWS_UPLINK, { qos: 1 });
  await until('its weight is kept', async () => (await appended(gateway)) === 1);
  await known.endAsync();
  await gateway.close();
});

test('a sensor that nobody knows is offered rules, with what they could be about', async () => {
  await using data = await temporaryFolder();
  const gateway = await start(data.folder);
  const issued = await call(gateway, 'POST', 'enrolment-tokens', {});
  const sensor = await signIn(gateway, 'acme-7', String(issued.body['token']));
  await sensor.publishAsync('acme/7', JSON.stringify({ scale: { kg: 1.5, 'raw-value': 7 }, ok: true }), { qos: 1 });
  const { body } = await call(gateway, 'GET', 'pending');
  const [{ fits }] = body['items'] as [{ fits: unknown[] }];
  expect(fits.at(-1)).toMatchObject({
    model: 'declarative',
    needs: { constants: ['readings'], detail: expect.stringContaining('scale.kg, scale.`raw-value`') as string },
  });
  await sensor.endAsync();
  await gateway.close();
});

describe.runIf(needs('socat'))('a scale that was plugged in', () => {
  test('is recognised by what it answers, made a calibrated device by one call, and read', async () => {
    await using data = await temporaryFolder();
    const gateway = await start(data.folder);
    const plugScaleIn = async () => {
      const plugged = await plugIn(data.folder, 'unknown');
      await scaleAt(plugged.scaleEnd, (request) => (request.includes('SI') ? 'S S      250.0 g\r\n' : 'ES\r\n'));
      return plugged;
    };
    let cable = await plugScaleIn();
    const probed = await call(gateway, 'POST', 'probe', { serial: { path: cable.gatewayEnd, baudRate: 9_600 } });
    expect(probed).toMatchObject({
      status: 200,
      body: {
        serial: { path: cable.gatewayEnd, baudRate: 9_600 },
        fits: [{ model: 'mt-sics', samples: [{ kind: 'weight', grams: 250, stability: 'stable' }] }],
      },
    });
    await cable.pull();
    cable = await plugScaleIn();
    const created = await call(gateway, 'POST', 'devices', {
      deviceId: 'packing-scale',
      model: 'mt-sics',
      serial: { path: cable.gatewayEnd, pollIntervalMs: 20 },
      sensors: [{ calibration: { version: 1, tareGrams: 50 }, filter: { medianOf: 1, stableForMs: 0 } }],
    });
    expect(created).toMatchObject({ status: 201, body: { deviceId: 'packing-scale' } });
    await until('its weight is kept', async () => (await appended(gateway)) >= 1);
    expect(await call(gateway, 'POST', 'probe', { serial: { path: cable.gatewayEnd } })).toMatchObject({
      status: 409,
      body: { code: 'PORT_IN_USE' },
    });
    const pieceGrams = async (): Promise<unknown> =>
      (await call(gateway, 'POST', 'devices/packing-scale/piece-weight', { pieces: 10 })).body['pieceGrams'];
    await until('three values have come', async () => (await pieceGrams()) !== undefined);
    expect(await pieceGrams()).toBeCloseTo(20);
    await gateway.close();
    await cable.pull();
  });

  test('is told about where the port is not there, and where nobody answers at the address', async () => {
    await using data = await temporaryFolder();
    const gateway = await start(data.folder);
    const nowhere = { serial: { path: `${data.folder}/no-such-port` } };
    expect(await call(gateway, 'POST', 'probe', nowhere)).toMatchObject({ body: { code: 'SERIAL_UNAVAILABLE' } });
    const closed = { tcp: { host: '127.0.0.1', port: 1 } };
    expect(await call(gateway, 'POST', 'probe', closed)).toMatchObject({ body: { code: 'TCP_UNAVAILABLE' } });
    expect(await call(gateway, 'POST', 'probe', {})).toMatchObject({ status: 400 });
    expect(await call(gateway, 'GET', 'serial-ports')).toMatchObject({ status: 200 });
    await gateway.close();
  });
});
