import { describeIssues } from '@shelfwire/contract/service';

import type { Decoder, DecoderModel } from '../decode/decoder.ts';
import { DECODER_MODELS, findDecoderModel } from '../decode/registry.ts';
import { decodeFiles } from './decode-file.ts';
import { constantsOfModel, unknownConstants } from './model-constants.ts';
import { type DecodeOptions, parseCommand, USAGE } from './options.ts';

/** What the command reads and writes; tests bring their own. */
export interface CommandLine {
  args: readonly string[];
  /** Throws if the file cannot be read. */
  readFile: (path: string) => Uint8Array;
  print: (line: string) => void;
  complain: (sentence: string) => void;
}

const EXIT_OK = 0;
const EXIT_NOT_DECODED = 2;

/** @returns the exit code */
export function runDecode(line: CommandLine): number {
  try {
    const readText = (path: string): string => new TextDecoder().decode(readFile(path, line));
    const command = parseCommand(line.args, readText);
    if (command.kind === 'decode') return decode(command.options, line);
    line.print(command.kind === 'help' ? USAGE : listOfModels());
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    line.complain(error.message);
    return EXIT_NOT_DECODED;
  }
}

function decode(options: DecodeOptions, line: CommandLine): number {
  const model = modelOf(options.model, '--model');
  const inside = options.inside === undefined ? undefined : modelOf(options.inside, '--inside');
  const makeDecoder = (): Decoder => create(model, options, inside && create(inside, options));
  makeDecoder(); // Wrong constants are told before a file is read.
  tellUnknownConstants(inside ? [model, inside] : [model], options, line);
  const files = options.files.map((path) => readFile(path, line));
  const outcome = decodeFiles(files, model, makeDecoder, options);
  for (const reading of outcome.readings) line.print(JSON.stringify(reading));
  if (outcome.framesUnderstood > 0) {
    for (const failure of outcome.failures) line.complain(failure);
    return EXIT_OK;
  }
  const [first = 'it holds no frame.'] = outcome.failures;
  const more = outcome.failures.length > 1 ? ` And ${outcome.failures.length - 1} more like it.` : '';
  line.complain(`${model.id} can read nothing in ${options.files.join(', ')}: ${first}${more}`);
  return EXIT_NOT_DECODED;
}

function tellUnknownConstants(models: readonly DecoderModel[], options: DecodeOptions, line: CommandLine): void {
  for (const name of unknownConstants(models, options.constants)) {
    const known =
      models.flatMap(({ constantsSchema }) => Object.keys(constantsSchema?.shape ?? {})).join(', ') || 'none';
    line.complain(`the constant "${name}" is not used; known are: ${known}.`);
  }
}

function create(model: DecoderModel, options: DecodeOptions, inside?: Decoder): Decoder {
  const constants = constantsOfModel(model, options.constants);
  if (!constants.success) {
    const problems = describeIssues(constants.error).join('; ');
    throw new RangeError(`${model.id}: wrong --constants: ${oneLine(problems)}.`);
  }
  return model.create({ constants: constants.data, ...(inside && { inside }) });
}

function modelOf(id: string, option: string): DecoderModel {
  const model = findDecoderModel(id);
  if (!model) throw new RangeError(`${option} "${id}" is no decoder of ours; --list shows those there are.`);
  return model;
}

function readFile(path: string, line: CommandLine): Uint8Array {
  try {
    return line.readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    throw new RangeError(`${path} cannot be read: ${reason}`, { cause: error });
  }
}

function listOfModels(): string {
  const width = Math.max(...DECODER_MODELS.map((model) => model.id.length));
  return DECODER_MODELS.map((model) => `${model.id.padEnd(width)}  ${model.title}`).join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
