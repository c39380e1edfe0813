import { readingSchema, type Reading } from '@shelfwire/contract';

import type { Decoder, DecoderModel } from '../decode/decoder.ts';
import { readingOfSample } from '../decode/reading-of-sample.ts';
import { deviceIdOfTopic } from '../decode/device-of-topic.ts';
import { topicByContent } from '../decode/sparkplug-b/message-type.ts';
import { type FileFrame, framesOfFile } from './file-frames.ts';
import type { DecodeOptions } from './options.ts';

/** When nobody says when a file was received, it is now, and the same moment for all of it. */
const STARTED_AT_MS = Date.now();

export interface Outcome {
  readings: Reading[];
  framesUnderstood: number;
  /** One sentence each, with where in the file. */
  failures: string[];
}

interface Try {
  frames: FileFrame[];
  outcome: Outcome;
}

/** Decodes one file after the other with the same decoder: a birth in the first names what the second carries. */
export function decodeFiles(
  files: readonly Uint8Array[],
  model: DecoderModel,
  makeDecoder: () => Decoder,
  options: DecodeOptions,
): Outcome {
  const total: Outcome = { readings: [], framesUnderstood: 0, failures: [] };
  const earlier: FileFrame[] = [];
  for (const bytes of files) {
    const { expected, guessed } = framesOfFile(bytes, model, options.encoding);
    const tryOut = (frames: FileFrame[]): Try => ({
      frames,
      outcome: attempt(frames, prepared(makeDecoder(), earlier, options), options),
    });
    // A stream is cut by its framer; lines and other ways are for files that were written by hand, and must make sense.
    const isOther = (index: number): boolean => model.createFramer !== undefined && index > 0;
    let best = bestOf(expected.map(tryOut).filter(({ outcome }, index) => !isOther(index) || makesSense(outcome)));
    if (!best || best.outcome.framesUnderstood === 0) {
      // Much text is base64 too, and its bytes may be "understood": only readings speak for a guess.
      best = bestOf(guessed.map(tryOut).filter(({ outcome }) => outcome.readings.length > 0)) ?? best;
    }
    if (!best) {
      total.failures.push(`the file: it holds nothing in the encoding ${options.encoding ?? model.encoding}.`);
      continue;
    }
    earlier.push(...best.frames);
    total.readings.push(...best.outcome.readings);
    total.framesUnderstood += best.outcome.framesUnderstood;
    total.failures.push(...best.outcome.failures);
  }
  return total;
}

/** Decoders remember (births, sequence numbers), so each way of cutting a file starts from what the files before left. */
function prepared(decoder: Decoder, earlier: readonly FileFrame[], options: DecodeOptions): Decoder {
  for (const frame of earlier) decodeFrame(decoder, frame, options);
  return decoder;
}

function attempt(frames: readonly FileFrame[], decoder: Decoder, options: DecodeOptions): Outcome {
  const outcome: Outcome = { readings: [], framesUnderstood: 0, failures: [] };
  for (const frame of frames) {
    const result = decodeFrame(decoder, frame, options);
    if (!result.ok) {
      outcome.failures.push(`${frame.where}: ${result.detail} (${result.kind})`);
      continue;
    }
    outcome.framesUnderstood += 1;
    for (const { detail, kind } of result.rejected ?? []) outcome.failures.push(`${frame.where}: ${detail} (${kind})`);
    for (const sample of result.samples) {
      const deviceId = options.deviceId ?? deviceIdOfTopic(frame.topic ?? options.topic);
      const reading = readingOfSample(sample, deviceId, receivedAtMsOf(options));
      if (!reading) continue;
      const checked = readingSchema.safeParse(reading);
      if (checked.success) outcome.readings.push(checked.data);
      else outcome.failures.push(`${frame.where}: the ${sample.kind} sample is outside what a reading may hold`);
    }
  }
  return outcome;
}

function decodeFrame(decoder: Decoder, frame: FileFrame, options: DecodeOptions) {
  const topic = frame.topic ?? givenTopic(frame, options);
  return decoder.decode({
    payload: frame.payload,
    receivedAtMs: receivedAtMsOf(options),
    ...(topic !== undefined && { topic }),
  });
}

/** One `--topic` is meant for all files, also where the first holds a birth and the second its data. */
function givenTopic({ payload }: FileFrame, { topic, model }: DecodeOptions): string | undefined {
  return topic !== undefined && model === 'sparkplug-b' ? topicByContent(topic, payload) : topic;
}

function bestOf(tries: readonly Try[]): Try | undefined {
  return tries.reduce<Try | undefined>(
    (best, next) => (best && !isBetter(next.outcome, best.outcome) ? best : next),
    undefined,
  );
}

function makesSense(outcome: Outcome): boolean {
  return outcome.readings.length > 0 || (outcome.framesUnderstood > 0 && outcome.failures.length === 0);
}

/** More readings, then more frames understood, then fewer failures; of equals the likelier way of cutting stays. */
function isBetter(next: Outcome, best: Outcome): boolean {
  if (next.readings.length !== best.readings.length) return next.readings.length > best.readings.length;
  if (next.framesUnderstood === 0 || best.framesUnderstood === 0) return next.framesUnderstood > best.framesUnderstood;
  return next.failures.length < best.failures.length;
}

function receivedAtMsOf(options: DecodeOptions): number {
  return options.receivedAtMs ?? STARTED_AT_MS;
}
