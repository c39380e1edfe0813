import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { decodeFiles } from './decode-cli/decode-file.ts';
import { type Command, type DecodeOptions, parseCommand, USAGE } from './decode-cli/options.ts';
import { constantsOfModel } from './decode-cli/model-constants.ts';
import type { Decoder, DecoderModel } from './decode/decoder.ts';
import { DECODER_MODELS, findDecoderModel } from './decode/registry.ts';

const EXIT_OK = 0;
const EXIT_NOT_DECODED = 2;

function main(args: readonly string[]): number {
  let command: Command;
  try {
    command = parseCommand(args);
    if (command.kind === 'decode') return decode(command.options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`decode: ${error.message}\n`);
    return EXIT_NOT_DECODED;
  }
  process.stdout.write(command.kind === 'help' ? `${USAGE}\n` : listOfModels());
  return EXIT_OK;
}

function decode(options: DecodeOptions): number {
  const model = modelOf(options.model, '--model');
  const inside = options.inside === undefined ? undefined : modelOf(options.inside, '--inside');
  const makeDecoder = (): Decoder => create(model, options, inside && create(inside, options));
  const outcome = decodeFiles(options.files.map(readInput), model, makeDecoder, options);
  for (const reading of outcome.readings) process.stdout.write(`${JSON.stringify(reading)}\n`);
  if (outcome.framesUnderstood > 0) {
    for (const failure of outcome.failures) process.stderr.write(`decode: ${failure}\n`);
    return EXIT_OK;
  }
  const [first = 'it holds no frame.'] = outcome.failures;
  const more = outcome.failures.length > 1 ? `, and ${outcome.failures.length - 1} more like it` : '';
  process.stderr.write(`decode: ${model.id} can read nothing in ${options.files.join(', ')}: ${first}${more}\n`);
  return EXIT_NOT_DECODED;
}

function create(model: DecoderModel, options: DecodeOptions, inside?: Decoder): Decoder {
  const constants = constantsOfModel(model, options.constants);
  if (!constants.success) {
    throw new RangeError(`${model.id}: ${oneLine(z.prettifyError(constants.error))}; see --constants.`);
  }
  return model.create({ constants: constants.data, ...(inside && { inside }) });
}

function modelOf(id: string, option: string): DecoderModel {
  const model = findDecoderModel(id);
  if (!model) throw new RangeError(`${option} "${id}" is no decoder of ours; --list shows those there are.`);
  return model;
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new RangeError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function listOfModels(): string {
  const width = Math.max(...DECODER_MODELS.map((model) => model.id.length));
  return DECODER_MODELS.map((model) => `${model.id.padEnd(width)}  ${model.title}\n`).join('');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

process.exitCode = main(process.argv.slice(2));
