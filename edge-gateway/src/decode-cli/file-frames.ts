import type { DecoderModel } from '../decode/decoder.ts';
import type { FileEncoding } from './options.ts';
import {
  hexDigits,
  jsonTexts,
  topicAndPayload,
  withControlCharacters,
  withoutComment,
  withoutHexdumpColumns,
} from './text-pieces.ts';

export interface FileFrame {
  payload: Uint8Array;
  topic?: string;
  /** Where in the file it stands, for messages. */
  where: string;
}

export interface WaysToCut {
  /** In the encoding asked for, or else the one the decoder expects. */
  expected: FileFrame[][];
  /** Where no encoding was asked for: what else the file may be. Good only if all of it makes sense. */
  guessed: FileFrame[][];
}

/**
 * A file may hold one payload or many, and does not say how it is cut. So it is cut in every way that makes sense for the
 * decoder, likeliest first, and the caller keeps the one that gives most.
 */
export function framesOfFile(bytes: Uint8Array, model: DecoderModel, encoding?: FileEncoding): WaysToCut {
  const expected = encoding ?? (model.encoding === 'latin1' ? 'utf8' : model.encoding);
  const others = (['hex', 'base64', 'binary'] as const).filter(
    (other) => other !== expected && !(other === 'binary' && isText(model)),
  );
  return {
    expected: cut(bytes, model, expected),
    guessed:
      encoding === undefined
        ? others.flatMap((other) => (other === 'base64' && !isPadded(bytes) ? [] : cut(bytes, model, other)))
        : [],
  };
}

/** What nobody called base64 is taken for it only if it is whole: many a word has no other letters. */
function isPadded(bytes: Uint8Array): boolean {
  return linesOf(latin1(bytes)).every((line) => (base64Digits(line)?.length ?? 0) % 4 === 0);
}

function cut(bytes: Uint8Array, model: DecoderModel, encoding: FileEncoding): FileFrame[][] {
  return waysToCut(bytes, model, encoding).filter((frames) => frames.length > 0);
}

function waysToCut(bytes: Uint8Array, model: DecoderModel, encoding: FileEncoding): FileFrame[][] {
  switch (encoding) {
    case 'binary':
      return isText(model) ? waysToCut(bytes, model, 'utf8') : [framed(bytes, model), [frame(bytes, 'the file')]];
    case 'hex':
      return encodedLines(bytes, model, hexDigits, 'hex');
    case 'base64':
      return encodedLines(bytes, model, base64Digits, 'base64');
    default:
      return model.createFramer ? waysToCutStream(bytes, model) : waysToCutText(bytes);
  }
}

function isText(model: DecoderModel): boolean {
  return model.encoding === 'utf8' || model.encoding === 'latin1';
}

function waysToCutText(bytes: Uint8Array): FileFrame[][] {
  const text = latin1(bytes).replace(/^\xef\xbb\xbf/, '');
  const uncommented = linesOf(text).map(withoutComment).join('\n');
  // A # inside a string of JSON is no comment, so the text as it is goes first.
  const json = jsonTexts(text.trim()) ?? jsonTexts(uncommented.trim());
  const whole = [frame(toBytes(text.trim()), 'the file')];
  const ways = [whole];
  if (json && json.length > 0) {
    ways.push(json.map((one, index) => frame(toBytes(one), `JSON text ${index + 1}`)));
    ways.push(json.flatMap(elementsOf));
  }
  for (const start of [/(?=<\?xml)/, /(?=^ADVANNET\/)/m]) {
    const documents = text.split(start).filter((one) => one.trim() !== '');
    if (documents.length > 1) ways.push(documents.map((one, index) => frame(toBytes(one), `document ${index + 1}`)));
  }
  ways.push(framesOfLines(uncommented), framesOfLines(text));
  return ways;
}

function waysToCutStream(bytes: Uint8Array, model: DecoderModel): FileFrame[][] {
  const text = latin1(bytes);
  const lines = linesOf(text)
    .map(withoutComment)
    .filter((line) => line.trim() !== '');
  const perLine = (cut: readonly string[]): FileFrame[] =>
    cut.flatMap((line, index) => framed(toBytes(`${line}\r\n`), model, `line ${index + 1}`));
  return [
    framed(bytes, model),
    framed(toBytes(`${text}\x02`), model), // a framer may wait for the next frame to know that the last one has ended
    [frame(bytes, 'the file')],
    framed(toBytes(lines.map((line) => `${line}\r\n`).join('')), model),
    perLine(lines),
    lines.map((line, index) => frame(toBytes(line), `line ${index + 1}`)),
    ...waysToCutText(bytes),
    perLine(lines.map(withControlCharacters)),
    framed(toBytes(withControlCharacters(lines.join(''))), model),
  ];
}

/** Line by line; each line through the framer of its own, where there is one; and all lines as one. */
function encodedLines(
  bytes: Uint8Array,
  model: DecoderModel,
  digitsOf: (line: string) => string | undefined,
  encoding: 'hex' | 'base64',
): FileFrame[][] {
  const text = withoutHexdumpColumns(latin1(bytes));
  const lines = linesOf(text).map((line, index) => ({ digits: digitsOf(line), where: `line ${index + 1}` }));
  const decoded = lines.flatMap(({ digits, where }) =>
    digits === undefined || digits === '' ? [] : [{ payload: Buffer.from(digits, encoding), where }],
  );
  if (decoded.length === 0) return [];
  const unreadable = lines.flatMap(({ digits, where }) =>
    digits === undefined ? [frame(new Uint8Array(0), `${where} (not ${encoding})`)] : [],
  );
  const joined = Buffer.concat(decoded.map(({ payload }) => payload));
  return [
    [...decoded.map(({ payload, where }) => frame(payload, where)), ...unreadable],
    decoded.flatMap(({ payload, where }) => framed(payload, model, where)),
    framed(joined, model),
    [frame(joined, 'the file')],
  ];
}

function base64Digits(line: string): string | undefined {
  const digits = withoutComment(line).replace(/\s/g, '');
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(digits) ? digits : undefined;
}

function framesOfLines(text: string): FileFrame[] {
  return linesOf(text).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const { topic, payload } = topicAndPayload(line.trim());
    const one = frame(toBytes(payload), `line ${index + 1}`);
    return [topic === undefined ? one : { ...one, topic }];
  });
}

/** The elements of an array whose decoder wants them one by one. */
function elementsOf(json: string): FileFrame[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(json, 'latin1').toString('utf8'));
    if (!Array.isArray(value)) return [];
    return value.map((element: unknown, index) =>
      frame(new TextEncoder().encode(JSON.stringify(element)), `element ${index + 1}`),
    );
  } catch {
    return [];
  }
}

function framed(bytes: Uint8Array, model: DecoderModel, where?: string): FileFrame[] {
  const frames = model.createFramer?.().push(bytes) ?? [];
  return frames.map((payload, index) => frame(payload, where ?? `frame ${index + 1}`));
}

function frame(payload: Uint8Array, where: string): FileFrame {
  return { payload, where };
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
