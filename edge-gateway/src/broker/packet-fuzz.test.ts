import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { generate, parser, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';

import { seededBytes, seededRandom } from '../decode/seeded-random.ts';
import { readingsIn } from '../outbox/test-outbox.ts';
import { connectSensor, measuring, sensorSettings, startTestGateway, temporaryFolder } from '../test-site.ts';

/** `SHELFWIRE_FUZZ_PACKETS=100000 SHELFWIRE_FUZZ_SEED=…` is the long form. */
const CONNECTIONS = Math.ceil(Number(process.env['SHELFWIRE_FUZZ_PACKETS'] ?? 600) / 4);
const SEED = Number(process.env['SHELFWIRE_FUZZ_SEED'] ?? Date.now() % 1_000_000);
const DEVICE = 'level-01';
/** A broken packet may leave the broker waiting for the rest of it: then the connection is ended from here. */
const ANSWER_MS = 100;
/** Else the rates of one device, and not its packets, are what is tried. */
const LIMITLESS = { connectsPerMinute: 10_000, messagesPerSecond: 100_000, bytesPerSecond: 100_000_000 };

const random = seededRandom(SEED);
const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[Math.floor(random() * items.length)] ?? items[0];

/** As a careless or hostile device would write them: one of each kind, and some that only a server may send. */
function anyPacket(messageId: number): Packet {
  const topic = pick([`tele/${DEVICE}/SENSOR`, 'tele/other/SENSOR', '$SYS/x', '+/#', 'a'.repeat(300)]);
  return pick<Packet>([
    { cmd: 'subscribe', messageId, subscriptions: [{ topic, qos: 1 }] },
    { cmd: 'unsubscribe', messageId, unsubscriptions: [topic] },
    { cmd: 'publish', topic: 'x', payload: seededBytes(random, 40).toString(), qos: 0, dup: false, retain: true },
    { cmd: 'publish', topic: 'x', payload: '', qos: 2, messageId, dup: true, retain: false },
    { cmd: 'pubrel', messageId },
    { cmd: 'puback', messageId },
    { cmd: 'pingresp' },
    { cmd: 'disconnect' },
    { cmd: 'connect', clientId: DEVICE, protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 0 },
  ]);
}

function mutate(packet: Buffer): Buffer {
  const bytes = Buffer.from(packet);
  const at = Math.floor(random() * bytes.length);
  return pick([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), seededBytes(random, 1 + Math.floor(random() * 8)), bytes.subarray(at)]),
    () => {
      bytes[at] = Math.floor(random() * 256);
      return bytes;
    },
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.from(seededBytes(random, 1 + Math.floor(random() * 200))),
  ])();
}

/** Sends everything at once, and answers the ids that were acknowledged before the connection ended. */
async function acknowledgedOf(port: number, sent: readonly Buffer[]): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const ids: number[] = [];
  const answers = parser({ protocolVersion: 4 });
  answers.on('packet', (packet) => {
    if (packet.cmd === 'puback' && packet.messageId !== undefined) ids.push(packet.messageId);
  });
  answers.on('error', () => undefined);
  const closed = once(socket, 'close');
  const ponged = new Promise<void>((resolve) => {
    answers.on('packet', (packet) => {
      if (packet.cmd === 'pingresp') resolve();
    });
  });
  socket.on('data', (chunk: Buffer) => answers.parse(chunk));
  await Promise.race([once(socket, 'connect'), closed]);
  socket.write(Buffer.concat([...sent, generate({ cmd: 'pingreq' })]));
  await Promise.race([ponged, closed, wait(ANSWER_MS)]);
  socket.destroy();
  await closed;
  return ids;
}

async function storedDistances(folder: string): Promise<Set<number | undefined>> {
  const readings = await readingsIn(join(folder, 'outbox'));
  return new Set(readings.map((reading) => (reading.kind === 'level' ? reading.distanceMm : undefined)));
}

test(`random and mutated packets never stop the broker, and get no PUBACK for what is not on disk (seed ${SEED})`, async () => {
  await using data = await temporaryFolder();
  const gateway = await startTestGateway({
    folder: data.folder,
    uplinkUrl: 'mqtt://127.0.0.1:1',
    devices: [{ ...sensorSettings(DEVICE), limits: LIMITLESS }],
  });
  const login = generate({
    cmd: 'connect',
    clientId: DEVICE,
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    username: DEVICE,
    password: Buffer.from(`secret of ${DEVICE}`),
  });
  const acknowledged = new Set<number>();
  let distanceMm = 100;
  for (let connection = 0; connection < CONNECTIONS; connection += 1) {
    const sent: Buffer[] = random() < 0.85 ? [login] : [];
    const whole = new Map<number, number>();
    for (let messageId = 1; messageId <= 4; messageId += 1) {
      const kind = random();
      if (kind < 0.5) {
        distanceMm += 1;
        const message = measuring(DEVICE, distanceMm);
        const packet = generate({ cmd: 'publish', ...message, qos: 1, messageId, dup: false, retain: false });
        whole.set(messageId, distanceMm);
        sent.push(packet);
      } else {
        const packet = generate(anyPacket(1_000 + messageId));
        sent.push(kind < 0.75 ? packet : mutate(packet));
      }
    }
    for (const id of await acknowledgedOf(gateway.mqttPort, sent)) {
      const distance = whole.get(id);
      if (distance !== undefined) acknowledged.add(distance);
    }
  }
  // It still serves a device that behaves.
  const sensor = await connectSensor(gateway, DEVICE);
  const last = measuring(DEVICE, 9_999);
  await sensor.publishAsync(last.topic, last.payload, { qos: 1 });
  acknowledged.add(9_999);
  await sensor.endAsync();
  await gateway.close();
  const stored = await storedDistances(data.folder);
  expect([...acknowledged].filter((distance) => !stored.has(distance))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(CONNECTIONS / 20);
}, 600_000);
