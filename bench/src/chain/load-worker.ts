import { connect, type Socket } from 'node:net';

/**
 * A process that plays many ESPHome scales at once: bare MQTT 3.1.1 over sockets, QoS 1, pre-encoded as far as possible,
 * so that the load costs less than what it measures. Talks to its parent by messages.
 */

export interface LoadOrder {
  port: number;
  deviceIds: readonly string[];
  password: string;
}
export type LoadCommand =
  | { kind: 'connect'; order: LoadOrder }
  | { kind: 'run'; seconds: number; messagesPerSecond: number }
  | { kind: 'count' };
export interface LoadCounts {
  kind: 'connected' | 'done' | 'counts';
  sent: number;
  acknowledged: number;
}

const TICK_MS = 10;
const CONNACK_BYTES = 4;
const PUBACK_BYTES = 4;
const PIECE_GRAMS = 20;
const START_PIECES = 100;
/** One message in so many tells of a take: a shelf is visited every few minutes, its scale talks twice a second. */
const TAKE_EVERY_MESSAGES = 600;
/** Takes are put back when the shelf is nearly empty, so that the bench makes no orders. */
const REFILL_AT_PIECES = 50;

class Scale {
  readonly #socket: Socket;
  readonly #head: Buffer;
  readonly connected: Promise<void>;
  #pieces = START_PIECES;
  #messages: number;
  #packetId = 1;
  #bytesIn = 0;
  sent = 0;

  constructor(order: LoadOrder, deviceId: string, phase: number) {
    this.#messages = phase;
    this.#head = field(`${deviceId}/sensor/weight/state`);
    this.#socket = connect(order.port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.once('connect', () => this.#socket.write(connectPacket(deviceId, order)));
      this.#socket.on('data', (chunk: Buffer) => {
        this.#bytesIn += chunk.length;
        if (this.#bytesIn >= CONNACK_BYTES) resolve();
      });
    });
  }

  get acknowledged(): number {
    return Math.max(0, (this.#bytesIn - CONNACK_BYTES) / PUBACK_BYTES);
  }

  publish(): void {
    this.#messages += 1;
    if (this.#messages % TAKE_EVERY_MESSAGES === 0) {
      this.#pieces = this.#pieces <= REFILL_AT_PIECES ? START_PIECES : this.#pieces - 1;
    }
    const noiseGrams = ((this.#messages * 7) % 5) / 10;
    const payload = Buffer.from((this.#pieces * PIECE_GRAMS + noiseGrams).toFixed(1));
    this.#packetId = (this.#packetId % 65_535) + 1;
    const id = Buffer.from([this.#packetId >> 8, this.#packetId & 0xff]);
    const length = this.#head.length + 2 + payload.length;
    this.#socket.write(Buffer.concat([Buffer.from([0x32]), remainingLength(length), this.#head, id, payload]));
    this.sent += 1;
  }
}

function connectPacket(deviceId: string, { password }: LoadOrder): Buffer {
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, 0xc2, 0, 0]), // level 4, user name + password + clean session, no keep-alive
    field(deviceId), // client id
    field(deviceId), // user name
    field(password),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** MQTT 3.1.1, section 2.2.3. */
function remainingLength(length: number): Buffer {
  return length < 128 ? Buffer.from([length]) : Buffer.from([(length % 128) | 0x80, length >> 7]);
}

const scales: Scale[] = [];
let firstScale = 0;

function tell(kind: LoadCounts['kind']): void {
  const sent = scales.reduce((sum, scale) => sum + scale.sent, 0);
  const acknowledged = scales.reduce((sum, scale) => sum + scale.acknowledged, 0);
  process.send?.({ kind, sent, acknowledged } satisfies LoadCounts);
}

async function connectAll(order: LoadOrder): Promise<void> {
  for (const [index, deviceId] of order.deviceIds.entries()) {
    const scale = new Scale(order, deviceId, (index * 7) % TAKE_EVERY_MESSAGES);
    scales.push(scale);
    // A hundred at a time: a site's devices do not all knock in one millisecond.
    if (index % 100 === 99) await Promise.all(scales.slice(-100).map((one) => one.connected));
  }
  await Promise.all(scales.map((scale) => scale.connected));
  tell('connected');
}

/** Spreads the messages evenly; when the machine is too slow for the rate, less is sent, and the counts say so. */
function run(seconds: number, messagesPerSecond: number): void {
  const startedAtMs = performance.now();
  let published = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAtMs;
    const due = Math.min(Math.floor((elapsedMs * messagesPerSecond) / 1_000), published + messagesPerSecond / 10);
    for (; published < due; published += 1) scales[(published + firstScale) % scales.length]?.publish();
    if (elapsedMs < seconds * 1_000) return;
    clearInterval(timer);
    firstScale = (firstScale + published) % scales.length; // the next run goes on where this one ended
    tell('done');
  }, TICK_MS);
}

process.on('message', (command: LoadCommand) => {
  switch (command.kind) {
    case 'connect':
      void connectAll(command.order);
      break;
    case 'run':
      run(command.seconds, command.messagesPerSecond);
      break;
    case 'count':
      tell('counts');
      break;
  }
});
