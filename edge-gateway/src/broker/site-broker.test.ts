import { once } from 'node:events';
import { connect } from 'node:net';

import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';

import { connectSensor, sensorSettings, startTestGateway, temporaryFolder, until, measuring } from '../test-site.ts';

const NO_CENTRE = 'mqtt://127.0.0.1:1';

test('refuses an unknown device and a wrong password, and counts them', async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [sensorSettings('a')] });
  const url = `mqtt://127.0.0.1:${gateway.mqttPort}`;
  const options = { reconnectPeriod: 0 };
  await expect(connectAsync(url, { ...options, username: 'nobody', password: 'x' })).rejects.toThrow(/Bad username/);
  await expect(connectAsync(url, { ...options, username: 'a', password: 'x' })).rejects.toThrow(/Bad username/);
  await expect(connectAsync(url, options)).rejects.toThrow(/Bad username/);
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  expect(metrics).toContain('frames_refused_total{reason="unknown-login"} 2');
  expect(metrics).toContain('frames_refused_total{reason="wrong-password"} 1');
  await gateway.close();
});

test('a device cannot publish as another nor read what others publish', async () => {
  await using data = await temporaryFolder();
  const devices = [sensorSettings('a'), sensorSettings('b')];
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  const [a, b] = await Promise.all([connectSensor(gateway, 'a'), connectSensor(gateway, 'b')]);
  const heard: string[] = [];
  b.on('message', (topic) => heard.push(topic));
  for (const filter of ['tele/a/SENSOR', 'tele/+/SENSOR', '#', '$SYS/#']) {
    await expect(b.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow(/Subscribe error|Unspecified error/);
  }
  expect(await b.subscribeAsync('cmnd/b/#', { qos: 1 })).toMatchObject([{ qos: 1 }]);
  const own = measuring('a', 100);
  await a.publishAsync(own.topic, own.payload, { qos: 1, retain: true });
  const foreign = measuring('b', 100);
  await a.publishAsync(foreign.topic, foreign.payload, { qos: 1 });
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  expect(metrics).toContain('frames_refused_total{reason="foreign-topic"} 1');
  expect(metrics).toContain('readings_appended_total{kind="level"} 1');
  expect(heard).toEqual([]);
  await Promise.all([a.endAsync(), b.endAsync()]);
  await gateway.close();
});

test('a login shared by the devices behind a bridge reaches each of them', async () => {
  await using data = await temporaryFolder();
  const login = { username: 'bridge', password: 'secret of bridge' };
  const devices = ['a', 'b'].map((deviceId) => ({ ...sensorSettings(deviceId), login }));
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  const bridge = await connectSensor(gateway, 'bridge');
  for (const deviceId of ['a', 'b']) {
    const { topic, payload } = measuring(deviceId, 100);
    await bridge.publishAsync(topic, payload, { qos: 1 });
  }
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  expect(metrics).toContain('readings_appended_total{kind="level"} 2');
  await bridge.endAsync();
  await gateway.close();
});

test('ends a connection that announces a packet longer than allowed, before it arrives', async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [] });
  const socket = connect(gateway.mqttPort, '127.0.0.1');
  let ended = false;
  socket.on('error', () => undefined);
  socket.on('close', () => (ended = true));
  socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])); // PUBLISH of 256 MB
  await until('the gateway hangs up', () => ended);
  await gateway.close();
});

test('a device that reconnects all the time is refused, one that talks too fast is slowed down and loses nothing', async () => {
  await using data = await temporaryFolder();
  const limits = { connectsPerMinute: 3, messagesPerSecond: 50 };
  const devices = [{ ...sensorSettings('a'), limits }, sensorSettings('b')];
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  for (let time = 1; time < 3; time += 1) await (await connectSensor(gateway, 'a')).endAsync();
  const a = await connectSensor(gateway, 'a');
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: 80 }, (_, index) => {
      const { topic, payload } = measuring('a', index + 1);
      return a.publishAsync(topic, payload, { qos: 1 });
    }),
  );
  expect(performance.now() - startedAtMs).toBeGreaterThan(500);
  await expect(connectSensor(gateway, 'a')).rejects.toThrow(/Bad username/);
  await (await connectSensor(gateway, 'b')).endAsync();
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  expect(metrics).toContain('readings_appended_total{kind="level"} 80');
  await a.endAsync();
  await gateway.close();
});

test('passwords appear in no log line, however much is logged', async () => {
  await using data = await temporaryFolder();
  const lines: string[] = [];
  const secretive = sensorSettings('a', 'correct horse battery staple');
  const gateway = await startTestGateway({
    folder: data.folder,
    uplinkUrl: NO_CENTRE,
    devices: [secretive],
    log: { level: 'trace', destination: { write: (line: string) => lines.push(line) } },
  });
  const url = `mqtt://127.0.0.1:${gateway.mqttPort}`;
  const wrong = { username: 'a', password: 'wrong horse', reconnectPeriod: 0 };
  await expect(connectAsync(url, wrong)).rejects.toThrow(/Bad username/);
  await (await connectAsync(url, { ...wrong, password: 'correct horse battery staple' })).endAsync();
  await gateway.close();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toContain('horse');
});

test('a device that takes the client id of another does not end its connection', async () => {
  await using data = await temporaryFolder();
  const devices = [sensorSettings('a'), sensorSettings('b')];
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  const a = await connectSensor(gateway, 'a');
  let ended = false;
  a.on('close', () => (ended = true));
  const intruder = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
    username: 'b',
    password: 'secret of b',
    clientId: 'a',
    reconnectPeriod: 0,
  });
  const { topic, payload } = measuring('a', 5);
  await a.publishAsync(topic, payload, { qos: 1 });
  expect(ended).toBe(false);
  await Promise.all([a.endAsync(), intruder.endAsync()]);
  await gateway.close();
});

test('stops at once though someone has connected and says nothing', async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [] });
  const silent = connect(gateway.mqttPort, '127.0.0.1');
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  const startedAtMs = performance.now();
  await gateway.close();
  expect(performance.now() - startedAtMs).toBeLessThan(8_000);
});
