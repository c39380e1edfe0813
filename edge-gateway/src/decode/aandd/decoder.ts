import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { createLineFramer } from '../line-framer.ts';
import { failure, quote, understood } from '../result.ts';
import { type ScaleState, readScaleValue } from '../scale-value.ts';
import { asciiBytes, decodeTextLine } from '../serial-text.ts';

/**
 * Header, an optional second header (comparison or kind of weight), data, unit; fields in commas, the unit also in CSV.
 * Runs of blanks, which vary between the series, are one blank here.
 */
const LINE =
  /^(?<header>[A-Z]{2}) ?, ?(?:(?<second>[A-Z]{1,2}|--) ?, ?)?(?<data>[+-]? ?[\d.,E+]*\d) ?,? ?(?<unit>[a-z%]{0,3})$/i;

/** CSV puts what else is to be told before the weight, in one line: id, number, date, time. */
const BEFORE_THE_WEIGHT = /^[^,].*?,(?=(?:ST|US|QT|OL|HD) ?,)/;

/** Other formats tell them in lines of their own. The id is any text, and cannot be known for one. */
const ADDED_LINE = /^(No[.,]? ?\d+|\d{2,4}\/\d{2}\/\d{2,4}|\d{2}:\d{2}:\d{2})$/i;

/** DP format: header and blanks. MT format: S or SD. KF format: no header, and no unit while the value moves. */
const DP_OR_MT = /^(?<header>WT|US|QT|ST|SD|S) (?<data>[+-]? ?[\d.,]*\d) ?(?<unit>[a-z%]{1,3})$/i;
const KF = /^(?<data>[+-] ?[\d.,]*\d) ?(?<unit>[a-z%]{0,3})$/i;

const STABILITY_OF_HEADER: ReadonlyMap<string, ScaleState['stability']> = new Map([
  ['ST', 'stable'],
  ['QT', 'stable'],
  ['WT', 'stable'],
  ['S', 'stable'],
  ['SD', 'unstable'],
  ['US', 'unstable'],
  // The display is held: the number is of some earlier moment.
  ['HD', 'unknown'],
]);

function decodeLine(line: string): DecodeResult {
  const text = withCommas(line.trim()).replace(BEFORE_THE_WEIGHT, '');
  // Answers to commands: acknowledged, or an error code.
  if (text === '\x06' || /^EC\s*,\s*E\d+$/.test(text) || ADDED_LINE.test(text)) return understood();
  const match = LINE.exec(text) ?? DP_OR_MT.exec(text);
  if (match === null) {
    const karlFischer = KF.exec(text)?.groups;
    if (karlFischer !== undefined) return decodeKarlFischer(karlFischer['data'] ?? '', karlFischer['unit'] ?? '', line);
    const known = /^(ST|QT|US|OL|HD)\b/.test(text);
    return failure(known ? 'malformed' : 'unknown-type', `${quote(line)} is no line of the A&D standard format.`);
  }
  const { header = '', second = '', data = '', unit = '' } = match.groups ?? {};
  if (header === 'OL') {
    return understood([{ kind: 'range', condition: data.startsWith('-') ? 'underload' : 'overload' }]);
  }
  // TR and PT: the tare, not the load.
  // Other second headers are comparator results: LO, OK, HI, --.
  if (/^(TR?|PT)$/.test(second)) return understood();
  const stability = STABILITY_OF_HEADER.get(header);
  if (stability === undefined)
    return failure('unknown-type', `The header ${quote(header)} is none of ST, QT, US, OL, HD.`);
  const state = /^(NT?|GS?)$/.test(second) ? { stability, isNet: second.startsWith('N') } : { stability };
  return readScaleValue(data.replace(/\s/g, ''), unit, state, line);
}

/** The TAB format, and CSV with a decimal comma, whose fields are separated by semicolons. */
function withCommas(line: string): string {
  const separated = line.includes(';') ? line.replaceAll(',', '.').replaceAll(';', ',') : line.replaceAll('\t', ',');
  return separated.replaceAll(/\s+/g, ' ');
}

/** A moving value has no unit; balances that speak this format weigh in grams. */
function decodeKarlFischer(data: string, unit: string, line: string): DecodeResult {
  const stability = unit === '' ? 'unstable' : 'stable';
  return readScaleValue(data.replace(' ', ''), unit === '' ? 'g' : unit, { stability }, line);
}

export const aanddModel: DecoderModel = {
  id: 'aandd',
  title: 'A&D balances and indicators, standard format and CSV',
  input: 'stream',
  encoding: 'latin1',
  createFramer: () => createLineFramer(),
  // Q: the weight now, stable or not.
  polling: { request: asciiBytes('Q\r\n'), intervalMs: 500 },
  create: (): Decoder => ({ decode: (frame) => decodeTextLine(frame.payload, decodeLine) }),
};
