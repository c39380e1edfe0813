import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import fc from 'fast-check';
import { ServerTCP } from 'modbus-serial';
import { describe, expect, test } from 'vitest';

import { createModbusFramer } from './framer.ts';
import { crc16, hasValidCrc, readRequest } from './frames.ts';
import { modbusLoadcellModel } from './decoder.ts';
import { constantsSchema, requestOf } from './register-map.ts';

describe('modbus load cells', () => {
  test('the checksum is that of the Modbus specification', () => {
    expect(crc16(Buffer.from('0103000000 02'.replace(' ', ''), 'hex'))).toBe(0x0bc4);
    expect(
      Buffer.from(readRequest(requestOf(constantsSchema.parse({ statusRegister: 2 })), 'rtu')).toString('hex'),
    ).toBe('01030000000305cb');
  });

  test('weight and status too far apart for one request are refused by the configuration', () => {
    expect(constantsSchema.safeParse({ weightRegister: 0, statusRegister: 40 }).success).toBe(false);
  });

  test('an independent Modbus TCP server answers the request, and the answer is weight and status', async () => {
    const registers = [0, 0x10, 0, 12_339];
    const vector = { getHoldingRegister: (address: number) => registers[address] ?? 0 };
    const server = new ServerTCP(vector, { host: '127.0.0.1', port: 0, unitID: 7 });
    await once(server, 'initialized');
    const { port } = (server as unknown as { _server: Server })._server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    try {
      const text = {
        framing: 'tcp',
        unitId: '7',
        weightRegister: '2',
        statusRegister: '1',
        motionMask: '0x10',
        unit: 'g',
      };
      const constants = constantsSchema.parse(text);
      const polling = modbusLoadcellModel.pollingOf?.(constants);
      socket.write(polling?.request ?? '');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      const [payload] = createModbusFramer().push(answer);
      const result = payload && modbusLoadcellModel.create({ constants }).decode({ payload, receivedAtMs: 0 });
      expect(result).toEqual({ ok: true, samples: [{ kind: 'weight', grams: 12_339, stability: 'unstable' }] });
    } finally {
      socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  test('whatever garbage stands between frames, every frame behind enough of it is found', () => {
    const frame = Uint8Array.from(Buffer.from('0103040001e2409a93', 'hex'));
    frame.set([crc16(frame.subarray(0, 7)) & 0xff, crc16(frame.subarray(0, 7)) >>> 8], 7);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (garbage, chunkBytes) => {
        // Any head of garbage is decided after at most 260 bytes.
        const stream = Buffer.concat([garbage, ...Array.from({ length: 60 }, () => frame)]);
        const framer = createModbusFramer();
        const found: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += chunkBytes)
          found.push(...framer.push(stream.subarray(at, at + chunkBytes)));
        expect(found.filter(hasValidCrc).length).toBeGreaterThanOrEqual(30);
      }),
    );
  });
});
