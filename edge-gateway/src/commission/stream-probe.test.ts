import { PassThrough, Duplex } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { probeStream } from './stream-probe.ts';

/** A line whose other end answers at once; `wait` lets what was written arrive and takes no time. */
function lineOf(answer: (request: Buffer) => string | Buffer | undefined, announcement = ''): Duplex {
  const fromDevice = new PassThrough();
  const line = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      const bytes = answer(chunk);
      if (bytes !== undefined) fromDevice.write(Buffer.from(bytes as string, 'latin1'));
      done();
    },
  });
  fromDevice.on('data', (chunk) => line.push(chunk));
  if (announcement !== '') fromDevice.write(Buffer.from(announcement, 'latin1'));
  return line;
}

function probe(line: Duplex) {
  return probeStream({
    open: () => Promise.resolve(line),
    now: () => 1_772_600_767_000,
    wait: () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
  });
}

describe('a port of which nobody knows what is behind it', () => {
  test('with a scale that sends by itself is recognised by listening, and nothing is written to it', async () => {
    const written: Buffer[] = [];
    const line = lineOf((request) => {
      written.push(request);
      return undefined;
    }, 'ST,GS,   1.250 kg\r\nST,GS,   1.250 kg\r\n');
    const { fits, heardBytes } = await probe(line);
    expect(fits[0]).toMatchObject({ samples: [{ kind: 'weight', grams: 1_250 }] });
    expect(fits.map(({ model }) => model)).toContain('cas');
    expect(heardBytes).toBe(38);
    expect(written).toEqual([]);
  });

  test.each([
    ['mt-sics', (request: Buffer) => (request.includes('SI') ? 'S S     12.50 g\r\n' : 'ES\r\n'), 12.5],
    ['sartorius-sbi', (request: Buffer) => (request.includes('\x1bP') ? 'N     +    12.50 g  \r\n' : undefined), 12.5],
    ['mt-8217', (request: Buffer) => (request.equals(Buffer.from('W')) ? '\x020.500\r' : undefined), 500],
    ['nci', (request: Buffer) => (request.equals(Buffer.from('W\r')) ? '\n0.500KG\r\n00\r\x03' : undefined), 500],
  ] as const)('with a scale that wants to be asked is asked in its own words: %s', async (model, answer, grams) => {
    const [best] = (await probe(lineOf(answer))).fits;
    expect(best).toMatchObject({ model, samples: [{ kind: 'weight', grams }] });
  });

  test('with a till scale goes through its handshake, and says how it must be asked', async () => {
    const body = 'S  0.500kg';
    const check = String.fromCharCode(Buffer.from(body).reduce((sum, byte) => sum ^ byte, 0));
    const line = lineOf((request) => {
      if (request.includes(0x05)) return '\x06';
      return request.includes(0x11) ? `\x01\x02${body}${check}\x03\x04` : undefined;
    });
    expect((await probe(line)).fits[0]).toMatchObject({
      model: 'cas',
      constants: { pointOfSale: true },
      samples: [{ kind: 'weight', grams: 500, stability: 'stable' }],
    });
  });

  test('with a Modbus device that has other registers says which constants it wants', async () => {
    const isTcp = (request: Buffer): boolean => request[2] === 0 && request[3] === 0 && request.length === 12;
    const line = lineOf((request) =>
      isTcp(request) ? Buffer.concat([request.subarray(0, 4), Buffer.from([0, 3, 1, 0x83, 2])]) : undefined,
    );
    const [best] = (await probe(line)).fits;
    expect(best).toMatchObject({ model: 'modbus-loadcell', constants: { framing: 'tcp' }, samples: [] });
    expect(best?.needs?.constants).toContain('weightRegister');
  });

  test('with an RFID reader is recognised by its hello, without being set up', async () => {
    const hello = '043f000000200000000100f600160080000c00064c2bc71af000010000060000';
    const line = lineOf(() => undefined, Buffer.from(hello, 'hex').toString('latin1'));
    expect((await probe(line)).fits).toMatchObject([{ model: 'llrp', framesUnderstood: 1, samples: [] }]);
  });

  test('with nobody there, or only noise, fits nothing', async () => {
    expect(await probe(lineOf(() => undefined))).toMatchObject({ heardBytes: 0, fits: [] });
    const noise = lineOf(() => '\xff\xfe\x00garbage\r\n', '\x80\x81\x82');
    expect((await probe(noise)).fits).toEqual([]);
  });
});
