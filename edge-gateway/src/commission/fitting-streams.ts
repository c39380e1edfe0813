import type { Decoder, DecoderModel } from '../decode/decoder.ts';
import { DECODER_MODELS } from '../decode/registry.ts';
import { createUnconfigured, fitOf, type FittingDecoder } from './fitting-decoders.ts';

/** A stream decoder as it stands before the person at the shelf has said anything. */
export interface StreamCandidate {
  model: DecoderModel;
  decoder: Decoder;
  /** How it would ask, where it would. */
  request?: Uint8Array;
  /** With which constants it asks so; the device's record must say the same. */
  constants: Record<string, unknown>;
}

/** Ways of asking that are not the default: what shall be found out is which of them the device answers. */
const OTHER_WAYS: ReadonlyMap<string, Record<string, unknown>> = new Map([
  ['cas', { pointOfSale: true }],
  ['modbus-loadcell', { framing: 'tcp' }],
]);

export function streamCandidates(): StreamCandidate[] {
  return DECODER_MODELS.filter(({ input }) => input === 'stream').flatMap((model) => {
    const other = OTHER_WAYS.get(model.id);
    return [{}, ...(other ? [other] : [])].flatMap((constants) => candidateOf(model, constants) ?? []);
  });
}

function candidateOf(model: DecoderModel, constants: Record<string, unknown>): StreamCandidate | undefined {
  const parsed = model.constantsSchema?.safeParse(constants) ?? { success: true as const, data: {} };
  if (!parsed.success) return undefined;
  const polling = model.pollingOf?.(parsed.data) ?? model.polling;
  const decoder = model.create({ constants: parsed.data });
  return { model, decoder, constants, ...(polling && { request: polling.request }) };
}

/**
 * The decoders that read something from what was heard on a line, best first. Each cuts its own frames out of the same
 * bytes: those that it refuses speak against it, and the more bytes its frames account for the better.
 */
export function fittingStreamDecoders(heard: Uint8Array, nowMs: number): FittingDecoder[] {
  return DECODER_MODELS.filter(({ input }) => input === 'stream')
    .flatMap((model) => tryStream(model, heard, nowMs) ?? [])
    .sort(
      (a, b) =>
        Number(a.fit.needs !== undefined) - Number(b.fit.needs !== undefined) ||
        a.refused - b.refused ||
        b.accountedBytes - a.accountedBytes,
    )
    .map(({ fit }) => fit);
}

interface StreamTry {
  fit: FittingDecoder;
  refused: number;
  accountedBytes: number;
}

function tryStream(model: DecoderModel, heard: Uint8Array, nowMs: number): StreamTry | undefined {
  const decoder = createUnconfigured(model);
  if (!decoder) return undefined;
  const frames = model.createFramer?.().push(heard) ?? [];
  const results = frames.map((payload) => decoder.decode({ payload, receivedAtMs: nowMs }));
  const refused = results.filter((result) => !result.ok && result.kind !== 'needs-constants').length;
  const fit = fitOf(model, results) ?? announced(model, results.length - refused);
  // Half of a stream is refused at most: its beginning, or noise.
  if (!fit || (refused > fit.framesUnderstood && fit.needs === undefined)) return undefined;
  const accountedBytes = frames.reduce((sum, { length }, index) => sum + (results[index]?.ok === true ? length : 0), 0);
  return { fit, refused, accountedBytes };
}

/**
 * A framer that is not one of lines finds a frame in nothing else, so that one without a reading (a reader that only says
 * hello) tells enough.
 */
function announced(model: DecoderModel, framesUnderstood: number): FittingDecoder | undefined {
  if (model.encoding === 'latin1' || framesUnderstood === 0) return undefined;
  return { model: model.id, title: model.title, framesUnderstood, samples: [] };
}
