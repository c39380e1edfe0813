import { protocol, type messages, type Results } from '@electric-sql/pglite';

/** A column of the rows, and how its text becomes a value. */
export interface Column {
  name: string;
  dataTypeID: number;
  /** None: the text is the value. */
  parse: ((text: string, dataTypeID: number) => unknown) | undefined;
}

const [DATA_ROW, COMMAND_COMPLETE, ERROR] = [...Buffer.from('DCE')];
const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/**
 * The rows of one statement's answer, straight from its bytes: an object for each message, and a list of texts for each
 * row, would cost nearly as much as the statement itself. A message is a letter, its length with the four bytes of the
 * length, and its content (PostgreSQL's "Message Formats"); all that is not a row, an end or an error says nothing here.
 *
 * @throws what PostgreSQL says against the statement
 */
export function readReply<Row>(
  bytes: Buffer,
  columns: readonly Column[],
  rowMode: 'array' | 'object' | undefined,
): Results<Row> {
  const rows: unknown[] = [];
  let tag: Tag = {};
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at];
    const length = bytes.readInt32BE(at + 1);
    if (kind === DATA_ROW) rows.push(readRow(bytes, at + 7, columns, rowMode));
    else if (kind === COMMAND_COMPLETE) tag = readTag(bytes.toString('latin1', at + 5, at + length));
    else if (kind === ERROR) throw readError(bytes.subarray(at, at + 1 + length));
    at += 1 + length;
  }
  const { command, rowCount } = tag;
  return {
    rows: rows as Row[],
    fields: columns.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    affectedRows: command !== undefined && CHANGING.has(command) ? (rowCount ?? 0) : 0,
    ...tag,
  };
}

function readRow(
  bytes: Buffer,
  from: number,
  columns: readonly Column[],
  rowMode: 'array' | 'object' | undefined,
): unknown {
  const values: unknown[] = [];
  const row: Record<string, unknown> = {};
  let at = from;
  for (const { name, dataTypeID, parse } of columns) {
    const length = bytes.readInt32BE(at);
    at += 4;
    let value: unknown = null;
    if (length >= 0) {
      const text = bytes.toString('utf8', at, at + length);
      at += length;
      value = parse ? parse(text, dataTypeID) : text;
    }
    if (rowMode === 'array') values.push(value);
    else row[name] = value;
  }
  return rowMode === 'array' ? values : row;
}

type Tag = Pick<Results, 'command' | 'rowCount'>;

/** `INSERT 0 3`, `SELECT 3`, `BEGIN`. */
function readTag(tag: string): Tag {
  const words = tag.split(' ');
  const rowCount = parseInt(words.at(-1) ?? '', 10);
  return { command: words[0] ?? '', ...(Number.isNaN(rowCount) ? {} : { rowCount }) };
}

function readError(message: Buffer): Error {
  let error: Error | undefined;
  new protocol.Parser().parse(new Uint8Array(message), (parsed: messages.BackendMessage) => {
    if (parsed instanceof Error) error = parsed;
  });
  return error ?? new Error('PostgreSQL says no more than that there was an error');
}
