import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { failure } from '../result.ts';
import type { HealthSample, Sample } from '../sample.ts';
import { type ChannelValues, readChannels } from './channels.ts';
import { isNbIotFrame, readNbIotFrame } from './nb-iot-frame.ts';

function decode(payload: Uint8Array): DecodeResult {
  if (payload.length === 0) return failure('truncated', 'The payload is empty.');
  if (!isNbIotFrame(payload)) return decodeChannels(payload, { grouped: false });
  const read = readNbIotFrame(payload);
  return 'failed' in read ? read.failed : decodeChannels(read.frame.channels, { grouped: true, ...read.frame });
}

function decodeChannels(
  payload: Uint8Array,
  { grouped, linkDbm }: { grouped: boolean; linkDbm?: number },
): DecodeResult {
  const read = readChannels(payload, grouped);
  if ('truncatedAt' in read) {
    return failure('truncated', `The frame ends within the channel that begins at byte ${read.truncatedAt}.`);
  }
  const rejected = read.groups.flatMap((group) => group.rejected);
  const samples = read.groups.flatMap((group, index) => samplesOf(group, index === read.groups.length - 1, linkDbm));
  const [first] = rejected;
  if (first !== undefined && samples.length === 0) return failure(first.kind, first.detail);
  return { ok: true, samples, ...(rejected.length > 0 && { rejected }) };
}

/** Collections before the last one are older, by a time that the frame does not tell. */
function samplesOf(values: ChannelValues, isNewest: boolean, linkDbm: number | undefined): Sample[] {
  const age = isNewest ? {} : ({ historical: true } as const);
  const samples: Sample[] = values.history.map((point) => ({ kind: 'level', ...point, historical: true }));
  if (values.distanceMm !== undefined) samples.push({ kind: 'level', ...age, distanceMm: values.distanceMm });
  const health: HealthSample = {
    kind: 'health',
    ...age,
    ...(values.batteryRatio !== undefined && { batteryRatio: values.batteryRatio }),
    ...(values.temperatureC !== undefined && { temperatureC: values.temperatureC }),
    ...(isNewest && linkDbm !== undefined && { linkDbm }),
  };
  if ('batteryRatio' in health || 'temperatureC' in health || 'linkDbm' in health) samples.push(health);
  return samples;
}

function modelOf(id: string, title: string): DecoderModel {
  return {
    id,
    title,
    input: 'payload',
    encoding: 'hex',
    create: (): Decoder => ({ decode: ({ payload }) => decode(payload) }),
  };
}

export const milesightEm310UdlModel = modelOf('milesight-em310-udl', 'Milesight EM310-UDL ultrasonic distance');
export const milesightEm400UdlModel = modelOf(
  'milesight-em400-udl',
  'Milesight EM400-UDL, -MUD and -TLD distance and temperature (LoRaWAN and NB-IoT)',
);
export const milesightEm500UdlModel = modelOf(
  'milesight-em500-udl',
  'Milesight EM500-UDL ultrasonic distance, with stored history',
);
