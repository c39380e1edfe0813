import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { connectSensor, measuring, sensorSettings, SITE, temporaryFolder, until } from '../test-site.ts';
import { appended, call, signIn, start } from './test-api.ts';

const weight = (kilograms: number): string =>
  JSON.stringify({ Time: '2026-01-01T00:00:00', HX711: { Weight: kilograms } });

test('a new device signs in with a token, is recognised, approved in one call, and keeps working after a restart', async () => {
  await using data = await temporaryFolder();
  let gateway = await start(data.folder);
  const issued = await call(gateway, 'POST', 'enrolment-tokens', { validForHours: 1 });
  const token = String(issued.body['token']);
  const fresh = await signIn(gateway, 'shelf-9', token);
  await fresh.publishAsync('tele/shelf-9/SENSOR', weight(1.5), { qos: 1 });

  const { body: pending } = await call(gateway, 'GET', 'pending');
  expect(pending['items']).toMatchObject([
    { username: 'shelf-9', topics: ['tele/shelf-9/SENSOR'], fits: [{ model: 'tasmota', samples: [{ grams: 1_500 }] }] },
  ]);
  expect(JSON.stringify(pending)).not.toContain(token);
  expect(await appended(gateway)).toBe(0);

  const bad = await call(gateway, 'POST', 'pending/shelf-9/approve', { deviceId: 'shelf-9', model: 'tasmotta' });
  expect(bad).toMatchObject({ status: 409, body: { code: 'CONFIG_INVALID' } });
  const approved = await call(gateway, 'POST', 'pending/shelf-9/approve', {
    deviceId: 'shelf-9',
    model: 'tasmota',
    sensors: [{ filter: { medianOf: 1, stableForMs: 0 } }],
  });
  expect(approved).toMatchObject({ status: 201, body: { deviceId: 'shelf-9', username: 'shelf-9' } });
  expect(JSON.stringify(approved.body)).not.toContain('scrypt');

  await gateway.close();
  gateway = await start(data.folder);
  const known = await signIn(gateway, 'shelf-9', token);
  await known.publishAsync('tele/shelf-9/SENSOR', weight(1.5), { qos: 1 });
  await until('its weight is kept', async () => (await appended(gateway)) === 1);
  expect(await call(gateway, 'DELETE', 'devices/shelf-9')).toMatchObject({ status: 204 });
  await expect(signIn(gateway, 'shelf-10', token), 'the token was for one device').rejects.toThrow(/Bad username/);
  await gateway.close();
  for (const name of await readdir(data.folder)) {
    if (name.endsWith('.json')) expect(await readFile(join(data.folder, name), 'utf8'), name).not.toContain(token);
  }
});

test('an expired or unknown token admits nobody, and the API needs its own token', async () => {
  await using data = await temporaryFolder();
  const gateway = await start(data.folder);
  const issued = await call(gateway, 'POST', 'enrolment-tokens', { validForHours: 1e-7 });
  await until('it has expired', () => Date.now() > Number(issued.body['expiresAtMs']));
  await expect(signIn(gateway, 'shelf-9', String(issued.body['token']))).rejects.toThrow(/Bad username/);
  await expect(signIn(gateway, 'shelf-9', 'made up')).rejects.toThrow(/Bad username/);
  expect(await call(gateway, 'GET', 'pending', undefined, 'made up')).toMatchObject({ status: 401 });
  for (let time = 0; time < 10; time += 1) await call(gateway, 'GET', 'pending', undefined, 'made up');
  expect(await call(gateway, 'GET', 'pending', undefined, 'made up')).toMatchObject({ status: 429 });
  expect(await call(gateway, 'GET', 'pending')).toMatchObject({ status: 200 });
  await gateway.close();
});

