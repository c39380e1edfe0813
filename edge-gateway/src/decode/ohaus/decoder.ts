import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { createLineFramer } from '../line-framer.ts';
import { failure, quote, understood } from '../result.ts';
import { type ScaleState, readPoundsAndOunces, readScaleValue } from '../scale-value.ts';
import { asciiBytes, decodeTextLine } from '../serial-text.ts';

const VALUE = /^(?<number>[+-]?\s*[\d.,[\]]*\d[\d.,[\]]*)\s*(?<unit>[a-z%µ]+)?\s*(?<rest>.*)$/i;
const POUNDS_AND_OUNCES = /^(?<pounds>-?\s*\d+)\s*lb:?\s*(?<ounces>\d[\d.]*)\s*oz\s*(?<rest>.*)$/i;
/** The same with the unit behind both: `1:02.35 lb:oz`. */
const POUNDS_COLON_OUNCES = /^(?<pounds>-?\s*\d+)\s*:\s*(?<ounces>\d[\d.]*)\s*lb\s*:\s*oz\s*(?<rest>.*)$/i;

/** Legends of numbers that are not the load: a sum, a tare, a reference, a target. */
const NOT_THE_LOAD = /\b(TOTAL|T|PT|TARE|REF|APW|AVG|MAX|MIN|SD|LIMIT)\b/i;

/** The word before a number on a printed ticket is a legend too: "Net:    12.34 g". */
const LABEL = /^(?<label>GROSS|NET|TARE|TOTAL|G|N|T)\s*:?\s+(?=[-+\d.])/i;

function decodeLine(line: string): DecodeResult {
  const special = decodeSpecial(line.trim());
  if (special !== undefined) return special;
  // Manuals show blanks as * or _, and so do some captures.
  const unlabelled = line.replaceAll(/[*_]/g, ' ').trim();
  const label = LABEL.exec(unlabelled)?.groups?.['label'];
  const text = label === undefined ? unlabelled : `${unlabelled.replace(LABEL, '')} ${label}`;
  const compound = POUNDS_AND_OUNCES.exec(text) ?? POUNDS_COLON_OUNCES.exec(text);
  if (compound !== null) {
    const { pounds = '', ounces = '', rest = '' } = compound.groups ?? {};
    if (NOT_THE_LOAD.test(rest)) return understood();
    return readPoundsAndOunces(pounds.replace(/\s/g, ''), ounces, stateOf(rest), line);
  }
  const match = VALUE.exec(text);
  if (match === null) return failure('unknown-type', `${quote(line)} is no output of an Ohaus scale.`);
  const { number = '', unit = '', rest = '' } = match.groups ?? {};
  if (NOT_THE_LOAD.test(rest)) return understood();
  return readScaleValue(number.replace(/\s/g, ''), unit, stateOf(rest), line);
}

/**
 * A question mark behind the unit, before or after the legend, says that the value still moves. A held display or a peak is
 * of some earlier moment.
 */
function stateOf(rest: string): ScaleState {
  const held = /\b(HOLD|PEAK)\b/i.test(rest) ? 'unknown' : 'stable';
  const stability = rest.includes('?') ? 'unstable' : held;
  if (/\b(N|NET)\b/i.test(rest)) return { stability, isNet: true };
  if (/\b(G|GROSS|B)\b/i.test(rest)) return { stability, isNet: false };
  return { stability };
}

function decodeSpecial(text: string): DecodeResult | undefined {
  if (/^(>{2,}|\^{2,}|O-?L|OVER(LOAD)?|Err\.?\s*8\.3)\b/i.test(text) || /^[>^]{2,}/.test(text)) {
    return understood([{ kind: 'range', condition: 'overload' }]);
  }
  if (/^(U-?L|UNDER(LOAD)?|Err\.?\s*8\.4)\b/i.test(text) || /^[<_]{2,}/.test(text)) {
    return understood([{ kind: 'range', condition: 'underload' }]);
  }
  const fault = /^Err\.?\s*([\d.]+)/i.exec(text);
  if (fault !== null) return failure('out-of-range', `The scale reports error ${quote(fault[1] ?? '')}.`);
  // OK! and ES answer commands.
  return /^(OK!?|ES)$/.test(text) ? understood() : undefined;
}

export const ohausModel: DecoderModel = {
  id: 'ohaus',
  title: 'Ohaus scales and balances (RS-232, USB, Ethernet)',
  input: 'stream',
  encoding: 'latin1',
  createFramer: () => createLineFramer(),
  // IP: print at once, stable or not.
  polling: { request: asciiBytes('IP\r\n'), intervalMs: 500 },
  create: (): Decoder => ({ decode: (frame) => decodeTextLine(frame.payload, decodeLine) }),
};
