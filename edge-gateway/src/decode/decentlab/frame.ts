import type { DecodeResult } from '../decoder.ts';
import { failure } from '../result.ts';

/**
 * Every Decentlab uplink: version (u8, 2), device id (u16), flags (u16), then for each flag bit that is set, from bit 0
 * up, that sensor group's words (u16 each, big endian). A group whose bit is not set was not measured.
 */
export interface DecentlabFrame {
  /** Words of the groups in the order asked for; undefined for a group that was not measured. */
  groups: readonly (readonly number[] | undefined)[];
}

const HEADER_BYTES = 5;
const PROTOCOL_VERSION = 2;

/** @param groupLengths words of the groups, bit 0 first, as the device's data sheet has them */
export function readFrame(
  payload: Uint8Array,
  groupLengths: readonly number[],
): { frame: DecentlabFrame } | { failed: DecodeResult } {
  if (payload.length < HEADER_BYTES) {
    return {
      failed: failure('truncated', `A Decentlab frame has at least ${HEADER_BYTES} bytes, not ${payload.length}.`),
    };
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const version = view.getUint8(0);
  if (version !== PROTOCOL_VERSION) {
    return {
      failed: failure('unknown-type', `Protocol version ${version}; only version ${PROTOCOL_VERSION} is known.`),
    };
  }
  const flags = view.getUint16(3);
  if (flags >>> groupLengths.length !== 0) {
    const text = flags.toString(2);
    return { failed: failure('unknown-type', `The flags ${text} name sensors that this model does not have.`) };
  }
  const groups: (readonly number[] | undefined)[] = [];
  let offset = HEADER_BYTES;
  for (const [bit, length] of groupLengths.entries()) {
    if ((flags & (1 << bit)) === 0) {
      groups.push(undefined);
      continue;
    }
    if (offset + length * 2 > payload.length) {
      return { failed: failure('truncated', `The frame ends within the words of sensor ${bit}.`) };
    }
    groups.push(Array.from({ length }, (_, word) => view.getUint16(offset + word * 2)));
    offset += length * 2;
  }
  return { frame: { groups } };
}
