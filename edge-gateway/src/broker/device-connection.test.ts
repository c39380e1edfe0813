import { connect, type Socket } from 'node:net';

import { generate, parser, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';

import type { RunningGateway } from '../gateway.ts';
import { connectSensor, measuring, sensorSettings, startTestGateway, temporaryFolder, until } from '../test-site.ts';

const NO_CENTRE = 'mqtt://127.0.0.1:1';

function connecting(deviceId: string, keepalive = 0): Buffer {
  const login = { username: deviceId, password: Buffer.from(`secret of ${deviceId}`) };
  return generate({ cmd: 'connect', clientId: deviceId, protocolId: 'MQTT', clean: true, keepalive, ...login });
}

function publishing(deviceId: string, distanceMm: number): Buffer {
  const message = { ...measuring(deviceId, distanceMm), qos: 1, dup: false, retain: false } as const;
  return generate({ cmd: 'publish', messageId: distanceMm, ...message });
}

/** A device of which the test sees each packet. */
function rawDevice(gateway: RunningGateway): { socket: Socket; heard: Packet[] } {
  const socket = connect(gateway.mqttPort, '127.0.0.1');
  const heard: Packet[] = [];
  const parsing = parser();
  parsing.on('packet', (packet: Packet) => heard.push(packet));
  socket.on('data', (chunk) => parsing.parse(chunk));
  socket.on('error', () => undefined);
  return { socket, heard };
}

async function appended(gateway: RunningGateway): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  return Number(/readings_appended_total\{kind="level"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

test('a device that sends its messages along with CONNECT gets CONNACK first, then a PUBACK for each, in order', async () => {
  await using data = await temporaryFolder();
  const devices = [{ ...sensorSettings('a'), limits: { messagesPerSecond: 10_000 } }];
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  const { socket, heard } = rawDevice(gateway);
  const messages = Array.from({ length: 1_000 }, (_, index) => publishing('a', index + 1));
  socket.write(Buffer.concat([connecting('a'), ...messages.slice(0, 500)]));
  for (const message of messages.slice(500)) socket.write(message);
  await until('all are acknowledged', () => heard.length === 1_001);
  expect(heard[0]).toMatchObject({ cmd: 'connack', returnCode: 0 });
  expect(heard.slice(1).map((packet) => (packet.cmd === 'puback' ? packet.messageId : packet.cmd))).toEqual(
    Array.from({ length: 1_000 }, (_, index) => index + 1),
  );
  expect(await appended(gateway)).toBe(1_000);
  socket.destroy();
  await gateway.close();
});

test('a device that never pings but publishes is not taken for silent, and one that does neither is', async () => {
  await using data = await temporaryFolder();
  const devices = [sensorSettings('a'), sensorSettings('b')];
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices });
  const [talking, silent] = [rawDevice(gateway), rawDevice(gateway)];
  talking.socket.write(connecting('a', 1));
  silent.socket.write(connecting('b', 1));
  let number = 0;
  const timer = setInterval(() => talking.socket.write(publishing('a', (number += 1))), 200);
  await until('the silent one was cut off', () => silent.socket.closed);
  const afterCut = number;
  await until('the other goes on for longer than that', () => talking.heard.length > afterCut + 10);
  expect(talking.socket.closed).toBe(false);
  clearInterval(timer);
  talking.socket.destroy();
  await gateway.close();
});

test('messages of QoS 0 and QoS 2 become readings too', async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [sensorSettings('a')] });
  const device = await connectSensor(gateway, 'a');
  for (const [index, qos] of ([0, 2, 1] as const).entries()) {
    const { topic, payload } = measuring('a', index + 1);
    await device.publishAsync(topic, payload, { qos });
  }
  await until('three readings', async () => (await appended(gateway)) === 3);
  await device.endAsync();
  await gateway.close();
});

test('a message with a wildcard in its topic ends the connection', async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [sensorSettings('a')] });
  const { socket, heard } = rawDevice(gateway);
  const topic = Buffer.from('tele/+/SENSOR');
  const packet = Buffer.concat([Buffer.from([0x30, topic.length + 2, 0, topic.length]), topic]);
  socket.write(Buffer.concat([connecting('a'), packet]));
  await until('the gateway hangs up', () => socket.closed);
  expect(heard.map(({ cmd }) => cmd)).toEqual(['connack']);
  await gateway.close();
});
