/**
 * LLRP 1.1 messages (EPCglobal, chapter 16): big endian; 3 bits reserved, 3 bits version, 10 bits type; length in bytes
 * with this header; message id. Then parameters.
 */

export const HEADER_BYTES = 10;
/** A reader's capabilities are some kilobytes, a report of a full buffer some hundred. */
export const MESSAGE_BYTES_MAX = 1_048_576;

export const MESSAGE_TYPE = {
  SET_READER_CONFIG: 3,
  CLOSE_CONNECTION_RESPONSE: 4,
  SET_READER_CONFIG_RESPONSE: 13,
  ADD_ROSPEC: 20,
  DELETE_ROSPEC: 21,
  START_ROSPEC: 22,
  ENABLE_ROSPEC: 24,
  ADD_ROSPEC_RESPONSE: 30,
  DELETE_ROSPEC_RESPONSE: 31,
  START_ROSPEC_RESPONSE: 32,
  ENABLE_ROSPEC_RESPONSE: 34,
  RO_ACCESS_REPORT: 61,
  KEEPALIVE: 62,
  READER_EVENT_NOTIFICATION: 63,
  KEEPALIVE_ACK: 72,
  ERROR_MESSAGE: 100,
} as const;

export interface LlrpMessage {
  version: number;
  type: number;
  id: number;
  body: Uint8Array;
}

export interface LlrpHeader {
  version: number;
  type: number;
  lengthBytes: number;
  id: number;
}

/** @returns undefined if these ten bytes cannot begin a message: reserved bits, a version of the future, a silly length */
export function readHeader(bytes: Uint8Array): LlrpHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint16(0);
  const version = (first >> 10) & 0b111;
  const type = first & 0x3ff;
  const lengthBytes = view.getUint32(2);
  if (first >> 13 !== 0 || version < 1 || version > 3 || !isMessageType(type)) return undefined;
  if (lengthBytes < HEADER_BYTES || lengthBytes > MESSAGE_BYTES_MAX) return undefined;
  return { version, type, lengthBytes, id: view.getUint32(6) };
}

/** @returns undefined unless the bytes are exactly one message */
export function readMessage(bytes: Uint8Array): LlrpMessage | undefined {
  const header = readHeader(bytes);
  if (header?.lengthBytes !== bytes.length) return undefined;
  return { version: header.version, type: header.type, id: header.id, body: bytes.subarray(HEADER_BYTES) };
}

export function writeMessage(message: LlrpMessage): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.body.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, (message.version << 10) | message.type);
  view.setUint32(2, bytes.length);
  view.setUint32(6, message.id);
  bytes.set(message.body, HEADER_BYTES);
  return bytes;
}

/** Clause 16.1, table of messages: 1…63, KEEPALIVE_ACK and its neighbours, ERROR_MESSAGE, CUSTOM_MESSAGE. */
function isMessageType(type: number): boolean {
  return (type >= 1 && type <= 74) || type === MESSAGE_TYPE.ERROR_MESSAGE || type === 1023;
}
