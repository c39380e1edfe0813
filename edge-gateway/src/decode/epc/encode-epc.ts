import { BitWriter } from './bits.ts';
import type { Epc } from './decode-epc.ts';
import { type EpcField, EPC_SCHEMES, type EpcScheme, type Partition, SCHEME_BY_TAG_SCHEME } from './schemes.ts';
import { isAi39, isAi82, unescapeFromUri, writeTerminatedText6, writeText7 } from './text.ts';

/** The shortest tag scheme that can hold the parts is `96`; the long ones hold letters and leading zeros. */
const DIGITS = /^\d*$/;

/**
 * The EPC memory for a code, in whole words of 16 bits.
 * @returns upper-case hexadecimal, or undefined if the parts do not fit the scheme
 */
export function encodeEpc(epc: Epc): string | undefined {
  const scheme = SCHEME_BY_TAG_SCHEME.get(epc.tagScheme);
  if (!scheme) return undefined;
  const writer = new BitWriter();
  writer.write(BigInt(scheme.header), 8);
  const rest = [...epc.parts];
  for (const field of scheme.fields) {
    if (!writeField(writer, field, rest, epc.filter)) return undefined;
  }
  return rest.length === 0 ? writer.toHex(16) : undefined;
}

/** Reads `urn:epc:tag:sgtin-96:3.0614141.812345.6789`. */
export function parseTagUri(uri: string): Epc | undefined {
  const match = /^urn:epc:tag:([a-z]+-(?:\d+|var)):(.+)$/.exec(uri);
  const scheme = SCHEME_BY_TAG_SCHEME.get(match?.[1] ?? '');
  const hasFilter = scheme?.fields.some((field) => field.kind === 'filter') === true;
  const parts = scheme && partsOf(match?.[2] ?? '', partCount(scheme) + (hasFilter ? 1 : 0));
  if (!scheme || !parts) return undefined;
  const filter = hasFilter ? parts.shift() : undefined;
  if (filter !== undefined && !/^\d{1,2}$/.test(filter)) return undefined;
  return checked({
    tagScheme: scheme.tagScheme,
    scheme: scheme.scheme,
    parts,
    ...(filter !== undefined && { filter: Number(filter) }),
  });
}

/**
 * Reads `urn:epc:id:sgtin:0614141.812345.6789` and chooses the tag scheme: the 96-bit one where the parts fit, else the
 * long one.
 * @param filter TDS table 10-1; 0 is "all others"
 */
export function parsePureIdentityUri(uri: string, filter = 0): Epc | undefined {
  const match = /^urn:epc:id:([a-z]+):(.+)$/.exec(uri);
  const schemes = EPC_SCHEMES.filter((scheme) => scheme.scheme === match?.[1]);
  for (const scheme of schemes) {
    const parts = partsOf(match?.[2] ?? '', partCount(scheme));
    if (!parts) return undefined;
    const hasFilter = scheme.fields.some((field) => field.kind === 'filter');
    const { tagScheme } = scheme;
    const epc = checked({ tagScheme, scheme: scheme.scheme, parts, ...(hasFilter && { filter }) });
    if (epc) return epc;
  }
  return undefined;
}

/** @returns undefined too for a scheme that could write the parts only in another spelling, so that decoding gives them back */
function checked(epc: Epc): Epc | undefined {
  return encodeEpc(epc) === undefined ? undefined : epc;
}

/** A point separates parts and may also stand inside the last one, a serial: everything from there on is the serial's. */
function partsOf(text: string, count: number): string[] | undefined {
  const pieces = text.split('.');
  const parts = [...pieces.slice(0, count - 1), pieces.slice(count - 1).join('.')].map(unescapeFromUri);
  return pieces.length >= count && parts.every((part) => part !== undefined) ? parts : undefined;
}

function partCount(scheme: EpcScheme): number {
  const counts = {
    filter: 0,
    reserved: 0,
    company: 2,
    integer: 1,
    numericString: 1,
    digits: 1,
    text7: 1,
    text6: 1,
    cage: 1,
  };
  return scheme.fields.reduce((sum, field) => sum + counts[field.kind], 0);
}

