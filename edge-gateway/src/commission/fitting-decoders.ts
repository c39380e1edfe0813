import type { Decoder, DecoderModel, Frame } from '../decode/decoder.ts';
import { DECODER_MODELS } from '../decode/registry.ts';
import type { Sample } from '../decode/sample.ts';

export interface FittingDecoder {
  model: string;
  /** For a LoRaWAN envelope: the decoder of what it carries. */
  inside?: string;
  title: string;
  framesUnderstood: number;
  /** What the latest frame that has any would read. */
  samples: Sample[];
}

/**
 * The decoders that understand most of a device's frames and read something from them, best first; an envelope is tried
 * with every decoder of bytes inside. Those that need constants of the device's datasheet cannot be tried and are left out.
 */
export function fittingDecoders(frames: readonly Frame[]): FittingDecoder[] {
  const areText = frames.every(({ payload }) => isText(payload));
  const fits = DECODER_MODELS.flatMap((model) => {
    // A binary format without a checksum reads distances out of any text.
    if (model.input !== 'payload' || isTextModel(model) !== areText) return [];
    if (model.isEnvelope !== true) return tryModel(model, frames);
    const insides = DECODER_MODELS.filter((inside) => inside.input === 'payload' && !isTextModel(inside));
    const withInside = insides
      .flatMap((inside) => tryModel(model, frames, inside))
      .filter((fit) => measurements(fit.samples) > 0);
    return withInside.length > 0 ? withInside : tryModel(model, frames);
  });
  return fits.sort(
    (a, b) => b.framesUnderstood - a.framesUnderstood || measurements(b.samples) - measurements(a.samples),
  );
}

function tryModel(model: DecoderModel, frames: readonly Frame[], inside?: DecoderModel): FittingDecoder[] {
  const innermost = inside && createUnconfigured(inside);
  if (inside && !innermost) return [];
  const decoder = createUnconfigured(model, innermost);
  if (!decoder) return [];
  let framesUnderstood = 0;
  let samples: Sample[] = [];
  for (const frame of frames) {
    const decoded = decoder.decode(frame);
    if (!decoded.ok) continue;
    framesUnderstood += 1;
    if (decoded.samples.length > 0) ({ samples } = decoded);
  }
  const title = inside ? `${model.title}: ${inside.title}` : model.title;
  const fit = { model: model.id, ...(inside && { inside: inside.id }), title, framesUnderstood, samples };
  return samples.length > 0 ? [fit] : [];
}

function createUnconfigured(model: DecoderModel, inside?: Decoder): Decoder | undefined {
  const constants = model.constantsSchema ? model.constantsSchema.safeParse({}) : { success: true as const, data: {} };
  return constants.success ? model.create({ constants: constants.data, ...(inside && { inside }) }) : undefined;
}

function isTextModel({ encoding }: DecoderModel): boolean {
  return encoding === 'utf8' || encoding === 'latin1';
}

function isText(payload: Uint8Array): boolean {
  return payload.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** A battery level says little of what a device is for. */
function measurements(samples: readonly Sample[]): number {
  return samples.filter(({ kind }) => kind !== 'health').length;
}
