import { EventEmitter } from 'node:events';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { ServerSerial } from 'modbus-serial';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';
import { type Answer, plugIn, scaleAt, type TestCable } from './test-cable.ts';

/** A scale of each protocol, with its own words for so many grams. None of this uses the decoders' code. */
interface Protocol {
  model: string;
  serial?: Record<string, unknown>;
  constants?: Record<string, unknown>;
  /** Sends by itself, again and again. */
  continuous?: (grams: number) => string;
  answer?: (grams: () => number) => Answer;
}

const GARBAGE = '\x00\xff\x17~garbage';

/** Seven data bits and even parity as they look when the line is read with eight. */
function evenParity(text: string): string {
  return text.replaceAll(/[^]/g, (character) => {
    const ones = character.charCodeAt(0).toString(2).replaceAll('0', '').length;
    return String.fromCharCode(character.charCodeAt(0) | (ones % 2 === 0 ? 0 : 0x80));
  });
}

function lrc(text: string): string {
  return String.fromCharCode(Buffer.from(text).reduce((sum, byte) => sum ^ byte, 0));
}

const kilograms = (grams: number, width: number, decimals: number): string =>
  (grams / 1_000).toFixed(decimals).padStart(width);

function toledoFrame(grams: number): string {
  const frame = `\x02\x2d\x30\x20${String(grams).padStart(6)}000000\r`;
  const sum = Buffer.from(frame).reduce((total, byte) => total + byte, 0);
  return frame + String.fromCharCode(-sum & 0x7f);
}

const asked =
  (request: string | RegExp, text: (grams: number) => string) =>
  (grams: () => number): Answer =>
  (received) => {
    const heard = received.toString('latin1');
    const isAsked = typeof request === 'string' ? heard.includes(request) : request.test(heard);
    return isAsked ? text(grams()) : undefined;
  };

const PROTOCOLS: readonly Protocol[] = [
  {
    model: 'mt-8217',
    serial: { dataBits: 7, parity: 'even' },
    answer: asked('W', (grams) => evenParity(`\x02${kilograms(grams, 6, 3).replace(' ', '0')}\r`)),
  },
  { model: 'toledo-continuous', serial: { dataBits: 7, parity: 'even' }, continuous: toledoFrame },
  {
    model: 'sartorius-sbi',
    answer: asked('\x1bP', (grams) => `N     + ${String(grams).padStart(8)} g  \r\n`),
  },
  { model: 'ohaus', answer: asked('IP', (grams) => `${GARBAGE}\r\n${kilograms(grams, 9, 3)} kg     \r\n`) },
  { model: 'aandd', answer: asked('Q', (grams) => `ST,+${kilograms(grams, 8, 3).replaceAll(' ', '0')} kg\r\n`) },
  {
    model: 'cas',
    constants: { pointOfSale: true },
    answer: (grams) => (request) => {
      if (request.includes(0x05)) return '\x06';
      const body = `S ${kilograms(grams(), 7, 3)}kg`;
      return request.includes(0x11) ? `\x01\x02${body}${lrc(body)}\x03\x04` : undefined;
    },
  },
  {
    model: 'nci',
    serial: { dataBits: 7, parity: 'even' },
    answer: asked('W', (grams) => evenParity(`\n${kilograms(grams, 7, 3)}KG\r\n00\r\x03`)),
  },
  {
    model: 'berkel',
    serial: { baudRate: 2_400, dataBits: 7, parity: 'even' },
    answer: (grams) => (request) => {
      if (request.includes(0x05)) return '\x06';
      const body = `\x29${String(grams()).padStart(5, '0')}`; // bits 3 and 5 are always set; capacity 1: 15 kg × 0.005 kg
      return request.includes(0x11) ? `\x02${body}\x03${lrc(body)}` : undefined;
    },
  },
  { model: 'mt-sics', answer: asked('SI', (grams) => `${GARBAGE}\r\nS S ${String(grams).padStart(10)} g\r\n`) },
];

const FILTER = [{ filter: { medianOf: 1, stableForMs: 0 }, calibration: { version: 1 } }];

