import type { Frame } from '../decode/decoder.ts';
import { DECODER_MODELS } from '../decode/registry.ts';
import type { Sample } from '../decode/sample.ts';

export interface FittingDecoder {
  model: string;
  title: string;
  framesUnderstood: number;
  /** What the latest frame that has any would read. */
  samples: Sample[];
}

/**
 * The decoders that understand most of a device's frames and read something from them, best first. Those that need
 * constants of the device's datasheet cannot be tried and are left out.
 */
export function fittingDecoders(frames: readonly Frame[]): FittingDecoder[] {
  const fits: FittingDecoder[] = [];
  const areText = frames.every(({ payload }) => isText(payload));
  for (const model of DECODER_MODELS) {
    // A binary format without a checksum reads distances out of any text.
    const isTextModel = model.encoding === 'utf8' || model.encoding === 'latin1';
    if (model.input !== 'payload' || isTextModel !== areText) continue;
    const constants = model.constantsSchema
      ? model.constantsSchema.safeParse({})
      : { success: true as const, data: {} };
    if (!constants.success) continue;
    let framesUnderstood = 0;
    let samples: Sample[] = [];
    try {
      const decoder = model.create({ constants: constants.data });
      for (const frame of frames) {
        const decoded = decoder.decode(frame);
        if (!decoded.ok) continue;
        framesUnderstood += 1;
        if (decoded.samples.length > 0) ({ samples } = decoded);
      }
    } catch {
      continue; // an envelope without its inside, say: it cannot be tried
    }
    if (samples.length > 0) fits.push({ model: model.id, title: model.title, framesUnderstood, samples });
  }
  return fits.sort(
    (a, b) => b.framesUnderstood - a.framesUnderstood || measurements(b.samples) - measurements(a.samples),
  );
}

function isText(payload: Uint8Array): boolean {
  return payload.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** A battery level says little of what a device is for. */
function measurements(samples: readonly Sample[]): number {
  return samples.filter(({ kind }) => kind !== 'health').length;
}
