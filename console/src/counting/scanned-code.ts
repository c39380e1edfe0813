/** What a scanned or typed code names. `text` is left when it is none of GS1's: a bin's id, a SKU, a name. */
export type ScannedCode =
  | { kind: 'gtin'; gtin: string; lot?: string; expiry?: string; serial?: string; count?: number }
  | { kind: 'text'; text: string };

/** Data lengths of application identifiers that end without a separator (GS1 General Specifications, figure 7.8.5-1). */
const FIXED_LENGTHS: Readonly<Record<string, number>> = {
  '00': 18,
  '01': 14,
  '02': 14,
  '11': 6,
  '12': 6,
  '13': 6,
  '15': 6,
  '16': 6,
  '17': 6,
  '20': 2,
};
const SEPARATOR = '\u001d';
/** AIM symbology identifiers that say "GS1 data follows". */
const SYMBOLOGY = /^\](C1|d2|Q3|e0|J1)/;

/** Understands EAN/UPC digits, GS1 element strings (scanned, or typed with parentheses) and GS1 Digital Links. */
export function readCode(input: string): ScannedCode {
  const code = input.trim();
  const elements = linkElements(code) ?? bracketElements(code) ?? plainElements(code);
  const gtin = elements?.get('01') ?? elements?.get('02');
  if (elements && gtin !== undefined && hasValidCheckDigit(gtin)) return fromElements(gtin, elements);
  if (/^(\d{8}|\d{12,14})$/.test(code) && hasValidCheckDigit(code)) return { kind: 'gtin', gtin: code };
  return { kind: 'text', text: code };
}

/** GS1's check digit: weights 3 and 1 in turn, from the right. */
export function hasValidCheckDigit(digits: string): boolean {
  if (!/^\d{8,18}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 2; i <= digits.length; i += 1) sum += Number(digits.at(-i)) * (i % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10 === Number(digits.at(-1));
}

function fromElements(gtin: string, elements: ReadonlyMap<string, string>): ScannedCode {
  const [lot, serial, expiry] = [elements.get('10'), elements.get('21'), isoDate(elements.get('17'))];
  const count = elements.get('37') ?? elements.get('30');
  return {
    kind: 'gtin',
    gtin,
    ...(lot === undefined ? {} : { lot }),
    ...(serial === undefined ? {} : { serial }),
    ...(expiry === undefined ? {} : { expiry }),
    ...(count !== undefined && /^\d{1,8}$/.test(count) ? { count: Number(count) } : {}),
  };
}

/** `https://id.gs1.org/01/09506000134352/10/ABC?17=271231` */
function linkElements(code: string): Map<string, string> | undefined {
  if (!/^https?:\/\//i.test(code) || !URL.canParse(code)) return undefined;
  const url = new URL(code);
  const parts = url.pathname.split('/').slice(1).map(decodePart);
  const start = parts.indexOf('01');
  if (start < 0) return undefined;
  const elements = new Map<string, string>();
  for (let i = start; i + 1 < parts.length; i += 2) elements.set(parts[i] ?? '', parts[i + 1] ?? '');
  for (const [name, value] of url.searchParams) if (/^\d{2,4}$/.test(name)) elements.set(name, value);
  elements.set('01', (elements.get('01') ?? '').padStart(14, '0'));
  return elements;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `(01)09506000134352(10)ABC` */
function bracketElements(code: string): Map<string, string> | undefined {
  if (!/^\(\d{2,4}\)/.test(code)) return undefined;
  const elements = new Map<string, string>();
  for (const [, identifier = '', value = ''] of code.matchAll(/\((\d{2,4})\)([^(]*)/g)) elements.set(identifier, value);
  return elements;
}

/** `]C1010950600013435210ABC<GS>17271231`. Stops at an identifier it does not know: what came before it is certain. */
function plainElements(code: string): Map<string, string> | undefined {
  let rest = code.replace(SYMBOLOGY, '');
  const announced = rest !== code;
  if (!announced && !/^0[12]\d{14}/.test(rest)) return undefined;
  const elements = new Map<string, string>();
  while (rest !== '') {
    if (rest.startsWith(SEPARATOR)) rest = rest.slice(1);
    const identifier = rest.slice(0, 2);
    const length = FIXED_LENGTHS[identifier];
    if (length === undefined && !['10', '21', '30', '37'].includes(identifier)) break;
    const end = length === undefined ? separatorAt(rest) : 2 + length;
    if (end > rest.length) break;
    elements.set(identifier, rest.slice(2, end));
    rest = rest.slice(end);
  }
  return elements;
}

function separatorAt(text: string): number {
  const at = text.indexOf(SEPARATOR);
  return at < 0 ? text.length : at;
}

/** YYMMDD; the day 00 stands for the month's last. Years until 50 after 2000 are enough for what is on a shelf. */
function isoDate(yymmdd: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{2})(\d{2})(\d{2})$/.exec(yymmdd ?? '') ?? [];
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) > 31) return undefined;
  const last = new Date(Date.UTC(2000 + Number(year), Number(month), 0)).getUTCDate();
  return `20${year}-${month}-${day === '00' ? last : day}`;
}
