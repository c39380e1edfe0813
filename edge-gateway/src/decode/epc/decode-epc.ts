import { BitReader } from './bits.ts';
import { type EpcField, SCHEME_BY_HEADER } from './schemes.ts';
import { character6, readTerminatedText6, readText7 } from './text.ts';

export interface Epc {
  tagScheme: string;
  scheme: string;
  /** Absent in GID, which has none. */
  filter?: number;
  /** Parts of the pure identity URI, not escaped. */
  parts: readonly string[];
}

/** EPC memory is counted in words: behind the last bit of a code there are zeros up to the next multiple. */
const WORD_BITS = 16;

/**
 * What the EPC memory of a tag says, or undefined if it is no EPC of a scheme we know: another header, a partition that
 * does not exist, a number too great for its digits, a forbidden character, too few bits, or something behind the end.
 */
export function decodeEpc(hex: string): Epc | undefined {
  if (!/^[0-9A-Fa-f]{2,124}$/.test(hex)) return undefined;
  const scheme = SCHEME_BY_HEADER.get(Number.parseInt(hex.slice(0, 2), 16));
  if (!scheme) return undefined;
  const reader = new BitReader(hex);
  reader.read(8);
  let filter: number | undefined;
  const parts: string[] = [];
  for (const field of scheme.fields) {
    if (field.kind === 'filter') {
      filter = numberOf(reader.read(field.bits));
      continue;
    }
    const values = readField(reader, field);
    if (!values) return undefined;
    parts.push(...values);
  }
  if (reader.bitsLeft >= WORD_BITS || reader.read(reader.bitsLeft) !== 0n) return undefined;
  return { tagScheme: scheme.tagScheme, scheme: scheme.scheme, parts, ...(filter !== undefined && { filter }) };
}

function readField(reader: BitReader, field: Exclude<EpcField, { kind: 'filter' }>): string[] | undefined {
  switch (field.kind) {
    case 'company':
      return readCompany(reader, field);
    case 'integer':
      return listOf(reader.read(field.bits)?.toString());
    case 'numericString':
      return listOf(readNumericString(reader, field.bits));
    case 'digits':
      return listOf(digitsOf(reader.read(field.bits), field.length));
    case 'text7':
      return listOf(readText7(reader, field.bits));
    case 'text6':
      return listOf(readTerminatedText6(reader, field.lengthMin, field.lengthMax));
    case 'cage':
      return listOf(readCage(reader, field.width));
    default:
      return reader.read(field.bits) === 0n ? [] : undefined;
  }
}

function readCompany(reader: BitReader, field: Extract<EpcField, { kind: 'company' }>): string[] | undefined {
  const partition = field.partitions[numberOf(reader.read(3)) ?? -1];
  if (!partition) return undefined;
  const company = digitsOf(reader.read(partition.companyBits), partition.companyDigits);
  if (company === undefined) return undefined;
  const reference = readReference(reader, field.reference, partition.referenceBits, partition.referenceLength);
  return reference === undefined ? undefined : [company, reference];
}

function readReference(reader: BitReader, kind: string, bits: number, length: number): string | undefined {
  if (kind === 'text6') return readTerminatedText6(reader, 1, length);
  if (kind === 'text7') {
    // The field is as wide as the bits that are left, which is not a whole number of characters.
    const text = readText7(reader, bits - (bits % 7));
    return text !== undefined && text.length <= length && reader.read(bits % 7) === 0n ? text : undefined;
  }
  const value = reader.read(bits);
  const digits = digitsOf(value, length);
  return kind === 'integer' && digits !== undefined ? value?.toString() : digits;
}

/** @returns the value in exactly that many digits, or undefined if it needs more */
function digitsOf(value: bigint | undefined, length: number): string | undefined {
  if (value === undefined) return undefined;
  if (length === 0) return value === 0n ? '' : undefined;
  const digits = value.toString().padStart(length, '0');
  return digits.length === length ? digits : undefined;
}

function readNumericString(reader: BitReader, bits: number): string | undefined {
  const digits = reader.read(bits)?.toString();
  return digits !== undefined && digits.length > 1 && digits.startsWith('1') ? digits.slice(1) : undefined;
}

/** A blank before a five-character code is not part of it (TDS 14.6.13). */
function readCage(reader: BitReader, width: 6 | 8): string | undefined {
  let text = '';
  for (let index = 0; index < 6; index += 1) {
    const code = numberOf(reader.read(width));
    if (code === undefined) return undefined;
    text += width === 6 ? character6(code) : String.fromCharCode(code);
  }
  return /^[ 0-9A-HJ-NP-Z][0-9A-HJ-NP-Z]{5}$/.test(text) ? text.trim() : undefined;
}

function listOf(value: string | undefined): string[] | undefined {
  return value === undefined ? undefined : [value];
}

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
