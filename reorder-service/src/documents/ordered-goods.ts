import { unitCodeOf } from '../suppliers/unit-codes.ts';
import { find, type XmlElement } from './xml-element.ts';
import { problem, type DocumentProblem } from './document-problem.ts';

/** What was ordered, as far as a supplier's document can be about it. */
export interface OrderedGoods {
  orderId: string;
  orderNumber: string;
  /** Of the site: dates in documents have none. */
  timeZone: string;
  lines: readonly OrderedLine[];
}

export interface OrderedLine {
  lineNumber: number;
  partNumber: string;
  orderedUnits: number;
  unit: string;
  stockUnitsPerUnit: number;
  unitPriceCents: number | null;
}

/** Codes that mean a single piece, whoever writes them. */
const PIECE_CODES = ['H87', 'EA', 'PCE', 'NAR'];

/** The ordered line that an element is about: by its number, else by the supplier's part number if only one has it. */
export function lineOf(
  order: OrderedGoods,
  where: XmlElement,
  numberElement: XmlElement | undefined,
  item: XmlElement | undefined,
): OrderedLine | DocumentProblem {
  const text = numberElement?.text ?? '';
  const partNumber = find(item, 'SellersItemIdentification', 'ID')?.text;
  const byNumber = order.lines.find((line) => String(line.lineNumber) === text.replace(/^0+(?=\d)/, ''));
  if (byNumber) return byNumber;
  const byPart = order.lines.filter((line) => line.partNumber === partNumber);
  const [only] = byPart;
  if (only && byPart.length === 1 && text === '') return only;
  const known = order.lines.map((line) => line.lineNumber).join(', ');
  const what = text === '' ? 'names no line of the order' : `"${text}" is no line of ${order.orderNumber}`;
  return problem(numberElement?.path ?? where.path, `${what}; its lines are ${known}`);
}

/**
 * A quantity in order units. 40 pieces are 4 packs of 10; 45 are a mistake, and so is a unit that nobody agreed on: taken for
 * granted it would be wrong by the size of a pack.
 */
export function unitsOf(quantity: XmlElement, line: OrderedLine): number | DocumentProblem {
  const { text, path } = quantity;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value)) return problem(path, `"${text}" is no quantity`);
  const code = quantity.attributes['unitCode'];
  const ours = unitCodeOf(line.unit);
  const inPieces = code !== undefined && code !== ours && PIECE_CODES.includes(code);
  if (code !== undefined && code !== ours && !inPieces && code !== 'C62') {
    return problem(path, `unit ${code} is not the one ordered: ${ours} (${line.unit} of ${line.stockUnitsPerUnit})`);
  }
  const units = inPieces ? value / line.stockUnitsPerUnit : value;
  if (Number.isInteger(units)) return units;
  const packs = `${line.unit} of ${line.stockUnitsPerUnit}`;
  return problem(path, `${text}${inPieces ? ' pieces' : ''} is no whole number of ${packs}`);
}
