import type { DecoderModel } from './decoder.ts';
import { impinjR700Model } from './impinj-r700/decoder.ts';

/** Every decoder the gateway has, one line each. The order is that of `npm run decode -- --list`. */
export const DECODER_MODELS: readonly DecoderModel[] = [
  impinjR700Model,
];

export function findDecoderModel(id: string): DecoderModel | undefined {
  return DECODER_MODELS.find((model) => model.id === id);
}
