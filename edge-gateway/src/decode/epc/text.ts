import type { BitReader, BitWriter } from './bits.ts';

/**
 * The two character sets of GS1 (General Specifications 7.11): AI 82 in seven bits as ISO 646, AI 39 in six bits. In a
 * URI some of them are escaped (TDS tables A-1 and G-1), and only those: one identifier has one spelling.
 */

const AI82 = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;
const AI39 = /^[#\-/0-9A-Z]+$/;
const ESCAPED_IN_URI = /["%&/<>?#]/g;

export function isAi82(text: string): boolean {
  return AI82.test(text);
}

export function isAi39(text: string): boolean {
  return AI39.test(text);
}

export function escapeForUri(text: string): string {
  return text.replace(ESCAPED_IN_URI, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @returns undefined where a character stands unescaped that must not, or an escape is none */
export function unescapeFromUri(text: string): string | undefined {
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return escapeForUri(plain).toUpperCase() === text.toUpperCase() ? plain : undefined;
}

/** A field of a fixed number of 7-bit characters, filled with zeros behind the text; nothing may follow a zero. */
export function readText7(reader: BitReader, bits: number): string | undefined {
  return trimmedText(
    readCharacters(reader, bits, 7, (code) => String.fromCharCode(code)),
    isAi82,
  );
}

export function writeText7(writer: BitWriter, text: string, bits: number): void {
  for (const character of text) writer.write(BigInt(character.charCodeAt(0)), 7);
  writer.write(0n, bits - text.length * 7);
}

/** A text of 6-bit characters up to six zero bits. */
export function readTerminatedText6(reader: BitReader, lengthMin: number, lengthMax: number): string | undefined {
  let text = '';
  for (;;) {
    const code = reader.read(6);
    if (code === undefined) return undefined;
    if (code === 0n) return text.length >= lengthMin && (text === '' || isAi39(text)) ? text : undefined;
    if (text.length === lengthMax) return undefined;
    text += character6(Number(code));
  }
}

export function writeTerminatedText6(writer: BitWriter, text: string): void {
  for (const character of text) writer.write(BigInt(character.charCodeAt(0) & 0x3f), 6);
  writer.write(0n, 6);
}

/** The six low bits of an upper-case ASCII character: 1…26 are letters, 32…63 stand for themselves. */
export function character6(code: number): string {
  return String.fromCharCode(code < 32 ? code + 64 : code);
}

function readCharacters(
  reader: BitReader,
  bits: number,
  width: number,
  characterOf: (code: number) => string,
): string | undefined {
  let text = '';
  for (let at = 0; at < bits; at += width) {
    const code = reader.read(width);
    if (code === undefined) return undefined;
    text += code === 0n ? '\0' : characterOf(Number(code));
  }
  return text;
}

function trimmedText(text: string | undefined, isAllowed: (text: string) => boolean): string | undefined {
  const trimmed = text?.replace(/\0+$/, '');
  return trimmed !== undefined && isAllowed(trimmed) ? trimmed : undefined;
}
