import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { multiplyDecimals } from '../exact-mass.ts';
import { measuredSample } from '../measured-value.ts';
import { failure, understood } from '../result.ts';
import type { WeightSample } from '../sample.ts';
import { createModbusFramer } from './framer.ts';
import { readModbusFrame, readRequest } from './frames.ts';
import { type RegisterMap, constantsSchema, readRange, requestOf } from './register-map.ts';

/** What a device means by refusing; others are the vendor's. */
const EXCEPTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'it does not know the function'],
  [2, 'it has no such registers'],
  [3, 'it does not like the number of registers'],
  [4, 'it failed'],
  [6, 'it is busy'],
]);

function decode(payload: Uint8Array, map: RegisterMap): DecodeResult {
  const frame = readModbusFrame(payload);
  if (frame === undefined) return explain(payload);
  // Requests of another master, answers to writes, and other devices on the same line.
  if (frame.kind === 'other' || frame.unit !== map.unitId) return understood();
  if (frame.kind === 'exception') {
    const meaning = EXCEPTIONS.get(frame.code) ?? 'for a reason of its own';
    // Busy is no fault: it is asked again.
    if (frame.code === 6) return understood();
    // No such registers: the constants are not this device's.
    const kind = frame.code === 2 || frame.code === 3 ? 'needs-constants' : 'out-of-range';
    return failure(kind, `The device refuses (${frame.code}): ${meaning}.`);
  }
  const { firstRegister, registers } = readRange(map);
  if (frame.registers.length < registers * 2) {
    return failure(
      'malformed',
      `The answer has ${frame.registers.length / 2} registers where ${registers} are needed.`,
    );
  }
  const view = new DataView(frame.registers.buffer, frame.registers.byteOffset, frame.registers.byteLength);
  const status =
    map.statusRegister === undefined ? undefined : view.getUint16((map.statusRegister - firstRegister) * 2);
  return decodeStatus(status, map) ?? decodeWeight(view, (map.weightRegister - firstRegister) * 2, status, map);
}

function explain(payload: Uint8Array): DecodeResult {
  return payload.length < 5
    ? failure('truncated', `${payload.length} bytes are no Modbus frame; the shortest has 5.`)
    : failure('bad-checksum', 'Neither the checksum of Modbus RTU nor the header of Modbus TCP is right.');
}

/** What the status alone decides. */
function decodeStatus(status: number | undefined, map: RegisterMap): DecodeResult | undefined {
  if (isSet(status, map.faultMask)) return failure('out-of-range', 'The status says that the load cell is faulty.');
  if (isSet(status, map.overloadMask)) return understood([{ kind: 'range', condition: 'overload' }]);
  if (isSet(status, map.underloadMask)) return understood([{ kind: 'range', condition: 'underload' }]);
  return undefined;
}

function decodeWeight(view: DataView, offset: number, status: number | undefined, map: RegisterMap): DecodeResult {
  const digits = readNumber(view, offset, map);
  if (!Number.isFinite(digits)) return failure('out-of-range', 'The register holds no number.');
  const value = multiplyDecimals(digits, map.scale);
  if (map.unit === undefined) return understood([{ kind: 'raw', counts: value }]);
  const sample = measuredSample(value, map.unit, {});
  if (sample === undefined)
    return failure('needs-constants', `The unit "${map.unit.slice(0, 20)}" is none of a reading.`);
  return understood([sample.kind === 'weight' ? { ...sample, stability: stabilityOf(status, map) } : sample]);
}

function stabilityOf(status: number | undefined, map: RegisterMap): WeightSample['stability'] {
  if (isSet(status, map.motionMask)) return 'unstable';
  if (map.stableMask !== undefined && status !== undefined)
    return isSet(status, map.stableMask) ? 'stable' : 'unstable';
  return map.motionMask !== undefined && status !== undefined ? 'stable' : 'unknown';
}

function isSet(status: number | undefined, mask: number | undefined): boolean {
  return status !== undefined && mask !== undefined && (status & mask) !== 0;
}

function readNumber(view: DataView, offset: number, { type, words }: RegisterMap): number {
  if (type === 'int16') return view.getInt16(offset);
  if (type === 'uint16') return view.getUint16(offset);
  const first = view.getUint16(offset);
  const second = view.getUint16(offset + 2);
  const bits = new DataView(new ArrayBuffer(4));
  bits.setUint16(0, words === 'HiLo' ? first : second);
  bits.setUint16(2, words === 'HiLo' ? second : first);
  if (type === 'int32') return bits.getInt32(0);
  return type === 'uint32' ? bits.getUint32(0) : shortestDecimal(bits.getFloat32(0));
}

/** The shortest decimal that is this 32-bit float: 12.34, and not the 12.34000015258789 that its bits are in 64. */
function shortestDecimal(float32: number): number {
  if (!Number.isFinite(float32)) return float32;
  for (let precision = 6; precision < 9; precision += 1) {
    const short = Number(float32.toPrecision(precision));
    if (Math.fround(short) === float32) return short;
  }
  return float32;
}

export const modbusLoadcellModel: DecoderModel<typeof constantsSchema> = {
  id: 'modbus-loadcell',
  title: 'Load-cell transmitters over Modbus RTU or TCP, registers by constants',
  input: 'stream',
  encoding: 'hex',
  constantsSchema,
  createFramer: createModbusFramer,
  pollingOf: (map) => ({ request: readRequest(requestOf(map), map.framing), intervalMs: map.intervalMs }),
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame.payload, constants) }),
};
