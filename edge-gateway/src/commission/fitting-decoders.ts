import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decode/decoder.ts';
import { declarativeModel } from '../decode/declarative/decoder.ts';
import { asObject, parseJson } from '../decode/json-payload.ts';
import { DECODER_MODELS } from '../decode/registry.ts';
import type { Sample } from '../decode/sample.ts';

export interface FittingDecoder {
  model: string;
  /** For a LoRaWAN envelope: the decoder of what it carries. */
  inside?: string;
  title: string;
  framesUnderstood: number;
  /** What the frames would read, the latest of each kind and sensor. */
  samples: Sample[];
  /** How it was asked, where not in the usual way: the device's record must say so. */
  constants?: Record<string, unknown>;
  /** What the device's record must tell before the decoder can read the rest. */
  needs?: { constants: string[]; detail: string };
}

/**
 * The decoders that understand most of a device's frames and read something from them, best first; an envelope is tried
 * with every decoder of bytes inside. Behind them those that know the frames and lack constants of the device's datasheet,
 * and for JSON of which nobody measures anything the declarative one, with what it could be told to read.
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
      .filter((fit) => measurements(fit.samples) > 0 || fit.needs !== undefined);
    return withInside.length > 0 ? withInside : tryModel(model, frames);
  });
  const isKnown = fits.some(({ needs, samples }) => needs === undefined && measurements(samples) > 0);
  return [...fits.sort(byFit), ...(isKnown ? [] : declarativeFit(frames))];
}

/** Nothing missing first, then most understood, then most measured. */
function byFit(a: FittingDecoder, b: FittingDecoder): number {
  return (
    Number(a.needs !== undefined) - Number(b.needs !== undefined) ||
    b.framesUnderstood - a.framesUnderstood ||
    measurements(b.samples) - measurements(a.samples)
  );
}

const HINTS_MAX = 12;
/** A reader of tags or an edge node may tell hundreds. */
const SAMPLES_MAX = 32;

/** Rules are written by a person; the numbers of the last message are what they can be about. */
function declarativeFit(frames: readonly Frame[]): FittingDecoder[] {
  const parsed = frames.map(({ payload }) => parseJson(payload)).findLast((result) => 'value' in result);
  const paths = parsed && 'value' in parsed ? numberPaths(parsed.value, '').slice(0, HINTS_MAX) : [];
  if (paths.length === 0) return [];
  const { id, title } = declarativeModel;
  const detail = `Rules say what is what. The last message has the numbers ${paths.join(', ')}.`;
  return [{ model: id, title, framesUnderstood: 0, samples: [], needs: { constants: ['readings'], detail } }];
}

/** JSONata paths to the numbers of a message, in its order. */
function numberPaths(value: unknown, path: string): string[] {
  if (typeof value === 'number') return path === '' ? [] : [path];
  const object = asObject(value);
  if (object === undefined || path.length > 200) return [];
  return Object.entries(object).flatMap(([key, inner]) => {
    const name = /^[A-Za-z_]\w*$/.test(key) ? key : `\`${key}\``;
    return numberPaths(inner, path === '' ? name : `${path}.${name}`);
  });
}

function tryModel(model: DecoderModel, frames: readonly Frame[], inside?: DecoderModel): FittingDecoder[] {
  const innermost = inside && createUnconfigured(inside);
  if (inside && !innermost) return [];
  const decoder = createUnconfigured(model, innermost);
  if (!decoder) return [];
  const fit = fitOf(
    model,
    frames.map((frame) => decoder.decode(frame)),
    inside,
  );
  return fit ? [fit] : [];
}

/** @returns undefined for a decoder that reads nothing of these frames and would not with all constants */
export function fitOf(
  model: DecoderModel,
  results: readonly DecodeResult[],
  inside?: DecoderModel,
): FittingDecoder | undefined {
  const understood = results.flatMap((result) => (result.ok ? [result.samples] : []));
  const samples = latestOfEach(understood.flat());
  const lacking = results.find((result) => !result.ok && result.kind === 'needs-constants');
  if (samples.length === 0 && lacking === undefined) return undefined;
  const schema = (inside ?? model).constantsSchema;
  return {
    model: model.id,
    ...(inside && { inside: inside.id }),
    title: inside ? `${model.title}: ${inside.title}` : model.title,
    framesUnderstood: understood.length,
    samples,
    ...(lacking?.ok === false && {
      needs: { constants: Object.keys(schema?.shape ?? {}), detail: lacking.detail },
    }),
  };
}

function latestOfEach(samples: readonly Sample[]): Sample[] {
  const keyOf = (sample: Sample): string =>
    [sample.kind, sample.sensorId, sample.kind === 'tag' ? sample.epcHex : ''].join(' ');
  const latest = new Map(samples.map((sample) => [keyOf(sample), sample]));
  return [...latest.values()].slice(0, SAMPLES_MAX);
}

export function createUnconfigured(model: DecoderModel, inside?: Decoder): Decoder | undefined {
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
