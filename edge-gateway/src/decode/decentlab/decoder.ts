import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';
import { failure, understood } from '../result.ts';
import type { Sample } from '../sample.ts';
import { readFrame } from './frame.ts';

function batterySamples(battery: readonly number[] | undefined): Sample[] {
  const [millivolts] = battery ?? [];
  return millivolts === undefined ? [] : [{ kind: 'health', batteryVolts: scaleByPowerOfTen(millivolts, -3) }];
}

/** All bits set: what a word holds when the sensor gave none. Neither sensor sees 65 m. */
const NO_VALUE = 0xffff;

/** @param measured whether the sensor counted one valid echo; without it the distance word means nothing */
function distanceAndBattery(distanceMm: number | undefined, measured: boolean, battery: Sample[]): DecodeResult {
  if (distanceMm === undefined || !measured) return understood(battery);
  if (distanceMm !== NO_VALUE) return understood([{ kind: 'level', distanceMm }, ...battery]);
  return {
    ok: true,
    samples: battery,
    rejected: [{ kind: 'out-of-range', detail: `The distance ${NO_VALUE} is the code for "no distance".` }],
  };
}

function decodeMbx(payload: Uint8Array): DecodeResult {
  const read = readFrame(payload, [2, 1]);
  if ('failed' in read) return read.failed;
  const [ultrasonic, battery] = read.frame.groups;
  const [distanceMm, validSamples] = ultrasonic ?? [];
  return distanceAndBattery(distanceMm, validSamples !== 0, batterySamples(battery));
}

/** Index of the word in the LIDAR group. */
const LID_WORDS = {
  average: 0,
  minimum: 1,
  maximum: 2,
  median: 3,
  percentile10: 4,
  percentile25: 5,
  percentile75: 6,
  percentile90: 7,
  mode: 8,
} as const;
const LID_SAMPLES_WORD = 9;

const lidConstantsSchema = z.object({
  statistic: z
    .enum([
      'average',
      'minimum',
      'maximum',
      'median',
      'percentile10',
      'percentile25',
      'percentile75',
      'percentile90',
      'mode',
    ])
    .default('average')
    .describe('which of the nine distances of a burst is the level; the median ignores passing objects'),
});

function decodeLid(payload: Uint8Array, constants: z.infer<typeof lidConstantsSchema>): DecodeResult {
  const read = readFrame(payload, [11, 1]);
  if ('failed' in read) return read.failed;
  const [lidar, battery] = read.frame.groups;
  const distanceMm = lidar?.[LID_WORDS[constants.statistic]];
  return distanceAndBattery(distanceMm, lidar?.[LID_SAMPLES_WORD] !== 0, batterySamples(battery));
}

const dwsConstantsSchema = z.object({
  f02: z.coerce.number().optional().describe('DL-DWS: square of the unloaded frequency, Hz²'),
  s: z.coerce.number().optional().describe('DL-DWS: sensitivity, g/Hz²'),
  m0: z.coerce.number().optional().describe('DL-DWS: offset, g'),
  f0: z.coerce.number().optional().describe('DL-KL66: unloaded frequency, Hz'),
  k: z.coerce.number().optional().describe('DL-KL66: sensitivity, g/kHz²'),
});
type DwsConstants = z.infer<typeof dwsConstantsSchema>;

const CLOCK_HZ = 32_768;

/** Grams from the strain gauge's frequency, or undefined if neither device's constants are complete. */
function weightFormula(constants: DwsConstants): ((frequencyHz: number) => number) | undefined {
  const { f02, s, m0, f0, k } = constants;
  if (f02 !== undefined && s !== undefined && m0 !== undefined) {
    return (frequencyHz) => (frequencyHz ** 2 - f02) * s + m0;
  }
  if (f0 !== undefined && k !== undefined) {
    return (frequencyHz) => ((frequencyHz ** 2 - f0 ** 2) * k) / 1_000_000;
  }
  return undefined;
}

function decodeDws(payload: Uint8Array, constants: DwsConstants): DecodeResult {
  const read = readFrame(payload, [3, 1]);
  if ('failed' in read) return read.failed;
  const [gauge, battery] = read.frame.groups;
  const health = batterySamples(battery);
  if (gauge === undefined) return understood(health);
  const gramsOf = weightFormula(constants);
  if (gramsOf === undefined) {
    return failure(
      'needs-constants',
      "The weight needs this device's own constants: f02, s and m0 of a DL-DWS, or f0 and k of a DL-KL66 (on its label).",
    );
  }
  const [periods = 0, clockTicks = 0] = gauge;
  // Without one full period in the interval there is no frequency: the gauge's string does not swing.
  if (clockTicks === 0 || periods === 0) return failure('out-of-range', 'The strain gauge gave no frequency.');
  const grams = gramsOf((periods / clockTicks) * CLOCK_HZ);
  return understood([{ kind: 'weight', grams, stability: 'unknown' }, ...health]);
}

export const decentlabDlMbxModel: DecoderModel = {
  id: 'decentlab-dl-mbx',
  title: 'Decentlab DL-MBX ultrasonic distance',
  input: 'payload',
  encoding: 'hex',
  create: (): Decoder => ({ decode: (frame) => decodeMbx(frame.payload) }),
};

export const decentlabDlLidModel: DecoderModel<typeof lidConstantsSchema> = {
  id: 'decentlab-dl-lid',
  title: 'Decentlab DL-LID laser distance',
  input: 'payload',
  encoding: 'hex',
  constantsSchema: lidConstantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decodeLid(frame.payload, constants) }),
};

export const decentlabDlDwsModel: DecoderModel<typeof dwsConstantsSchema> = {
  id: 'decentlab-dl-dws',
  title: 'Decentlab DL-DWS and DL-KL66 weight (strain gauge)',
  input: 'payload',
  encoding: 'hex',
  constantsSchema: dwsConstantsSchema,
  create: ({ constants }): Decoder => ({ decode: (frame) => decodeDws(frame.payload, constants) }),
};
