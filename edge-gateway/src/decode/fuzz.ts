import { bytesOfFrame, type CaseFrame, casesOfModel, type DecoderCase, decoderOfModel } from './decoder-case.ts';
import type { Decoder, DecoderModel } from './decoder.ts';
import { problemsOfResult, timed } from './result-check.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';

/**
 * Feeds bytes to decoders until so many have passed: half pure noise, half golden cases with bits flipped, bytes cut out or
 * doubled. A stream decoder gets them through its framer in chunks. Stops at the first finding, with what repeats it.
 */

export interface FuzzReport {
  modelId: string;
  bytes: number;
  frames: number;
  understood: number;
  /** Slowest single frame, in processor time. */
  slowestCpuMs: number;
}

export class FuzzFinding extends Error {
  constructor(modelId: string, seed: number, payload: Uint8Array, what: string) {
    super(`${modelId} with seed ${seed}: ${what}\npayload (hex): ${Buffer.from(payload).toString('hex')}`);
    this.name = 'FuzzFinding';
  }
}

/** A frame that takes this long is as good as a hang: a gateway serves hundreds of devices. */
const FRAME_CPU_MS_MAX = 1_000;
const FRAMES_PER_DECODER = 500;
const FRAME_BYTES_MAX = 400;

/** @throws FuzzFinding */
export function fuzzDecoder(
  model: DecoderModel,
  findModel: (id: string) => DecoderModel | undefined,
  bytesMin: number,
  seed: number,
): FuzzReport {
  const random = seededRandom(seed);
  const cases = casesOfModel(model.id);
  const report: FuzzReport = { modelId: model.id, bytes: 0, frames: 0, understood: 0, slowestCpuMs: 0 };
  const latest = { payload: new Uint8Array(0) };
  try {
    while (report.bytes < bytesMin) {
      const one = cases[Math.floor(random() * cases.length)];
      if (!one) throw new FuzzFinding(model.id, seed, new Uint8Array(0), 'has no golden case to start from');
      const inside = one.inside === undefined ? undefined : findModel(one.inside);
      fuzzOne(model, decoderOfModel(model, one.constants, inside), one, { random, report, latest, bytesMin });
    }
  } catch (error) {
    if (error instanceof FuzzFinding) throw error;
    throw new FuzzFinding(
      model.id,
      seed,
      latest.payload,
      error instanceof Error ? (error.stack ?? error.message) : 'threw',
    );
  }
  return report;

  function finding(payload: Uint8Array, what: string): FuzzFinding {
    return new FuzzFinding(model.id, seed, payload, what);
  }

  function fuzzOne(fuzzed: DecoderModel, decoder: Decoder, one: DecoderCase, run: Run): void {
    const frames: CaseFrame[] = [...one.before, one];
    const framer = fuzzed.createFramer?.();
    for (let count = 0; count < FRAMES_PER_DECODER && run.report.bytes < run.bytesMin; count += 1) {
      const frame = frames[count % frames.length] ?? one;
      const chunk = run.random() < 0.5 ? noise(run.random) : mutated(bytesOfFrame(frame, one, fuzzed), run.random);
      run.report.bytes += chunk.length;
      run.latest.payload = chunk;
      // Past the framer too: a flipped length makes it wait, and the decoder would see little.
      for (const payload of framer && run.random() < 0.5 ? framer.push(chunk) : [chunk]) {
        const { topic, fPort } = frame;
        const around = { ...(topic !== undefined && { topic }), ...(fPort !== undefined && { fPort }) };
        check(decoder, { payload, receivedAtMs: 1_772_600_800_000 + count * 1_000, ...around }, run);
      }
    }
  }

  function check(decoder: Decoder, frame: Parameters<Decoder['decode']>[0], run: Run): void {
    run.latest.payload = frame.payload;
    const { result, cpuMs } = timed(() => decoder.decode(frame));
    run.report.frames += 1;
    run.report.slowestCpuMs = Math.max(run.report.slowestCpuMs, cpuMs);
    if (result.ok) run.report.understood += 1;
    const [problem] = problemsOfResult(result);
    if (problem !== undefined) throw finding(frame.payload, problem);
    if (cpuMs > FRAME_CPU_MS_MAX) throw finding(frame.payload, `took ${Math.round(cpuMs)} ms`);
  }
}

interface Run {
  random: () => number;
  report: FuzzReport;
  latest: { payload: Uint8Array };
  bytesMin: number;
}

function noise(random: () => number): Uint8Array {
  return seededBytes(random, 1 + Math.floor(random() * FRAME_BYTES_MAX));
}

/** One to eight changes: a flipped bit, a byte of another value, a run cut out, a run doubled. */
function mutated(original: Uint8Array, random: () => number): Uint8Array {
  let bytes = [...original];
  for (let changes = 1 + Math.floor(random() * 8); changes > 0 && bytes.length > 0; changes -= 1) {
    const at = Math.floor(random() * bytes.length);
    const length = 1 + Math.floor(random() * 16);
    const kind = Math.floor(random() * 4);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    else if (kind === 1) bytes[at] = Math.floor(random() * 256);
    else if (kind === 2) bytes.splice(at, length);
    else bytes = [...bytes.slice(0, at + length), ...bytes.slice(at)];
  }
  return Uint8Array.from(bytes);
}
