import { ShelfwireError } from '@shelfwire/contract';

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Cuts the one row too many that was asked for, and makes the cursor of the last row kept. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  parts: { item: (row: Row) => Item; key: (row: Row) => readonly (string | number)[] },
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: kept.map(parts.item),
    nextCursor: more ? Buffer.from(JSON.stringify(parts.key(last))).toString('base64url') : null,
  };
}

/** @throws ShelfwireError CURSOR_INVALID if it is not one that `pageOf` made for a list with as many keys */
export function readCursor(cursor: string, keys: number): (string | number)[] {
  const invalid = new ShelfwireError('CURSOR_INVALID', 'This cursor is not one of this list: begin without a cursor');
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid;
  }
  const isKey = (part: unknown): part is string | number => typeof part === 'string' || typeof part === 'number';
  if (!Array.isArray(parsed) || parsed.length !== keys || !parsed.every(isKey)) throw invalid;
  return parsed;
}
