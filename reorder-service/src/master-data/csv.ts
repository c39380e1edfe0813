export interface CsvRow {
  /** Of the file, the header is 1. */
  line: number;
  cells: Readonly<Record<string, string>>;
}

export type CsvResult = { ok: true; columns: string[]; rows: CsvRow[] } | { ok: false; line: number; what: string };

/**
 * CSV with a header line (RFC 4180): quotes, line breaks inside quotes, a byte order mark, and the semicolons that
 * spreadsheets of half of Europe write.
 */
export function readCsv(text: string): CsvResult {
  const table = readTable(text.replace(/^\uFEFF/, ''));
  if (!table.ok) return table;
  const [header, ...body] = table.records;
  if (!header) return { ok: false, line: 1, what: 'there is no header line' };
  const columns = header.cells.map((cell) => cell.trim());
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return { ok: false, line: 1, what: `the column "${twice}" stands there twice` };
  const long = body.find(({ cells }) => cells.length > columns.length);
  if (long) return { ok: false, line: long.line, what: `has ${long.cells.length} cells, the header ${columns.length}` };
  const rows = body.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(columns.map((column, index) => [column, (cells[index] ?? '').trim()])),
  }));
  return { ok: true, columns, rows };
}

interface Reading {
  at: number;
  line: number;
}

function readTable(
  text: string,
): { ok: true; records: { line: number; cells: string[] }[] } | { ok: false; line: number; what: string } {
  const head = text.split('\n', 1)[0] ?? '';
  const separator = head.split(';').length > head.split(',').length ? ';' : ',';
  const records: { line: number; cells: string[] }[] = [];
  const place: Reading = { at: 0, line: 1 };
  while (place.at < text.length) {
    const line = place.line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[place.at] === '"' ? quoted(text, place) : plain(text, place, separator);
      if (cell === undefined) return { ok: false, line, what: 'a quote is not closed' };
      cells.push(cell);
      if (text[place.at] !== separator) break;
      place.at += 1;
    }
    if (text[place.at] === '\r') place.at += 1;
    if (place.at < text.length && text[place.at] !== '\n') {
      return { ok: false, line: place.line, what: 'something follows a closed quote' };
    }
    place.at += 1;
    place.line += 1;
    if (cells.length > 1 || cells[0]?.trim() !== '') records.push({ line, cells });
  }
  return { ok: true, records };
}

function plain(text: string, place: Reading, separator: string): string {
  const from = place.at;
  while (place.at < text.length && text[place.at] !== separator && text[place.at] !== '\n' && text[place.at] !== '\r') {
    place.at += 1;
  }
  return text.slice(from, place.at);
}

function quoted(text: string, place: Reading): string | undefined {
  let cell = '';
  place.at += 1;
  while (place.at < text.length) {
    const character = text[place.at];
    if (character === '"' && text[place.at + 1] !== '"') {
      place.at += 1;
      return cell;
    }
    if (character === '"') place.at += 1;
    if (character === '\n') place.line += 1;
    cell += character;
    place.at += 1;
  }
  return undefined;
}

/** One line. A text that a spreadsheet would run as a formula is kept from it by an apostrophe (OWASP, CSV injection). */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string | number | boolean | null): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
