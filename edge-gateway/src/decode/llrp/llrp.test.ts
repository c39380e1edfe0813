import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';

import type { DecodeResult, Frame } from '../decoder.ts';
import { decoderOfModel } from '../decoder-case.ts';
import { llrpModel } from './decoder.ts';
import { createLlrpFramer } from './framer.ts';
import { type LlrpMessage, MESSAGE_TYPE, readMessage, writeMessage } from './message.ts';
import { CONNECTION_ACCEPTED, startSimulatedReader, STATUS_SUCCESS, TAG_REPORT } from './simulated-reader.ts';

const TAG = {
  kind: 'tag',
  epcHex: '3074257BF7194E4000001A85',
  antenna: 1,
  rssiDbm: -48,
  observedAtMs: 1_594_174_805_140,
};

describe('a session with a reader over TCP', () => {
  test('sets up a ROSpec step by step, then receives tags and answers keepalives', async () => {
    const reader = await openReader();
    const gateway = await connectGateway(reader.port);

    await reader.until((requests) => requests.includes(MESSAGE_TYPE.START_ROSPEC));
    expect(reader.requests).toEqual([
      MESSAGE_TYPE.DELETE_ROSPEC,
      MESSAGE_TYPE.SET_READER_CONFIG,
      MESSAGE_TYPE.ADD_ROSPEC,
      MESSAGE_TYPE.ENABLE_ROSPEC,
      MESSAGE_TYPE.START_ROSPEC,
    ]);
    reader.send({ version: 1, type: MESSAGE_TYPE.RO_ACCESS_REPORT, id: 9, body: TAG_REPORT });
    reader.send({ version: 1, type: MESSAGE_TYPE.KEEPALIVE, id: 10, body: new Uint8Array(0) });
    await reader.until((requests) => requests.includes(MESSAGE_TYPE.KEEPALIVE_ACK));
    expect(gateway.results.flatMap((result) => (result.ok ? result.samples : []))).toEqual([TAG]);
  });

  test('stops at a refusal, says which step the reader refused, and tries again with the next keepalive', async () => {
    const reader = await openReader(MESSAGE_TYPE.ADD_ROSPEC);
    const gateway = await connectGateway(reader.port);
    await gateway.until((result) => !result.ok);
    expect(gateway.results.at(-1)).toEqual({
      ok: false,
      kind: 'out-of-range',
      detail: 'The reader refuses addRoSpec: status 105 not.',
    });
    expect(reader.requests).not.toContain(MESSAGE_TYPE.ENABLE_ROSPEC);
    reader.send({ version: 1, type: MESSAGE_TYPE.KEEPALIVE, id: 10, body: new Uint8Array(0) });
    await reader.until((requests) => requests.includes(MESSAGE_TYPE.START_ROSPEC));
  });

  test('goes on where a reader does not let its configuration be changed', async () => {
    const reader = await openReader(MESSAGE_TYPE.DELETE_ROSPEC, MESSAGE_TYPE.SET_READER_CONFIG);
    const gateway = await connectGateway(reader.port);
    await reader.until((requests) => requests.includes(MESSAGE_TYPE.START_ROSPEC));
    expect(gateway.results.filter((result) => !result.ok)).toMatchObject([
      { detail: 'The reader refuses deleteRoSpecs: status 105 not.' },
      { detail: 'The reader refuses setReaderConfig: status 105 not.' },
    ]);
  });
});

test('leaves the reader alone where another system has set it up', () => {
  const decoder = decoderOfModel(llrpModel, { setUp: false });
  const payload = writeMessage({ version: 1, type: 63, id: 1, body: CONNECTION_ACCEPTED });
  expect(decoder.decode(frameOf(payload))).toEqual({ ok: true, samples: [] });
});

test('reads the body of a report without its header', () => {
  const decoder = decoderOfModel(llrpModel, {});
  expect(decoder.decode(frameOf(TAG_REPORT))).toEqual({ ok: true, samples: [TAG] });
});

test('asks for exactly the ROSpec of the standard', () => {
  const decoder = decoderOfModel(llrpModel, { antennas: [1, 4] });
  let request = replyTo(
    decoder.decode(frameOf(writeMessage({ version: 1, type: 63, id: 1, body: CONNECTION_ACCEPTED }))),
  );
  for (const response of [MESSAGE_TYPE.DELETE_ROSPEC_RESPONSE, MESSAGE_TYPE.SET_READER_CONFIG_RESPONSE]) {
    const answer = writeMessage({ version: 1, type: response, id: request.id, body: STATUS_SUCCESS });
    request = replyTo(decoder.decode(frameOf(answer)));
  }
  expect(request.type).toBe(MESSAGE_TYPE.ADD_ROSPEC);
  expect(Buffer.from(request.body).toString('hex')).toBe(
    [
      '00b10043 00000001 00 00', // ROSpec 1, priority 0, disabled
      '00b20012 00b30005 00 00b60009 00 00000000', // no start trigger, no stop trigger
      '00b7001a 0002 0001 0004 00b80009 00 00000000 00ba0007 0001 01', // antennas 1 and 4, Gen 2, for ever
      '00ed000d 01 0001 00ee0006 1780', // every tag; antenna, RSSI, first and last seen, count
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});

test('finds the next message after garbage inside the stream', () => {
  const report = writeMessage({ version: 1, type: 61, id: 9, body: TAG_REPORT });
  const frames = createLlrpFramer().push(Buffer.concat([Buffer.from('SSH-2.0 hello'), report]));
  expect(frames.map((frame) => Buffer.from(frame).toString('hex'))).toEqual([Buffer.from(report).toString('hex')]);
});

async function openReader(...refusals: number[]) {
  const reader = await startSimulatedReader(...refusals);
  onTestFinished(reader.close);
  return reader;
}

/** The gateway's TCP receiver in small: bytes through the framer, frames through the decoder, replies back. */
async function connectGateway(port: number) {
  const results: DecodeResult[] = [];
  const waiting = new Set<() => void>();
  const framer = llrpModel.createFramer?.() ?? createLlrpFramer();
  const decoder = decoderOfModel(llrpModel, {});
  const socket = connect(port, '127.0.0.1');
  socket.on('data', (chunk) => {
    for (const payload of framer.push(chunk)) {
      const result = decoder.decode(frameOf(payload));
      results.push(result);
      if (result.reply?.to === 'connection') socket.write(result.reply.bytes);
    }
    for (const check of waiting) check();
  });
  await once(socket, 'connect');
  onTestFinished(() => {
    socket.destroy();
  });
  const until = (holds: (result: DecodeResult) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (results.some(holds)) resolve();
      };
      waiting.add(check);
      check();
    });
  return { results, until };
}

function replyTo(result: DecodeResult): LlrpMessage {
  const message = result.reply?.to === 'connection' ? readMessage(result.reply.bytes) : undefined;
  if (!message) throw new Error('no reply to the connection');
  return message;
}

function frameOf(payload: Uint8Array): Frame {
  return { payload, receivedAtMs: 1_772_600_800_000 };
}