test('a scale is calibrated with two points, tared, and tells the weight of a piece', async () => {
  await using data = await temporaryFolder();
  const cell = {
    ...sensorSettings('cell'),
    constants: { weightFrom: 'AbsRaw' },
    sensors: [{ filter: { medianOf: 1, stableForMs: 0 }, report: { onChangeGrams: 0, heartbeatMs: 0 } }],
  };
  const gateway = await start(data.folder, [cell]);
  const device = await connectSensor(gateway, 'cell');
  const lay = async (counts: number): Promise<void> => {
    for (const noise of [-2, 0, 2, 1, -1, 0, 2, -2, 1, -1]) {
      const payload = JSON.stringify({ Time: '2026-01-01T00:00:00', HX711: { AbsRaw: counts + noise } });
      await device.publishAsync('tele/cell/SENSOR', payload, { qos: 1 });
    }
  };
  expect(await call(gateway, 'POST', 'devices/cell/calibration/span', { knownGrams: 1_000 })).toMatchObject({
    status: 409,
    body: { code: 'NO_ZERO' },
  });
  await lay(8_000);
  expect(await call(gateway, 'POST', 'devices/cell/calibration/zero', {})).toMatchObject({
    status: 200,
    body: { zero: 8_000 },
  });
  await lay(8_001);
  expect(await call(gateway, 'POST', 'devices/cell/calibration/span', { knownGrams: 1_000 })).toMatchObject({
    status: 409,
    body: { code: 'LOAD_TOO_SMALL' },
  });
  await lay(28_000);
  expect(await call(gateway, 'POST', 'devices/cell/calibration/span', { knownGrams: 1_000 })).toMatchObject({
    status: 200,
    body: { calibration: { version: 1, zero: 8_000, span: 0.05 } },
  });
  await lay(10_000); // the empty box: 100 g
  expect(await call(gateway, 'POST', 'devices/cell/tare')).toMatchObject({
    status: 200,
    body: { calibration: { version: 2, tareGrams: 100 } },
  });
  await lay(12_500); // ten pieces: 125 g
  const piece = await call(gateway, 'POST', 'devices/cell/piece-weight', { pieces: 10 });
  expect(piece.body['pieceGrams']).toBeCloseTo(12.5);
  await device.endAsync();
  await gateway.close();

  const again = await start(data.folder, [cell]);
  const { body } = await call(again, 'GET', 'devices');
  expect(body['items']).toMatchObject([
    { deviceId: 'cell', sensors: [{ calibration: { version: 2, tareGrams: 100 } }] },
  ]);
  await again.close();
});

test('gateway.yaml applies while running, only the difference; a wrong one changes nothing', async () => {
  await using data = await temporaryFolder();
  const path = join(data.folder, 'gateway.yaml');
  const write = (devices: readonly unknown[]): Promise<void> =>
    writeFile(path, stringify({ ...SITE, gatewayId: 'gw-1', devices }));
  await write([sensorSettings('a')]);
  const gateway = await start(data.folder, [sensorSettings('a')]);
  const a = await connectSensor(gateway, 'a');
  let cut = false;
  a.on('close', () => (cut = true));

  await write([sensorSettings('a'), sensorSettings('b')]);
  await until('b may sign in', () =>
    connectSensor(gateway, 'b').then(
      (client) => client.endAsync().then(() => true),
      () => false,
    ),
  );
  await writeFile(path, 'devices: [ {');
  await write([{ ...sensorSettings('a'), model: 'no-such' }]);
  await write([sensorSettings('a'), sensorSettings('c')]);
  await until('c may sign in', () =>
    connectSensor(gateway, 'c').then(
      (client) => client.endAsync().then(() => true),
      () => false,
    ),
  );
  await expect(connectSensor(gateway, 'b')).rejects.toThrow(/Bad username/);
  const { topic, payload } = measuring('a', 7);
  await a.publishAsync(topic, payload, { qos: 1 });
  expect(cut, 'the connection of a device that did not change').toBe(false);
  await a.endAsync();
  await gateway.close();
});
