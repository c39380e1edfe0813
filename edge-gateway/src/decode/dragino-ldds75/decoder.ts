import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame, RejectedEntry } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';
import { failure, understood } from '../result.ts';
import type { Sample, SampleCommon } from '../sample.ts';

const constantsSchema = z.object({
  variant: z
    .enum(['ldds75', 'ldds04'])
    .optional()
    .describe('ldds04: four distances in eleven bytes; without it the length of the frame tells'),
});
type Entry = Sample | RejectedEntry;
type Variant = z.infer<typeof constantsSchema>['variant'];

/** LoRaWAN ports whose frames are no measurement. It comes on port 2, but samples and test set-ups use others too. */
const PORT = { datalog: 3, deviceInfo: 5, detection: 6 } as const;

const LDDS04_BYTES = 11;
const DATALOG_RECORD_BYTES = 11;
/** First byte of a DDS75-LB's device information, which could be no battery voltage. */
const DEVICE_INFO_MODEL = 0x27;
/** DDS75-LB: a burst of distances follows. The battery never reaches the 4.096 V that this bit would stand for. */
const BURST_BIT = 0x10;
/** No such frame sets these; letters and brackets do. */
const NEVER_IN_BURST = 0x60;
const BURST_OFFSET = 8;
const BURST_FLAG_BYTES = 4;

/** Batteries of 3.6 V, or a supply of 5 V. What is outside is not the first field of such a frame. */
const BATTERY_MV_MIN = 1_500;
const BATTERY_MV_MAX = 6_000;
const SINGLE_BYTES_MAX = 10;

/** The farthest of the family sees 8.5 m; what is beyond is another frame, or a fault. */
const DISTANCE_MM_MAX = 10_000;

/** 0: no ultrasonic sensor connected. 20: nearer than the blind zone of 280 mm. Neither is a distance. */
const NO_MEASUREMENT_MM: ReadonlySet<number> = new Set([0, 0x0014]);

function decode(frame: Frame, variant: Variant): DecodeResult {
  const { payload, fPort } = frame;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (fPort === PORT.deviceInfo || (fPort === undefined && payload.length === 7 && payload[0] === DEVICE_INFO_MODEL)) {
    return payload.length < 7 ? tooShort(payload, 7) : understood([batteryHealth(view.getUint16(5))]);
  }
  if (fPort === PORT.datalog) return decodeDatalog(view);
  if (fPort === PORT.detection) return decodeDetection(view);
  if (payload.length < 4) return tooShort(payload, 4);
  const isBurst = (view.getUint8(0) & BURST_BIT) !== 0;
  const millivolts = view.getUint16(0) & (isBurst ? 0x0fff : 0x3fff);
  if (millivolts < BATTERY_MV_MIN || millivolts > BATTERY_MV_MAX) {
    return failure('unknown-type', `A battery of ${millivolts} mV cannot be: this is no frame of such a sensor.`);
  }
  if (variant === 'ldds04' || (variant === undefined && isFourChannel(payload))) return decodeFourChannels(view);
  if (isBurst && isBurstShape(payload)) return decodeBurst(view);
  if (isBurst || payload.length > SINGLE_BYTES_MAX) {
    return failure('unknown-type', `${payload.length} bytes are no frame of such a sensor.`);
  }
  return decodeSingle(view);
}

function isFourChannel(payload: Uint8Array): boolean {
  return payload.length === LDDS04_BYTES && ((payload[0] ?? 0) & BURST_BIT) === 0;
}

function isBurstShape(payload: Uint8Array): boolean {
  const distanceBytes = payload.length - BURST_OFFSET - BURST_FLAG_BYTES;
  return distanceBytes > 0 && distanceBytes % 2 === 0 && ((payload[0] ?? 0) & NEVER_IN_BURST) === 0;
}

function decodeSingle(view: DataView): DecodeResult {
  const temperatureC = view.byteLength >= 7 ? probeTemperature(view.getInt16(5)) : undefined;
  const health = batteryHealth(view.getUint16(0) & 0x3fff);
  return resultOf([
    ...levelEntries(view.getUint16(2)),
    temperatureC === undefined ? health : { ...health, temperatureC },
  ]);
}

