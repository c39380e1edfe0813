import type { DecodeResult, RejectedEntry } from './decoder.ts';
import { decodeEpc } from './epc/decode-epc.ts';
import { quote } from './result.ts';
import type { Sample, TagSample } from './sample.ts';

/** EPC memory is at most 496 bits, 62 bytes; a longer text is no EPC. */
const EPC_HEX_DIGITS_MAX = 124;

/** EPC memory is read in words of 16 bits. */
const WORD_HEX_DIGITS = 4;

/**
 * Hexadecimal as readers print it, in either case, perhaps grouped by blanks or hyphens or with `0x` → upper-case digits.
 * An odd number of digits is a code that ends within a byte (SGLN-195 has 49 digits, GIAI-202 has 51) and is filled up
 * with the zeros that stand behind it in the tag; if no known code comes out, the text was cut.
 */
export function epcHexOf(text: string): string | undefined {
  const digits = digitsOf(text);
  if (digits.length > EPC_HEX_DIGITS_MAX || !/^[0-9A-F]+$/.test(digits)) return undefined;
  if (digits.length % 2 === 0) return digits;
  const words = digits.padEnd(Math.ceil(digits.length / WORD_HEX_DIGITS) * WORD_HEX_DIGITS, '0');
  // All bits of the code must be there: filling up a shorter text would invent a serial number.
  const bits = /-(\d+)$/.exec(decodeEpc(words)?.tagScheme ?? '')?.[1];
  return bits !== undefined && digits.length * 4 >= Number(bits) ? words : undefined;
}

/** Why `epcHexOf` refused it, in one sentence. */
export function whyNoEpc(text: string): string {
  const digits = digitsOf(text);
  if (digits === '') return 'The EPC is empty.';
  if (!/^[0-9A-F]+$/.test(digits)) return `The EPC ${quote(text)} is not hexadecimal.`;
  if (digits.length > EPC_HEX_DIGITS_MAX) {
    return `The EPC has ${digits.length} hexadecimal digits; a tag holds at most ${EPC_HEX_DIGITS_MAX}.`;
  }
  return `The EPC ${quote(text)} has an odd number of digits (${digits.length}), and no known code ends there.`;
}

function digitsOf(text: string): string {
  return text.trim().replace(/^0x/i, '').replace(/[\s-]/g, '').toUpperCase();
}

/** Values as a report gave them; what is absent, or impossible as an antenna number or a count, stays absent. */
export function tagSample(
  epcHex: string,
  fields: {
    observedAtMs?: number | undefined;
    antenna?: number | undefined;
    rssiDbm?: number | undefined;
    reads?: number | undefined;
  },
): TagSample {
  const { observedAtMs, antenna, rssiDbm, reads } = fields;
  return {
    kind: 'tag',
    epcHex,
    ...(isNatural(observedAtMs) && { observedAtMs }),
    ...(isNatural(antenna) && { antenna }),
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(isNatural(reads) && { reads }),
  };
}

/** Many entries, one result: the good ones count, the bad ones are listed; only if none was good has the frame failed. */
export function resultOfEntries(entries: readonly (Sample | RejectedEntry | undefined)[]): DecodeResult {
  if (entries.every(isSample)) return { ok: true, samples: [...entries] };
  const samples: Sample[] = [];
  const rejected: RejectedEntry[] = [];
  for (const entry of entries) {
    if (entry === undefined) continue;
    if ('detail' in entry) rejected.push(entry);
    else samples.push(entry);
  }
  const [first] = rejected;
  if (first === undefined) return { ok: true, samples };
  return rejected.length === entries.length ? { ok: false, ...first } : { ok: true, samples, rejected };
}

function isSample(entry: Sample | RejectedEntry | undefined): entry is Sample {
  return entry !== undefined && !('detail' in entry);
}

function isNatural(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
