import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame, Reply } from '../decoder.ts';
import { failure, understood } from '../result.ts';
import { createLlrpFramer } from './framer.ts';
import { HEADER_BYTES, type LlrpMessage, MESSAGE_TYPE, readHeader, readMessage } from './message.ts';
import { TLV, viewOf } from './parameters.ts';
import { readReaderEvent } from './reader-event.ts';
import { keepAliveAck, LlrpSession } from './session.ts';
import { decodeTagReports } from './tag-report.ts';

const constantsSchema = z.object({
  setUp: z
    .boolean()
    .default(true)
    .describe('Whether to set up a ROSpec on each connection; false where another system has done that'),
  keepAliveMs: z.int().min(1_000).max(600_000).default(10_000).describe('How often the reader shows that it lives'),
  antennas: z.array(z.int().min(1).max(65_535)).min(1).max(64).optional().describe('Antennas to use (default: all)'),
});

const CONNECTION_ATTEMPT_SUCCESS = 0;
/** So many keepalives may be lost on the way before the reader is taken for gone. */
const KEEPALIVES_MISSED_MAX = 3;

class LlrpDecoder implements Decoder {
  readonly #session: LlrpSession | undefined;

  constructor(session: LlrpSession | undefined) {
    this.#session = session;
  }

  decode(frame: Frame): DecodeResult {
    const message = readMessage(frame.payload);
    return message ? this.#decodeMessage(message) : decodeBareBody(frame.payload);
  }

  #decodeMessage(message: LlrpMessage): DecodeResult {
    switch (message.type) {
      case MESSAGE_TYPE.RO_ACCESS_REPORT:
        return decodeTagReports(message.body);
      case MESSAGE_TYPE.KEEPALIVE:
        return this.#decodeKeepAlive(message);
      case MESSAGE_TYPE.READER_EVENT_NOTIFICATION:
        return this.#decodeReaderEvent(message);
      default:
        return this.#decodeResponse(message);
    }
  }

  #decodeKeepAlive(message: LlrpMessage): DecodeResult {
    const acknowledgement = keepAliveAck(message);
    const again = this.#session?.keptAlive();
    return {
      ok: true,
      samples: [],
      reply: toConnection(again ? Buffer.concat([acknowledgement, again]) : acknowledgement),
    };
  }

  #decodeReaderEvent(message: LlrpMessage): DecodeResult {
    const event = readReaderEvent(message.body);
    if (typeof event === 'string') return failure('truncated', event);
    if (event.endedRoSpecId !== undefined) this.#session?.ended(event.endedRoSpecId);
    if (event.trouble !== undefined) return failure('out-of-range', event.trouble);
    if (event.connectionAttempt === undefined) return understood();
    if (event.connectionAttempt !== CONNECTION_ATTEMPT_SUCCESS) {
      // 1, 2, 4: another client holds the reader; 3: another error (clause 13.2.6.9).
      return failure('out-of-range', `The reader refuses the connection (status ${event.connectionAttempt}).`);
    }
    const reply = this.#session?.connected(message.version);
    return { ok: true, samples: [], ...(reply && { reply: toConnection(reply) }) };
  }

  #decodeResponse(message: LlrpMessage): DecodeResult {
    const { request, refused } = this.#session?.answered(message) ?? {};
    const reply = request ? { reply: toConnection(request) } : {};
    if (refused !== undefined) return { ...failure('out-of-range', `The reader refuses ${refused}.`), ...reply };
    return { ok: true, samples: [], ...reply };
  }
}

/** Files and some gateways hold the body of a report without the header of its message. */
function decodeBareBody(payload: Uint8Array): DecodeResult {
  if (payload.length === 0) return failure('truncated', 'The frame is empty.');
  const header = readHeader(payload);
  if (header) {
    return failure('truncated', `The message says ${header.lengthBytes} bytes, and there are ${payload.length}.`);
  }
  const type = payload.length >= 4 ? viewOf(payload).getUint16(0) : undefined;
  switch (type) {
    case TLV.TAG_REPORT_DATA:
    case TLV.RF_SURVEY_REPORT_DATA:
      return decodeTagReports(payload);
    case TLV.READER_EVENT_NOTIFICATION_DATA: {
      const event = readReaderEvent(payload);
      return typeof event === 'string' ? failure('truncated', event) : understood();
    }
    default:
      return payload.length < HEADER_BYTES
        ? failure('truncated', `${payload.length} bytes are less than the header of a message.`)
        : failure('unknown-type', 'The bytes are neither an LLRP message nor the body of a report.');
  }
}

function toConnection(bytes: Uint8Array): Reply {
  return { to: 'connection', bytes };
}

export const llrpModel: DecoderModel<typeof constantsSchema> = {
  id: 'llrp',
  title: 'RFID readers that speak LLRP (TCP 5084): Impinj, Zebra, Alien, …',
  input: 'stream',
  encoding: 'binary',
  constantsSchema,
  createFramer: createLlrpFramer,
  // Where another system sets it up, nobody knows whether it sends keepalives.
  silenceMsMaxOf: ({ setUp, keepAliveMs }) => (setUp ? keepAliveMs * KEEPALIVES_MISSED_MAX : undefined),
  create: ({ constants: { setUp, keepAliveMs, antennas } }) =>
    new LlrpDecoder(setUp ? new LlrpSession({ keepAliveMs, antennas: antennas ?? [0] }) : undefined),
};