function decodeBurst(view: DataView): DecodeResult {
  const entries: Entry[] = [];
  for (let offset = BURST_OFFSET; offset + 2 <= view.byteLength - BURST_FLAG_BYTES; offset += 2) {
    entries.push(...levelEntries(view.getUint16(offset)));
  }
  return resultOf([...entries, batteryHealth(view.getUint16(0) & 0x0fff)]);
}

function decodeFourChannels(view: DataView): DecodeResult {
  if (view.byteLength < LDDS04_BYTES) {
    return failure('truncated', `An LDDS04 frame has ${LDDS04_BYTES} bytes, not ${view.byteLength}.`);
  }
  const channels = [1, 2, 3, 4].flatMap((channel) =>
    levelEntries(view.getUint16(channel * 2), { sensorId: String(channel) }),
  );
  return resultOf([...channels, batteryHealth(view.getUint16(0) & 0x3fff)]);
}

/** Stored records: battery, distance, temperature (u16 each), flags (u8), Unix seconds (u32). */
function decodeDatalog(view: DataView): DecodeResult {
  if (view.byteLength === 0 || view.byteLength % DATALOG_RECORD_BYTES !== 0) {
    return failure(
      'truncated',
      `Datalog records have ${DATALOG_RECORD_BYTES} bytes each; the frame has ${view.byteLength}.`,
    );
  }
  const entries: Entry[] = [];
  for (let offset = 0; offset < view.byteLength; offset += DATALOG_RECORD_BYTES) {
    const observedAtMs = view.getUint32(offset + 7) * 1_000;
    entries.push(...levelEntries(view.getUint16(offset + 2), { observedAtMs, historical: true }));
  }
  return resultOf(entries);
}

/** DDS75-LB in detection mode: distances (u16) of one burst, and nothing else. */
function decodeDetection(view: DataView): DecodeResult {
  if (view.byteLength === 0 || view.byteLength % 2 !== 0) {
    return failure('truncated', `Distances have 2 bytes each; the frame has ${view.byteLength}.`);
  }
  const distances = Array.from({ length: view.byteLength / 2 }, (_, index) => view.getUint16(index * 2));
  return resultOf(distances.flatMap((distanceMm) => levelEntries(distanceMm)));
}

function levelEntries(distanceMm: number, common: SampleCommon = {}): Entry[] {
  if (NO_MEASUREMENT_MM.has(distanceMm)) return [];
  if (distanceMm <= DISTANCE_MM_MAX) return [{ kind: 'level', ...common, distanceMm }];
  return [{ kind: 'out-of-range', detail: `No such sensor sees ${distanceMm} mm.` }];
}

/** A distance that cannot be does not take the battery with it. */
function resultOf(entries: readonly Entry[]): DecodeResult {
  const rejected = entries.flatMap((entry) => ('detail' in entry ? [entry] : []));
  const samples = entries.flatMap((entry) => ('detail' in entry ? [] : [entry]));
  return { ok: true, samples, ...(rejected.length > 0 && { rejected }) };
}

function batteryHealth(millivolts: number): { kind: 'health'; batteryVolts: number } {
  return { kind: 'health', batteryVolts: scaleByPowerOfTen(millivolts, -3) };
}

/** The DS18B20 probe is an option; without one the field is 0 or beyond what the probe can measure. */
function probeTemperature(tenthsC: number): number | undefined {
  return tenthsC === 0 || tenthsC < -550 || tenthsC > 1250 ? undefined : scaleByPowerOfTen(tenthsC, -1);
}

function tooShort(payload: Uint8Array, bytesMin: number): DecodeResult {
  return failure('truncated', `The frame has ${payload.length} bytes; the shortest of its kind has ${bytesMin}.`);
}

export const draginoLdds75Model: DecoderModel<typeof constantsSchema> = {
  id: 'dragino-ldds75',
  title: 'Dragino LDDS75, DDS75-LB and LDDS04 ultrasonic distance',
  input: 'payload',
  encoding: 'hex',
  constantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decode(frame, constants.variant) }),
};
