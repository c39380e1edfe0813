import type { RejectedEntry } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';

/**
 * Milesight's channels: id (u8), type (u8), then as many bytes as the two together fix. Little endian. Bit 7 of an id
 * marks an alarm: the same value with a status byte behind it.
 */

/** What one group of channels says; history points carry their own time. */
export interface ChannelValues {
  batteryRatio?: number;
  temperatureC?: number;
  distanceMm?: number;
  history: { observedAtMs: number; distanceMm: number }[];
  rejected: RejectedEntry[];
}

interface Channel {
  bytes: number;
  read?: (values: ChannelValues, view: DataView) => void;
}

/** No such sensor sees beyond 10 m; the codes from 0x8000 up mean "no echo" or "out of range". */
const DISTANCE_CODE_MIN = 0x8000;

function setDistance(values: ChannelValues, raw: number, powerOfTen = 0): void {
  if (raw >= DISTANCE_CODE_MIN) {
    values.rejected.push({ kind: 'out-of-range', detail: `The distance ${raw} is a code for "no distance".` });
  } else {
    values.distanceMm = scaleByPowerOfTen(raw, powerOfTen);
  }
}

function setBattery(values: ChannelValues, percent: number): void {
  if (percent > 100) values.rejected.push({ kind: 'out-of-range', detail: `A battery of ${percent} % cannot be.` });
  else values.batteryRatio = scaleByPowerOfTen(percent, -2);
}

const battery: Channel = { bytes: 1, read: (values, view) => setBattery(values, view.getUint8(0)) };
const temperature: Channel = {
  bytes: 2,
  read: (values, view) => {
    values.temperatureC = scaleByPowerOfTen(view.getInt16(0, true), -1);
  },
};
const distance: Channel = { bytes: 2, read: (values, view) => setDistance(values, view.getUint16(0, true)) };
const history: Channel = {
  bytes: 6,
  read: (values, view) => {
    const distanceMm = view.getUint16(4, true);
    if (distanceMm >= DISTANCE_CODE_MIN) return;
    values.history.push({ observedAtMs: view.getUint32(0, true) * 1_000, distanceMm });
  },
};

/** By id × 256 + type. Position, tilt, location and removal are understood; a sample has no place for them. */
const CHANNELS: ReadonlyMap<number, Channel> = new Map([
  [0x01_75, battery],
  [0x03_67, temperature],
  [0x03_82, distance],
  [0x04_82, distance],
  [0x04_00, { bytes: 1 }],
  [0x05_00, { bytes: 1 }],
  [0x06_88, { bytes: 9 }],
  [0x88_00, { bytes: 1 }],
  [0x83_67, { ...temperature, bytes: 3 }],
  [0x83_82, { ...distance, bytes: 3 }],
  [0x84_82, { ...distance, bytes: 3 }],
  // EM500-UDL mutation alarm: distance and change in 0.1 mm, then the alarm.
  [0x83_e9, { bytes: 5, read: (values, view) => setDistance(values, view.getUint16(0, true), -1) }],
  [0x20_ce, history],
]);

/** Bytes of the attributes (id FF) and answers to downlinks (id FE or FF), by type: none of them is a reading. */
const ATTRIBUTE_BYTES: ReadonlyMap<number, number> = new Map([
  [0x01, 1], [0x02, 2], [0x03, 2], [0x06, 9], [0x09, 2], [0x0a, 2], [0x0b, 1], [0x0f, 1], [0x10, 1], [0x11, 4],
  [0x13, 1], [0x16, 8], [0x17, 2], [0x1c, 2], [0x27, 1], [0x28, 1], [0x35, 8], [0x3b, 1], [0x3e, 1], [0x4a, 1],
  [0x56, 1], [0x68, 1], [0x69, 1], [0x6a, 3], [0x70, 2], [0x71, 1], [0x77, 2], [0x84, 1], [0x96, 8], [0xa1, 1],
  [0xa2, 2], [0xa3, 1], [0xa4, 1], [0xa5, 1], [0xa6, 1], [0xf1, 4], [0xf2, 2], [0xf5, 1], [0xfe, 1], [0xff, 2],
]); // prettier-ignore

function channelOf(id: number, type: number): Channel | undefined {
  if (id !== 0xfe && id !== 0xff) return CHANNELS.get(id * 256 + type);
  const bytes = ATTRIBUTE_BYTES.get(type);
  return bytes === undefined ? undefined : { bytes };
}

/**
 * Reads channels until the end.
 * @param grouped NB-IoT uplinks carry several collections one behind the other: an id that does not rise begins the next
 * @returns the groups, oldest first, or the place where the frame breaks off
 */
export function readChannels(
  payload: Uint8Array,
  grouped: boolean,
): { groups: ChannelValues[] } | { truncatedAt: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const groups: ChannelValues[] = [];
  let values: ChannelValues | undefined;
  let previousId = 0;
  let offset = 0;
  while (offset < payload.length) {
    if (offset + 2 > payload.length) return { truncatedAt: offset };
    const id = view.getUint8(offset);
    const type = view.getUint8(offset + 1);
    const channel = channelOf(id, type);
    const startsGroup = grouped && id < 0xfe && id !== 0x20 && (id & 0x0f) <= previousId;
    if (values === undefined || startsGroup) {
      values = { history: [], rejected: [] };
      groups.push(values);
    }
    if (id < 0xfe && id !== 0x20) previousId = id & 0x0f;
    if (channel === undefined) {
      // The length of an unknown channel is unknown too: what follows cannot be found.
      values.rejected.push({
        kind: 'unknown-type',
        detail: `Channel ${hex(id)} ${hex(type)} at byte ${offset} is unknown.`,
      });
      return { groups };
    }
    if (offset + 2 + channel.bytes > payload.length) return { truncatedAt: offset };
    channel.read?.(values, new DataView(payload.buffer, payload.byteOffset + offset + 2, channel.bytes));
    offset += 2 + channel.bytes;
  }
  return { groups };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}
