import type { DecoderModel } from './decoder.ts';
import { esphomeModel } from './esphome/decoder.ts';
import { impinjR700Model } from './impinj-r700/decoder.ts';
import { mtSicsModel } from './mt-sics/decoder.ts';
import { tasmotaModel } from './tasmota/decoder.ts';

/** Every decoder the gateway has, one line each. The order is that of `npm run decode -- --list`. */
export const DECODER_MODELS: readonly DecoderModel[] = [impinjR700Model, tasmotaModel, esphomeModel, mtSicsModel];

export function findDecoderModel(id: string): DecoderModel | undefined {
  return DECODER_MODELS.find((model) => model.id === id);
}
