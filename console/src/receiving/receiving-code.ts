import { hasValidCheckDigit, readCode } from '../counting/scanned-code';

/** What a code at the dock is asked for: goods and pallets by their label, orders by their number on the papers. */
export type ReceivingCode = { kind: 'label'; code: string } | { kind: 'order'; search: string };

export function readReceivingCode(input: string): ReceivingCode {
  const code = input.trim();
  if (readCode(code).kind === 'gtin' || isSscc(code)) return { kind: 'label', code };
  return { kind: 'order', search: code.slice(0, 100) };
}

/** The number of a pallet: bare, or with its identifier 00 as people type it or as scanners send it. */
function isSscc(code: string): boolean {
  const [, digits] = /^(?:\](?:C1|d2|e0|Q3|J1))?(?:\(00\)|00)?(\d{18})$/.exec(code) ?? [];
  return digits !== undefined && hasValidCheckDigit(digits);
}
