import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

import type { Decoder, DecoderModel } from './decoder.ts';

const encodingSchema = z.enum(['utf8', 'latin1', 'hex', 'base64', 'json']);

const frameSchema = z.strictObject({
  /** Text in the case's `encoding`; with `json` any value, sent as its JSON text. */
  payload: z.unknown(),
  encoding: encodingSchema.optional(),
  topic: z.string().optional(),
  retained: z.boolean().optional(),
  receivedAtMs: z.int().optional(),
  /** The LoRaWAN port, as an envelope would tell it. */
  fPort: z.int().optional(),
});

/**
 * One golden case: `cases/<the situation>.yaml` or `.json` beside the decoder. `before` are frames that the same device
 * sent earlier (a birth); the expectation is about `payload`. A stream decoder gets the payloads through its framer.
 */
const caseSchema = z
  .strictObject({
    description: z.string().min(10),
    /** Only where one folder serves several models. */
    model: z.string().optional(),
    inside: z.string().optional(),
    constants: z.record(z.string(), z.unknown()).default({}),
    before: z.array(frameSchema).default([]),
    ...frameSchema.shape,
    samples: z.array(z.record(z.string(), z.unknown())).optional(),
    failure: z.string().optional(),
    rejected: z.int().optional(),
    /** A reply's bytes: hexadecimal to the connection, text to a topic. */
    reply: z.union([z.strictObject({ hex: z.string() }), z.strictObject({ topic: z.string() })]).optional(),
  })
  .refine((one) => (one.samples === undefined) !== (one.failure === undefined), {
    message: 'a case expects either samples or a failure',
  });

export type DecoderCase = z.infer<typeof caseSchema> & { name: string };
export type CaseFrame = z.infer<typeof frameSchema>;

/** The sources, also from `dist`: cases are not compiled. */
const decodeFolder = new URL('../../src/decode/', import.meta.url).pathname;

/** `decode/<model id>`, or the folder of the family it belongs to: `milesight` serves `milesight-em310-udl`. */
export function folderOfModel(modelId: string): string | undefined {
  const words = modelId.split('-');
  for (let length = words.length; length > 0; length -= 1) {
    const folder = join(decodeFolder, words.slice(0, length).join('-'));
    if (existsSync(folder)) return folder;
  }
  return undefined;
}

export function casesOfModel(modelId: string): DecoderCase[] {
  const folder = folderOfModel(modelId);
  if (folder === undefined || !existsSync(join(folder, 'cases'))) return [];
  const shared = basename(folder) !== modelId;
  return readdirSync(join(folder, 'cases'))
    .filter((file) => /\.(json|ya?ml)$/.test(file))
    .sort()
    .map((file) => readCase(join(folder, 'cases', file)))
    .filter((one) => (one.model === undefined ? !shared : one.model === modelId));
}

function readCase(path: string): DecoderCase {
  const parsed = caseSchema.safeParse(parseYaml(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, name: basename(path).replace(/\.\w+$/, '') };
}

/** The frame's bytes; its own encoding goes before the case's, and the case's before the model's. */
export function bytesOfFrame(frame: CaseFrame, one: DecoderCase, model: DecoderModel): Uint8Array {
  const encoding = frame.encoding ?? one.encoding ?? (model.encoding === 'binary' ? 'hex' : model.encoding);
  if (encoding === 'json') return new TextEncoder().encode(JSON.stringify(frame.payload));
  if (typeof frame.payload !== 'string') throw new Error(`${one.name}: a payload in ${encoding} is a text`);
  return encoding === 'hex'
    ? Buffer.from(frame.payload.replace(/\s/g, ''), 'hex')
    : Buffer.from(frame.payload, encoding);
}

/** The decoder as `gateway.yaml` would make it. */
export function decoderOfModel(
  model: DecoderModel,
  constants: Readonly<Record<string, unknown>>,
  inside?: DecoderModel,
): Decoder {
  const made = inside && inside.create({ constants: parseConstants(inside, constants) });
  return model.create({ constants: parseConstants(model, constants), ...(made && { inside: made }) });
}

function parseConstants(model: DecoderModel, constants: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return model.constantsSchema ? model.constantsSchema.parse(constants) : {};
}