function writeField(writer: BitWriter, field: EpcField, rest: string[], filter: number | undefined): boolean {
  switch (field.kind) {
    case 'filter':
      return writeInteger(writer, filter?.toString(), field.bits);
    case 'company':
      return writeCompany(writer, field, rest.shift(), rest.shift());
    case 'integer':
      return writeInteger(writer, rest.shift(), field.bits);
    case 'numericString':
      return writeNumericString(writer, rest.shift(), field.bits);
    case 'digits':
      return writeDigits(writer, rest.shift(), field.bits, field.length);
    case 'text7':
      return writeText(writer, rest.shift(), field.bits, Math.floor(field.bits / 7));
    case 'text6':
      return writeText6(writer, rest.shift(), field.lengthMin, field.lengthMax);
    case 'cage':
      return writeCage(writer, rest.shift(), field.width);
    default:
      writer.write(0n, field.bits);
      return true;
  }
}

function writeCompany(
  writer: BitWriter,
  field: Extract<EpcField, { kind: 'company' }>,
  company: string | undefined,
  reference: string | undefined,
): boolean {
  const partition = field.partitions.findIndex((one) => one.companyDigits === company?.length);
  const sizes = field.partitions[partition];
  if (!sizes || reference === undefined) return false;
  writer.write(BigInt(partition), 3);
  return (
    writeDigits(writer, company, sizes.companyBits, sizes.companyDigits) &&
    writeReference(writer, field.reference, reference, sizes)
  );
}

function writeReference(writer: BitWriter, kind: string, reference: string, sizes: Partition): boolean {
  const { referenceBits: bits, referenceLength: length } = sizes;
  switch (kind) {
    case 'text6':
      return writeText6(writer, reference, 1, length);
    case 'text7':
      return writeText(writer, reference, bits, length);
    case 'integer':
      return reference.length <= length && writeInteger(writer, reference, bits);
    default:
      return writeDigits(writer, reference, bits, length);
  }
}

function writeInteger(writer: BitWriter, digits: string | undefined, bits: number): boolean {
  if (digits === undefined || !/^(0|[1-9]\d*)$/.test(digits)) return false;
  return writeBounded(writer, BigInt(digits), bits);
}

function writeNumericString(writer: BitWriter, digits: string | undefined, bits: number): boolean {
  if (digits === undefined || !/^\d+$/.test(digits)) return false;
  return writeBounded(writer, BigInt(`1${digits}`), bits);
}

function writeDigits(writer: BitWriter, digits: string | undefined, bits: number, length: number): boolean {
  if (digits?.length !== length || !DIGITS.test(digits)) return false;
  return writeBounded(writer, BigInt(digits === '' ? 0 : digits), bits);
}

function writeBounded(writer: BitWriter, value: bigint, bits: number): boolean {
  if (value >= 1n << BigInt(bits)) return false;
  writer.write(value, bits);
  return true;
}

function writeText(writer: BitWriter, text: string | undefined, bits: number, lengthMax: number): boolean {
  if (text === undefined || text.length > lengthMax || text.length * 7 > bits || !isAi82(text)) return false;
  writeText7(writer, text, bits);
  return true;
}

function writeText6(writer: BitWriter, text: string | undefined, lengthMin: number, lengthMax: number): boolean {
  if (text === undefined || text.length < lengthMin || text.length > lengthMax) return false;
  if (text !== '' && !isAi39(text)) return false;
  writeTerminatedText6(writer, text);
  return true;
}

function writeCage(writer: BitWriter, code: string | undefined, width: 6 | 8): boolean {
  if (code === undefined || !/^[0-9A-HJ-NP-Z]{5,6}$/.test(code)) return false;
  const mask = width === 6 ? 0x3f : 0xff;
  for (const character of code.padStart(6, ' ')) writer.write(BigInt(character.charCodeAt(0) & mask), width);
  return true;
}
