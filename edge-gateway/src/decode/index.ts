/** For measurements outside the gateway (bench). Services do not import it. */
export { type DecoderCase, bytesOfFrame, casesOfModel, decoderOfModel } from './decoder-case.ts';
export type { Decoder, DecoderModel, Frame } from './decoder.ts';
export { epcUriFromHex } from './epc/epc-uri.ts';
export { DECODER_MODELS, findDecoderModel } from './registry.ts';
