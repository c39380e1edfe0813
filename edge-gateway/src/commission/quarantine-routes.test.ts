import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import type { RunningGateway } from '../gateway.ts';
import {
  connectSensor,
  measuring,
  sensorSettings,
  SITE,
  startTestGateway,
  temporaryFolder,
  until,
} from '../test-site.ts';

const API_TOKEN = 'a token of the local API';

async function startSite(folder: string, devices: readonly unknown[]) {
  const env = { SHELFWIRE_API_TOKEN: API_TOKEN };
  const gateway = await startTestGateway({ folder, uplinkUrl: 'mqtt://127.0.0.1:1', devices, env });
  const base = `http://127.0.0.1:${gateway.httpPort}`;
  const call = async (method: string, path: string, token = API_TOKEN) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${base}/api/v1/quarantine${path}`, { method, headers });
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as { [key: string]: unknown; items?: { id: string }[] };
    return { status: response.status, body };
  };
  const metric = async (pattern: RegExp): Promise<number> =>
    Number(pattern.exec(await (await fetch(`${base}/metrics`)).text())?.[1] ?? 0);
  return { gateway, call, metric };
}

async function publish(gateway: RunningGateway, deviceId: string, payloads: readonly string[]): Promise<void> {
  const client = await connectSensor(gateway, deviceId);
  const { topic } = measuring(deviceId, 1);
  for (const payload of payloads) await client.publishAsync(topic, payload, { qos: 1 });
  await client.endAsync();
}

test('frames set aside are listed newest first, shown whole, and thrown away, with the token only', async () => {
  await using data = await temporaryFolder();
  const { gateway, call } = await startSite(data.folder, [sensorSettings('a')]);
  await publish(gateway, 'a', ['first {', 'second {', 'third {']);

  const listed = await call('GET', '?limit=2');
  const details = { deviceId: 'a', topic: 'tele/a/SENSOR', payloadBytes: 8 };
  expect(listed.body.items).toMatchObject([{ ...details, payloadBytes: 7 }, details]);
  const [third, second] = listed.body.items?.map(({ id }) => id) ?? [];
  const shown = await call('GET', `/${third}`);
  expect(Buffer.from(String(shown.body['payloadBase64']), 'base64').toString()).toBe('third {');
  expect(await call('POST', `/${third}/replay`)).toMatchObject({ status: 409, body: { code: 'STILL_UNUSABLE' } });

  expect(await call('DELETE', `/${second}`, 'made up')).toMatchObject({ status: 401 });
  expect(await call('DELETE', `/${second}`)).toMatchObject({ status: 204 });
  expect(await call('DELETE', `/${second}`)).toMatchObject({ status: 404, body: { code: 'NOT_QUARANTINED' } });
  await publish(gateway, 'a', ['fourth {']);
  const { body } = await call('GET', '');
  expect(body.items?.length, 'what comes after a removal is kept, too').toBe(3);
  expect(body.items?.[1]?.id).toBe(third);
  expect(await call('GET', '?limit=0')).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  await gateway.close();
});

test('a frame that a wrong model could not read gives its reading, once, when the model is corrected', async () => {
  await using data = await temporaryFolder();
  const wrong = { ...sensorSettings('a'), model: 'chirpstack-v4', inside: 'dragino-ldds75' };
  const { gateway, call, metric } = await startSite(data.folder, [wrong]);
  await publish(gateway, 'a', [measuring('a', 7).payload]);
  const id = (await call('GET', '')).body.items?.[0]?.id;
  expect(await call('POST', `/${id}/replay`)).toMatchObject({ status: 409, body: { code: 'STILL_UNUSABLE' } });

  const file = { ...SITE, gatewayId: 'gw-1', devices: [sensorSettings('a')] };
  await writeFile(join(data.folder, 'gateway.yaml'), stringify(file));
  const replays: { status: number; body: unknown }[] = [];
  await until('the model is corrected', async () => {
    // Two at once: only one of them may find it.
    replays.push(...(await Promise.all([call('POST', `/${id}/replay`), call('POST', `/${id}/replay`)])));
    return replays.some(({ status }) => status === 200);
  });
  expect(replays.filter(({ status }) => status === 200)).toEqual([{ status: 200, body: { readings: 1 } }]);
  expect(await call('POST', `/${id}/replay`)).toMatchObject({ status: 404 });
  expect(await metric(/readings_appended_total\{kind="level"\} (\d+)/)).toBe(1);
  expect(await metric(/frames_quarantined_total\{reason="[a-z-]+"\} (\d+)/)).toBe(1);
  expect((await call('GET', '')).body.items).toEqual([]);
  await gateway.close();
});

test('a frame of a device that is gone stays where it is', async () => {
  await using data = await temporaryFolder();
  const { gateway, call } = await startSite(data.folder, [sensorSettings('a'), sensorSettings('b')]);
  await publish(gateway, 'a', ['garbage {']);
  const file = { ...SITE, gatewayId: 'gw-1', devices: [sensorSettings('b')] };
  await writeFile(join(data.folder, 'gateway.yaml'), stringify(file));
  const id = (await call('GET', '')).body.items?.[0]?.id;
  await until(
    'the device is gone',
    async () => (await call('POST', `/${id}/replay`)).body['code'] === 'UNKNOWN_DEVICE',
  );
  expect(await call('GET', `/${id}`)).toMatchObject({ status: 200, body: { deviceId: 'a' } });
  await gateway.close();
});
