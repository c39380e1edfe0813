import { connect, type Socket } from 'node:net';

import { connect as connectMqtt, type MqttClient } from 'mqtt';

/**
 * A process that plays devices which publish as fast as they are acknowledged: QoS 1, a fixed number of messages in
 * flight per device. Talks to its parent by messages.
 */

export interface ClosedLoopOrder {
  port: number;
  deviceIds: readonly string[];
  inFlight: number;
  client: 'bare' | 'mqtt.js';
}
export type ClosedLoopCommand = { kind: 'connect'; order: ClosedLoopOrder } | { kind: 'run'; seconds: number };
export interface ClosedLoopAnswer {
  acknowledged: number;
  seconds: number;
}

const CONNACK_BYTES = 4;
const PUBACK_BYTES = 4;

/** Sends the next message for each one acknowledged, while it runs. */
abstract class Device {
  acknowledged = 0;
  sent = 0;
  running = false;
  abstract readonly connected: Promise<void>;

  publish(count: number): void {
    const distances = Array.from({ length: count }, (_, index) => ((this.sent + index) % 4_000) + 1);
    this.sent += count;
    this.send(distances.map((mm) => `{"Time":"2026-01-01T00:00:00","VL53L0X":{"Distance":${mm}}}`));
  }

  protected abstract send(payloads: readonly string[]): void;

  protected acknowledge(count: number): void {
    this.acknowledged += count;
    if (this.running && count > 0) this.publish(count);
  }
}

/** Costs as little as a device can, so that the broker is what is measured. */
class BareDevice extends Device {
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  readonly #head: Buffer;
  #bytesIn = 0;
  #packetId = 0;

  constructor(port: number, deviceId: string) {
    super();
    this.#head = field(`tele/${deviceId}/SENSOR`);
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.once('close', () => reject(new Error(`${deviceId} was disconnected`)));
      this.#socket.once('connect', () => this.#socket.write(connectPacket(deviceId)));
      this.#socket.on('data', (chunk: Buffer) => {
        if (this.#bytesIn === 0) resolve();
        this.#bytesIn += chunk.length;
        this.acknowledge(Math.floor((this.#bytesIn - CONNACK_BYTES) / PUBACK_BYTES) - this.acknowledged);
      });
    });
  }

  protected override send(payloads: readonly string[]): void {
    const packets = payloads.flatMap((payload) => {
      this.#packetId = (this.#packetId % 65_535) + 1;
      const length = this.#head.length + 2 + payload.length; // shorter than 128: one byte of remaining length
      const id = [this.#packetId >> 8, this.#packetId & 0xff];
      return [Buffer.from([0x32, length]), this.#head, Buffer.from(id), Buffer.from(payload)];
    });
    this.#socket.write(Buffer.concat(packets));
  }
}

/** The client that the budget was set with. */
class MqttJsDevice extends Device {
  readonly connected: Promise<void>;
  readonly #topic: string;
  readonly #client: MqttClient;

  constructor(port: number, deviceId: string) {
    super();
    this.#topic = `tele/${deviceId}/SENSOR`;
    this.#client = connectMqtt(`mqtt://127.0.0.1:${port}`, {
      username: deviceId,
      password: 'bench-password',
      clientId: deviceId,
      reconnectPeriod: 0,
    });
    this.connected = new Promise((resolve, reject) => {
      this.#client.once('connect', () => resolve());
      this.#client.once('error', reject);
    });
  }

  protected override send(payloads: readonly string[]): void {
    for (const payload of payloads) this.#client.publish(this.#topic, payload, { qos: 1 }, () => this.acknowledge(1));
  }
}

function connectPacket(deviceId: string): Buffer {
  const flags = Buffer.from([4, 0xc2, 0, 0]); // level 4, user name + password + clean session, no keep-alive
  const body = Buffer.concat([field('MQTT'), flags, field(deviceId), field(deviceId), field('bench-password')]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

const devices: Device[] = [];
let inFlight = 1;

async function connectAll(order: ClosedLoopOrder): Promise<void> {
  ({ inFlight } = order);
  for (const deviceId of order.deviceIds) {
    devices.push(new (order.client === 'bare' ? BareDevice : MqttJsDevice)(order.port, deviceId));
    // A hundred at a time, as devices do after a power cut when they are kind.
    if (devices.length % 100 === 0) await Promise.all(devices.slice(-100).map(({ connected }) => connected));
  }
  await Promise.all(devices.map(({ connected }) => connected));
}

function countAcknowledged(): number {
  return devices.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

async function run(seconds: number): Promise<ClosedLoopAnswer> {
  for (const device of devices) {
    device.running = true;
    device.publish(inFlight);
  }
  const startedAtMs = performance.now();
  const before = countAcknowledged();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const answer = { acknowledged: countAcknowledged() - before, seconds: (performance.now() - startedAtMs) / 1_000 };
  for (const device of devices) device.running = false;
  // Nothing is left over for the next run, nor for the other broker's turn.
  while (devices.some((device) => device.acknowledged < device.sent))
    await new Promise((resolve) => setTimeout(resolve, 5));
  return answer;
}

async function obey(command: ClosedLoopCommand): Promise<ClosedLoopAnswer> {
  if (command.kind === 'run') return run(command.seconds);
  await connectAll(command.order);
  return { acknowledged: 0, seconds: 0 };
}

process.on('message', (command: ClosedLoopCommand) => {
  void obey(command).then((answer) => process.send?.(answer));
});
