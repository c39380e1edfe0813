import type { DecodeResult } from '../decoder.ts';
import { failure } from '../result.ts';

/**
 * The frame around the channels when the device has a SIM card: start flag 02, model id (u16), length of all that
 * follows the length (u16), flag (u8), frame count (u16), protocol version (u8), then ASCII: firmware (4), hardware (4),
 * serial number (16), IMEI (15), IMSI (15), ICCID (20); signal quality (u8), channel bytes (u16), channels. Big endian,
 * other than the channels in it.
 */
export interface NbIotFrame {
  channels: Uint8Array;
  linkDbm?: number;
}

const START_FLAG = 0x02;
const LENGTH_OFFSET = 3;
const SIGNAL_OFFSET = 83;
const CHANNELS_OFFSET = 86;
/** 3GPP TS 27.007: 0…31 are −113…−51 dBm in steps of 2; 99 is not known. */
const SIGNAL_QUALITY_MAX = 31;

/** No LoRaWAN channel has the id 2, and no LoRaWAN uplink of these devices ends with its second byte 0. */
export function isNbIotFrame(payload: Uint8Array): boolean {
  return payload[0] === START_FLAG && payload[1] === 0;
}

export function readNbIotFrame(payload: Uint8Array): { frame: NbIotFrame } | { failed: DecodeResult } {
  if (payload.length < CHANNELS_OFFSET) {
    return { failed: failure('truncated', `The NB-IoT frame has ${payload.length} bytes and ends within its header.`) };
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const channelBytes = view.getUint16(SIGNAL_OFFSET + 1);
  if (CHANNELS_OFFSET + channelBytes > payload.length) {
    return {
      failed: failure('truncated', `The NB-IoT frame announces ${channelBytes} bytes of values and ends before.`),
    };
  }
  const announced = view.getUint16(LENGTH_OFFSET);
  if (announced !== CHANNELS_OFFSET + channelBytes - LENGTH_OFFSET - 2) {
    return {
      failed: failure('malformed', `The NB-IoT frame's lengths ${announced} and ${channelBytes} do not agree.`),
    };
  }
  const quality = view.getUint8(SIGNAL_OFFSET);
  return {
    frame: {
      channels: payload.subarray(CHANNELS_OFFSET, CHANNELS_OFFSET + channelBytes),
      ...(quality <= SIGNAL_QUALITY_MAX && { linkDbm: -113 + 2 * quality }),
    },
  };
}
