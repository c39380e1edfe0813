import {
  bytesOfFrame,
  casesOfModel,
  type Decoder,
  DECODER_MODELS,
  type DecoderModel,
  decoderOfModel,
  epcUriFromHex,
  findDecoderModel,
  type Frame,
} from '@shelfwire/edge-gateway/decode';

import type { Row } from './row.ts';

/** A site with 5,000 devices that each speak every half second; a decoder slower than this would be felt. */
const FRAMES_PER_SECOND_MIN = 10_000;
/** Some frames hold ten tags. */
const EPCS_PER_SECOND_MIN = 100_000;
const WARM_UP_CPU_MS = 200;
const MEASURE_CPU_MS = 400;
const ROUNDS_BETWEEN_LOOKS = 20;

/**
 * Frames per second of processor time of each decoder (neighbours on the machine do not count), over its own golden cases. `ratio` is against `JSON.parse` of the same bytes
 * in the same run, where all of them are JSON: how much of the time is the format and how much is ours. LoRaWAN envelopes
 * come as repeats after their first time here and are dropped as such: theirs is the cost of the envelope.
 */
export async function benchDecoders(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const model of DECODER_MODELS) {
    const frames = framesOfModel(model);
    const value = framesPerSecond(
      frames.map(
        ({ decoder, frame }) =>
          () =>
            decoder.decode(frame),
      ),
    );
    const ratio = ratioToJson(frames, value);
    rows.push({
      id: `decode/${model.id}`,
      value: Math.round(value),
      unit: 'frames/s',
      ...(ratio !== undefined && { ratio }),
      budget: FRAMES_PER_SECOND_MIN,
      ok: value >= FRAMES_PER_SECOND_MIN,
    });
    // Between two decoders the other parts of a bench run get their turn.
    await new Promise(setImmediate);
  }
  const epcs = framesPerSecond(EPCS.map((hex) => () => epcUriFromHex(hex)));
  rows.push({
    id: 'decode/epc-uri',
    value: Math.round(epcs),
    unit: 'EPCs/s',
    budget: EPCS_PER_SECOND_MIN,
    ok: epcs >= EPCS_PER_SECOND_MIN,
  });
  return rows;
}

/** A tag of each kind that is often seen: an item, a pallet, an asset, and memory without a code. */
const EPCS = [
  '3074257BF7194E4000001A85',
  '3174257BF4499602D2000000',
  '3374257BF40C0E400000162E',
  'E28011606000020934D6FAF7',
];

interface BenchFrame {
  decoder: Decoder;
  frame: Frame;
}

/** Cases that give samples, each with a decoder of its own that has seen what the case wants seen before. */
function framesOfModel(model: DecoderModel): BenchFrame[] {
  return casesOfModel(model.id).flatMap((one) => {
    if ((one.samples?.length ?? 0) === 0) return [];
    const inside = one.inside === undefined ? undefined : findDecoderModel(one.inside);
    const decoder = decoderOfModel(model, one.constants, inside);
    const frames = [...one.before, one].flatMap((frame) => {
      const bytes = bytesOfFrame(frame, one, model);
      const payloads = model.createFramer ? model.createFramer().push(bytes) : [bytes];
      const topic = frame.topic === undefined ? {} : { topic: frame.topic };
      return payloads.map((payload): Frame => ({ payload, receivedAtMs: Date.now(), ...topic }));
    });
    for (const frame of frames.slice(0, one.before.length)) decoder.decode(frame);
    return frames.slice(one.before.length).map((frame) => ({ decoder, frame }));
  });
}

function ratioToJson(frames: readonly BenchFrame[], value: number): number | undefined {
  const texts = frames.map(({ frame }) => new TextDecoder().decode(frame.payload));
  if (texts.length === 0 || !texts.every((text) => text.startsWith('{') || text.startsWith('['))) return undefined;
  const parsing = framesPerSecond(
    frames.map(
      ({ frame }) =>
        () =>
          JSON.parse(new TextDecoder().decode(frame.payload)) as unknown,
    ),
  );
  return Math.round((value / parsing) * 100) / 100;
}

function framesPerSecond(actions: readonly (() => unknown)[]): number {
  if (actions.length === 0) return 0;
  run(actions, WARM_UP_CPU_MS);
  return run(actions, MEASURE_CPU_MS);
}

function run(actions: readonly (() => unknown)[], forCpuMs: number): number {
  const started = process.cpuUsage();
  let frames = 0;
  let cpuMs = 0;
  while (cpuMs < forCpuMs) {
    for (let round = 0; round < ROUNDS_BETWEEN_LOOKS; round += 1) {
      for (const action of actions) action();
    }
    frames += actions.length * ROUNDS_BETWEEN_LOOKS;
    const { user, system } = process.cpuUsage(started);
    cpuMs = (user + system) / 1_000;
  }
  return (frames / cpuMs) * 1_000;
}
