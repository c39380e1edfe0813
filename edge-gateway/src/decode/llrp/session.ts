import { type LlrpMessage, MESSAGE_TYPE, writeMessage } from './message.ts';
import { findTlv, readParameters, TLV, viewOf } from './parameters.ts';

/**
 * The client's side of an LLRP connection. A reader announces each new connection; the client then removes what an
 * earlier client left, asks for keepalives, and adds, enables and starts one ROSpec that reads on all antennas for ever
 * and reports every tag read. Each request waits for the answer to the one before. A refusal of the first two is told and
 * passed over: the reader may read all the same. After a refusal of the others, and when somebody else stops our ROSpec, the
 * whole set-up is tried again with the next keepalive.
 */

const ROSPEC_ID = 1;

export interface SessionSettings {
  keepAliveMs: number;
  /** 0 stands for all antennas (clause 11.2.5.1). */
  antennas: readonly number[];
}

type SetUp = 'deleteRoSpecs' | 'setReaderConfig' | 'addRoSpec' | 'enableRoSpec' | 'startRoSpec';

interface Step {
  step: SetUp;
  request: number;
  response: number;
  mayBeRefused: boolean;
}

const FIRST_STEP: Step = {
  step: 'deleteRoSpecs',
  request: MESSAGE_TYPE.DELETE_ROSPEC,
  response: MESSAGE_TYPE.DELETE_ROSPEC_RESPONSE,
  mayBeRefused: true,
};
const STEPS: readonly Step[] = [
  FIRST_STEP,
  {
    step: 'setReaderConfig',
    request: MESSAGE_TYPE.SET_READER_CONFIG,
    response: MESSAGE_TYPE.SET_READER_CONFIG_RESPONSE,
    mayBeRefused: true,
  },
  {
    step: 'addRoSpec',
    request: MESSAGE_TYPE.ADD_ROSPEC,
    response: MESSAGE_TYPE.ADD_ROSPEC_RESPONSE,
    mayBeRefused: false,
  },
  {
    step: 'enableRoSpec',
    request: MESSAGE_TYPE.ENABLE_ROSPEC,
    response: MESSAGE_TYPE.ENABLE_ROSPEC_RESPONSE,
    mayBeRefused: false,
  },
  {
    step: 'startRoSpec',
    request: MESSAGE_TYPE.START_ROSPEC,
    response: MESSAGE_TYPE.START_ROSPEC_RESPONSE,
    mayBeRefused: false,
  },
];

export class LlrpSession {
  readonly #settings: SessionSettings;
  /** Index of the step whose answer is awaited. */
  #step: number | undefined;
  /** The last step was acknowledged: our ROSpec reads. */
  #running = false;
  /** Whether the next keepalive begins the set-up again. */
  #again = false;
  #lastId = 0;
  #version = 1;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** The reader announced a connection: the set-up starts again from its first step, whatever was before. */
  connected(version: number): Uint8Array {
    this.#version = version;
    this.#again = false;
    return this.#request(0);
  }