describe.runIf(needs('socat') && needs('mosquitto'))('scales on serial ports', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('of every protocol are read, also through garbage and after the cable was pulled', async () => {
    await using data = await temporaryFolder();
    let grams = 2_345;
    const connect = (): Promise<TestCable[]> =>
      Promise.all(PROTOCOLS.map((protocol) => connectScale(protocol, data.folder, () => grams)));
    let cables = await connect();
    const devices = PROTOCOLS.map(({ model, serial, constants }, index) => ({
      deviceId: model,
      model,
      serial: { path: cables[index]?.gatewayEnd, pollIntervalMs: 20, ...serial },
      ...(constants && { constants }),
      sensors: FILTER,
    }));
    const centre = await TestCentre.connect(central.url);
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices });
    await untilAllWeigh(centre, 2_345);
    await Promise.all(cables.map((cable) => cable.pull()));
    grams = 3_455;
    cables = await connect();
    await untilAllWeigh(centre, 3_455);
    const told = new Set([...centre.readings.values()].flatMap((one) => (one.kind === 'weight' ? [one.netGrams] : [])));
    expect(told, 'nothing but what lay on the scales').toEqual(new Set([2_345, 3_455]));
    await gateway.close();
    await centre.close();
    await Promise.all(cables.map((cable) => cable.pull()));
  });

  test('of Modbus RTU are asked for weight and status in one request, in frames of another maker', async () => {
    await using data = await temporaryFolder();
    let registers = [0x0010, 0, 2_345]; // status: moving; weight: 32 bits, the high word first
    let together = 0;
    const holding = (first: number, length: number): number[] => {
      if (first === 6 && length === 3) together += 1;
      return registers.slice(first - 6, first - 6 + length);
    };
    const connect = async (): Promise<TestCable> => {
      const cable = await plugIn(data.folder, 'silo');
      const line = { path: cable.scaleEnd, baudRate: 9_600, unitID: 3, openCallback: () => undefined };
      const server = new ServerSerial({ getMultipleHoldingRegisters: holding }, line);
      const port: unknown = Reflect.get(server, '_serverPath');
      // It tells nobody of a cable that is pulled while it answers, and then reads on for ever.
      if (port instanceof EventEmitter) port.on('error', () => undefined);
      const pull = async (): Promise<void> => {
        await cable.pull();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      };
      return { ...cable, pull };
    };
    let cable = await connect();
    const map = { unitId: 3, weightRegister: 7, statusRegister: 6, motionMask: 0x10, unit: 'g' };
    const serial = { path: cable.gatewayEnd, parity: 'even', pollIntervalMs: 50 };
    const device = { deviceId: 'silo', model: 'modbus-loadcell', serial, constants: map, sensors: FILTER };
    const centre = await TestCentre.connect(central.url);
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices: [device] });
    await until('the moving weight was read ten times', () => together >= 10);
    expect(goodGrams(centre, 'silo')).toEqual([]);
    registers = [0, 0, 2_350];
    await until('the weight at rest is told', () => goodGrams(centre, 'silo').includes(2_350));
    await cable.pull();
    registers = [0, 1, 0];
    cable = await connect();
    await until('a weight of more than 16 bits after the cable was pulled', () =>
      goodGrams(centre, 'silo').includes(65_536),
    );
    expect(goodGrams(centre, 'silo')).toEqual([2_350, 65_536]);
    await gateway.close();
    await centre.close();
    await cable.pull();
  });
});

async function connectScale(protocol: Protocol, folder: string, grams: () => number): Promise<TestCable> {
  const cable = await plugIn(folder, protocol.model);
  const port = await scaleAt(cable.scaleEnd, protocol.answer?.(grams) ?? (() => undefined));
  const { continuous } = protocol;
  const sending = continuous && setInterval(() => port.write(`${GARBAGE}${continuous(grams())}`, 'latin1'), 20);
  port.on('close', () => clearInterval(sending));
  return cable;
}

async function untilAllWeigh(centre: TestCentre, grams: number): Promise<void> {
  for (const { model } of PROTOCOLS) {
    await until(`${model} tells ${grams} g`, () => goodGrams(centre, model).includes(grams));
  }
}

function goodGrams(centre: TestCentre, deviceId: string): number[] {
  return [...centre.readings.values()].flatMap((reading) =>
    reading.kind === 'weight' && reading.deviceId === deviceId && reading.quality === 'good' ? [reading.netGrams] : [],
  );
}
