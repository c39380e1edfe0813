import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { ServerTCP } from 'modbus-serial';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';

/** The transmitter is modbus-serial's server: nothing of the gateway's own Modbus code is on its side of the line. */
class Transmitter {
  readonly #server: ServerTCP;
  registers = [0, 0, 0];
  /** How many requests asked for exactly the weight and its status together. */
  requests = 0;

  private constructor() {
    const vector = {
      getMultipleHoldingRegisters: (first: number, length: number): number[] => {
        this.requests += first === 0 && length === 3 ? 1 : 0;
        return this.registers.slice(first, first + length);
      },
    };
    this.#server = new ServerTCP(vector, { host: '127.0.0.1', port: 0, unitID: 3 });
  }

  static async start(): Promise<Transmitter> {
    const transmitter = new Transmitter();
    await once(transmitter.#server, 'initialized');
    return transmitter;
  }

  get port(): number {
    return ((this.#server as unknown as { _server: Server })._server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe.runIf(needs('mosquitto'))('a load-cell transmitter on Modbus TCP', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('is asked for weight and status in one request, and what moves is not told as good', async () => {
    await using data = await temporaryFolder();
    const transmitter = await Transmitter.start();
    const centre = await TestCentre.connect(central.url);
    transmitter.registers = [0, 12_339, 1];
    const device = {
      deviceId: 'silo-1',
      model: 'modbus-loadcell',
      tcp: { host: '127.0.0.1', port: transmitter.port, pollIntervalMs: 20 },
      constants: { framing: 'tcp', unitId: 3, statusRegister: 2, motionMask: 1, unit: 'kg', scale: 0.001 },
      sensors: [{ filter: { medianOf: 1, stableForMs: 0 }, calibration: { version: 1 } }],
    };
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices: [device] });
    await until('it was asked ten times', () => transmitter.requests >= 10);
    const good = (): number[] =>
      [...centre.readings.values()].flatMap((reading) =>
        reading.kind === 'weight' && reading.quality === 'good' ? [reading.netGrams] : [],
      );
    expect(good()).toEqual([]);
    transmitter.registers = [0, 12_345, 0];
    await until('the weight at rest is at the centre', () => good().length > 0);
    expect(good()).toEqual([12_345]);
    await gateway.close();
    await centre.close();
    await transmitter.close();
  });
});
