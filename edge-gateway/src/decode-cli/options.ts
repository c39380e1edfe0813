import { parseArgs } from 'node:util';

import { idSchema } from '@shelfwire/contract';
import { parse as parseYaml } from 'yaml';

import { asObject } from '../decode/json-payload.ts';

export type FileEncoding = 'binary' | 'utf8' | 'hex' | 'base64';

type Constants = Record<string, unknown>;

export interface DecodeOptions {
  model: string;
  inside?: string;
  /** Absent: as the model expects it, and if nothing can be made of that, whatever the file looks like. */
  encoding?: FileEncoding;
  topic?: string;
  deviceId?: string;
  constants: Constants;
  receivedAtMs?: number;
  files: string[];
}

export type Command = { kind: 'decode'; options: DecodeOptions } | { kind: 'list' } | { kind: 'help' };

export const USAGE = `usage: npm run decode -- --model ID [options] FILE…

Prints the readings that a device's payload gives, one JSON object a line. Nothing is filtered or corrected: it is what
each frame says by itself, with the calibration 1:1 (raw counts come out as "uncalibrated").

  --model ID         the decoder (--list shows all)
  --inside ID        for a LoRaWAN envelope: the decoder of what it carries
  --encoding FORM    binary, utf8, hex or base64: how FILE holds the payload (default: as the decoder expects it)
  --topic T          the MQTT topic it came on; some decoders take names from it
  --constants LIST   per-device constants: a=1,b=2 (may be repeated), a JSON object, or @FILE with them in YAML or JSON
  --device ID        deviceId of the readings (default: taken from the topic, else "device")
  --received-at T    when it was received, ISO 8601 or Unix ms (default: now)
  --list             the decoders there are
  --help             this text

FILE (or - for standard input; several are read in order by the same decoder, as a birth and its data) holds one payload
or many: JSON texts one after the other or one a line, an array of them, XML, lines of a scale, "topic payload" lines as
mosquitto_sub -v prints them, hexadecimal or base64 lines with # comments behind, or a recorded byte stream.

Exit 0: at least one frame was understood; what was not is told on standard error. A frame that is understood but carries
no reading (a join, a keepalive) prints nothing. Exit 2: no frame was understood, or the arguments are wrong.`;

/**
 * @param readText for `--constants @FILE`
 * @throws RangeError with one sentence if the arguments are wrong
 */
export function parseCommand(args: readonly string[], readText: (path: string) => string): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  if (values.list === true) return { kind: 'list' };
  if (values.model === undefined) throw new RangeError('--model ID is missing; --list shows the decoders there are.');
  if (positionals.length === 0) throw new RangeError('The FILE to decode is missing; - is standard input.');
  const receivedAtMs = values['received-at'] === undefined ? undefined : timeOf(values['received-at']);
  return {
    kind: 'decode',
    options: {
      model: values.model,
      constants: Object.assign({}, ...(values.constants ?? []).map((text) => constantsOf(text, readText))) as Constants,
      files: positionals,
      ...(values.inside !== undefined && { inside: values.inside }),
      ...(values.encoding !== undefined && { encoding: encodingOf(values.encoding) }),
      ...(values.topic !== undefined && { topic: values.topic }),
      ...(values.device !== undefined && { deviceId: deviceIdOf(values.device) }),
      ...(receivedAtMs !== undefined && { receivedAtMs }),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        inside: { type: 'string' },
        encoding: { type: 'string' },
        topic: { type: 'string' },
        constants: { type: 'string', multiple: true },
        device: { type: 'string' },
        'received-at': { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function encodingOf(text: string): FileEncoding {
  const known: Readonly<Record<string, FileEncoding>> = {
    binary: 'binary',
    utf8: 'utf8',
    'utf-8': 'utf8',
    text: 'utf8',
    latin1: 'utf8', // text is cut into lines byte by byte, so that both mean the same
    hex: 'hex',
    base64: 'base64',
  };
  const encoding = known[text.toLowerCase()];
  if (!encoding) throw new RangeError(`--encoding "${text}" is not known; use binary, utf8, hex or base64.`);
  return encoding;
}

function constantsOf(text: string, readText: (path: string) => string): Constants {
  if (text.startsWith('@')) return constantsOfYaml(readText(text.slice(1)), text);
  if (text.trim().startsWith('{')) return constantsOfYaml(text, text);
  const constants: Constants = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new RangeError(`--constants "${pair}" is not name=value.`);
    constants[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
  }
  return constants;
}

/** YAML, of which JSON is a part. */
function constantsOfYaml(content: string, named: string): Constants {
  let value: unknown;
  try {
    value = parseYaml(content);
  } catch (error) {
    throw new RangeError(`--constants ${named.slice(0, 80)} is neither YAML nor JSON.`, { cause: error });
  }
  const constants = asObject(value);
  if (!constants) throw new RangeError(`--constants ${named.slice(0, 80)} holds no names with values.`);
  return { ...constants };
}

function deviceIdOf(text: string): string {
  if (!idSchema.safeParse(text).success) {
    throw new RangeError(`--device "${text}" is no id: use letters, digits and . _ : - only, at most 64.`);
  }
  return text;
}

function timeOf(text: string): number {
  const atMs = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(atMs)) throw new RangeError(`--received-at "${text}" is neither ISO 8601 nor Unix milliseconds.`);
  return atMs;
}
