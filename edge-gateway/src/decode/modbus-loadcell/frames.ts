/**
 * Modbus frames as they stand on the line.
 * RTU: unit, function, data, CRC-16 (low byte first). TCP: transaction (u16), protocol 0 (u16), length of the rest (u16),
 * unit, function, data. A response to a read has the number of data bytes before its registers (u16, big endian).
 */

export const READ_HOLDING = 3;
export const READ_INPUT = 4;
const EXCEPTION_FLAG = 0x80;
const RTU_OVERHEAD_BYTES = 4;
const TCP_HEADER_BYTES = 6;

export type ModbusFrame =
  | { kind: 'registers'; unit: number; registers: Uint8Array }
  | { kind: 'exception'; unit: number; code: number }
  /** A request, or the answer to a write: right, and without registers to read. */
  | { kind: 'other'; unit: number };

export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xa001;
  }
  return crc;
}

export function hasValidCrc(frame: Uint8Array): boolean {
  const end = frame.length - 2;
  if (end < 2) return false;
  return crc16(frame.subarray(0, end)) === (frame[end] ?? 0) + (frame[end + 1] ?? 0) * 256;
}

/** A whole frame with the header of Modbus TCP. */
export function isTcpFrame(frame: Uint8Array): boolean {
  if (frame.length < TCP_HEADER_BYTES + 2) return false;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return view.getUint16(2) === 0 && view.getUint16(4) === frame.length - TCP_HEADER_BYTES;
}

/** @returns undefined if the frame is neither RTU with a valid checksum nor TCP, or is cut */
export function readModbusFrame(frame: Uint8Array): ModbusFrame | undefined {
  if (hasValidCrc(frame)) return readUnit(frame.subarray(0, frame.length - 2));
  return isTcpFrame(frame) ? readUnit(frame.subarray(TCP_HEADER_BYTES)) : undefined;
}

/** Unit, function and data, without what the two kinds of line put around them. */
function readUnit(body: Uint8Array): ModbusFrame | undefined {
  const [unit = 0, functionCode = 0, third = 0] = body;
  if ((functionCode & EXCEPTION_FLAG) !== 0)
    return body.length === 3 ? { kind: 'exception', unit, code: third } : undefined;
  const isRead = functionCode === READ_HOLDING || functionCode === READ_INPUT;
  if (isRead && third > 0 && third % 2 === 0 && body.length === 3 + third) {
    return { kind: 'registers', unit, registers: body.subarray(3) };
  }
  return body.length >= 6 ? { kind: 'other', unit } : undefined;
}

export interface ReadRequest {
  unit: number;
  functionCode: number;
  firstRegister: number;
  registers: number;
}

export function readRequest(request: ReadRequest, framing: 'rtu' | 'tcp'): Uint8Array {
  const body = Uint8Array.of(
    request.unit,
    request.functionCode,
    request.firstRegister >>> 8,
    request.firstRegister & 0xff,
    request.registers >>> 8,
    request.registers & 0xff,
  );
  if (framing === 'tcp') return Uint8Array.of(...TRANSACTION, 0, 0, 0, body.length, ...body);
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
}

/** One request is under way at a time, so the transaction needs no counting; its low byte is no function code. */
const TRANSACTION = [0x53, 0x57] as const;

/** Bytes that a frame which begins so will have on an RTU line, or undefined if none begins so. */
export function rtuLengths(head: Uint8Array): readonly number[] {
  const [, functionCode = 0, third = 0] = head;
  if ((functionCode & EXCEPTION_FLAG) !== 0) return isKnown(functionCode & 0x7f) ? [5] : [];
  if (!isKnown(functionCode)) return [];
  const isRead = functionCode === READ_HOLDING || functionCode === READ_INPUT;
  const response = isRead && third > 0 && third % 2 === 0 ? [3 + third + RTU_OVERHEAD_BYTES - 2] : [];
  const writeRequest = functionCode === 16 && head.length > 6 ? [9 + (head[6] ?? 0)] : [];
  return [...response, 8, ...writeRequest];
}

function isKnown(functionCode: number): boolean {
  return (functionCode >= 1 && functionCode <= 6) || functionCode === 15 || functionCode === 16;
}