  /** @returns the first request again where the reader had refused the set-up, or has stopped reading */
  keptAlive(): Uint8Array | undefined {
    if (!this.#again) return undefined;
    this.#again = false;
    return this.#request(0);
  }

  /**
   * A ROSpec has ended: stopped by another client, or deleted. While we set up, it is the one of an earlier connection that
   * we have just deleted ourselves.
   */
  ended(roSpecId: number): void {
    if (!this.#running || roSpecId !== ROSPEC_ID) return;
    this.#running = false;
    this.#again = true;
  }

  /**
   * A response arrived. One that was not waited for changes nothing.
   * @returns the next request, if there is one; the reader's words if it refused
   */
  answered(message: LlrpMessage): { request?: Uint8Array; refused?: string } {
    const index = this.#step;
    const current = index === undefined ? undefined : STEPS[index];
    const isAnswer = message.type === current?.response || message.type === MESSAGE_TYPE.ERROR_MESSAGE;
    if (!current || index === undefined || !isAnswer || message.id !== this.#lastId) {
      return message.type === MESSAGE_TYPE.ERROR_MESSAGE ? { refused: refusalOf(message.body) ?? 'a request' } : {};
    }
    const refusal = refusalOf(message.body);
    if (refusal === undefined || current.mayBeRefused) {
      const next = index + 1;
      const refused = refusal === undefined ? {} : { refused: `${current.step}: ${refusal}` };
      if (next < STEPS.length) return { request: this.#request(next), ...refused };
      this.#step = undefined;
      this.#running = refusal === undefined;
      return refused;
    }
    this.#step = undefined;
    this.#again = true;
    return { refused: `${current.step}: ${refusal}` };
  }

  #request(index: number): Uint8Array {
    const { step, request } = STEPS[index] ?? FIRST_STEP;
    this.#step = index;
    this.#running = false;
    this.#lastId += 1;
    const body = bodyOfStep(step, this.#settings);
    return writeMessage({ version: this.#version, type: request, id: this.#lastId, body });
  }
}

export function keepAliveAck(keepAlive: LlrpMessage): Uint8Array {
  const { version, id } = keepAlive;
  return writeMessage({ version, type: MESSAGE_TYPE.KEEPALIVE_ACK, id, body: new Uint8Array(0) });
}

function bodyOfStep(step: SetUp, settings: SessionSettings): Uint8Array {
  switch (step) {
    case 'deleteRoSpecs':
      return u32(0); // 0: all of them
    case 'setReaderConfig':
      // No factory reset; keepalives of type 1, periodic; reports are not held back after a reconnect, as another client
      // may have told the reader to do.
      return bytes([0], tlv(TLV.KEEPALIVE_SPEC, [1], u32(settings.keepAliveMs)), tlv(TLV.EVENTS_AND_REPORTS, [0]));
    case 'addRoSpec':
      return roSpec(settings.antennas);
    default:
      return u32(ROSPEC_ID);
  }
}

function roSpec(antennas: readonly number[]): Uint8Array {
  const boundary = tlv(
    TLV.RO_BOUNDARY_SPEC,
    tlv(TLV.ROSPEC_START_TRIGGER, [0]), // none: START_ROSPEC starts it
    tlv(TLV.ROSPEC_STOP_TRIGGER, [0], u32(0)), // none: it runs until it is stopped
  );
  const antennaInventory = tlv(
    TLV.AISPEC,
    u16(antennas.length),
    ...antennas.map(u16),
    tlv(TLV.AISPEC_STOP_TRIGGER, [0], u32(0)),
    tlv(TLV.INVENTORY_PARAMETER_SPEC, u16(1), [1]), // protocol 1: EPCglobal Class 1 Gen 2
  );
  const report = tlv(
    TLV.RO_REPORT_SPEC,
    [1], // upon N tags, or the end of the AISpec
    u16(1),
    tlv(TLV.TAG_REPORT_CONTENT_SELECTOR, u16(REPORTED_FIELDS)),
  );
  const priority = [0];
  const disabled = [0];
  return tlv(TLV.ROSPEC, u32(ROSPEC_ID), priority, disabled, boundary, antennaInventory, report);
}

/** AntennaID, PeakRSSI, FirstSeenTimestamp, LastSeenTimestamp, TagSeenCount (clause 13.2.1.1, from the most significant bit). */
const REPORTED_FIELDS = 0x1000 | 0x0400 | 0x0200 | 0x0100 | 0x0080;

/** LLRPStatus: 16 bits of code (0 is success), 16 bits of length, UTF-8 text. */
function refusalOf(body: Uint8Array): string | undefined {
  const status = findTlv(readParameters(viewOf(body)).parameters, TLV.LLRP_STATUS)?.value;
  if (!status || status.byteLength < 4) return 'an answer without a status';
  const code = status.getUint16(0);
  if (code === 0) return undefined;
  const textBytes = Math.min(status.getUint16(2), status.byteLength - 4, 200);
  const text = new TextDecoder().decode(new Uint8Array(status.buffer, status.byteOffset + 4, textBytes));
  return `status ${code} ${text}`.trim();
}

function tlv(type: number, ...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const value = bytes(...parts);
  return bytes(u16(type), u16(value.length + 4), value);
}

function bytes(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function u32(value: number): Uint8Array {
  return bytes(u16(value >>> 16), u16(value & 0xffff));
}
