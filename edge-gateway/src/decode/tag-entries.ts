import type { DecodeResult, RejectedEntry } from './decoder.ts';
import type { Sample, TagSample } from './sample.ts';

/** EPC memory is at most 496 bits, 62 bytes; a longer text is no EPC. */
const EPC_HEX_DIGITS_MAX = 124;

/** Hexadecimal as readers print it, in either case, perhaps grouped by blanks or hyphens or with `0x` → upper-case digits. */
export function epcHexOf(text: string): string | undefined {
  const digits = text.trim().replace(/^0x/i, '').replace(/[\s-]/g, '');
  if (digits === '' || digits.length > EPC_HEX_DIGITS_MAX || digits.length % 2 === 1) return undefined;
  return /^[0-9A-Fa-f]+$/.test(digits) ? digits.toUpperCase() : undefined;
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

function isNatural(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
