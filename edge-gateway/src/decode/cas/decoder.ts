import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { createLineFramer } from '../line-framer.ts';
import { failure, quote, understood } from '../result.ts';
import { type ScaleState, readScaleValue } from '../scale-value.ts';
import { decodeTextLine } from '../serial-text.ts';
import { decodePointOfSale, ENQ, withPointOfSale } from './point-of-sale.ts';

const constantsSchema = z.object({
  unit: z.string().optional().describe('unit of the formats that name none: 10 bytes, and some clones'),
  pointOfSale: z.boolean().default(false).describe('a scale of a till, which has to be asked for each weight (ENQ)'),
});

/** `ST,GS,` device id and lamp byte, `,` data, a blank or the relays' byte, and unit: 22 bytes with CR LF. */
const LONG = /^(ST|US|OL),(GS|NT),([^]{1,3}),([^]{8})[^]([^]{2})$/;
/** The same without id and lamps ("AND 18 byte"); some clones leave the second comma out and put one before the unit. */
const SHORT = /^(ST|US|OL),(GS|NT),?([^]*)$/;
const DATA_AND_UNIT = /^([+-]? *[\d.]*\d[\d.]*) *,? *([a-z]{0,3})$/i;

const COMMA = 0x2c;
const LAMP = { stable: 0x40, hold: 0x10 } as const;
/** The device id and the relays' byte may have any value, also that of CR or LF. */
const BINARY_PLACES: ReadonlySet<number> = new Set([6, 17]);

function decodeLine(line: string, unitSet: string | undefined): DecodeResult {
  const long = LONG.exec(line);
  if (long !== null) {
    const [, header = '', kind = '', idAndLamps = '', data = '', unit = ''] = long;
    const lamps = idAndLamps.charCodeAt(idAndLamps.length - 1);
    // Bit 7 of the lamps is always 1; without it the byte is something else, and says nothing.
    return decodeData({ header, kind, lamps: lamps >= 0x80 ? lamps : undefined }, `${data} ${unit}`, line, unitSet);
  }
  const short = SHORT.exec(line);
  if (short !== null) {
    const [, header = '', kind = '', data = ''] = short;
    return decodeData({ header, kind }, data, line, unitSet);
  }
  return decodeBare(line, unitSet);
}

interface Heading {
  header: string;
  kind: string;
  lamps?: number | undefined;
}

function decodeData(heading: Heading, data: string, line: string, unitSet: string | undefined): DecodeResult {
  const text = data.trim();
  if (heading.header === 'OL')
    return understood([{ kind: 'range', condition: text.startsWith('-') ? 'underload' : 'overload' }]);
  const match = DATA_AND_UNIT.exec(text);
  if (match === null) return failure('malformed', `${quote(data)} is no weight with its unit.`);
  const [, number = '', unitSent = ''] = match;
  const unit = unitSent === '' ? unitSet : unitSent;
  if (unit === undefined) return needsUnit(line);
  return readScaleValue(number.replaceAll(' ', ''), unit, stateOf(heading), line);
}

/** The lamps speak of the same moment as the header; a held display shows an earlier one. */
function stateOf({ header, kind, lamps }: Heading): ScaleState {
  const isNet = kind === 'NT';
  if (lamps !== undefined && (lamps & LAMP.hold) !== 0) return { stability: 'unknown', isNet };
  return { stability: header === 'ST' ? 'stable' : 'unstable', isNet };
}

/** The 10-byte format: eight characters, and nothing about unit or motion. */
function decodeBare(line: string, unitSet: string | undefined): DecodeResult {
  const match = DATA_AND_UNIT.exec(line.trim());
  if (match === null) return failure('unknown-type', `${quote(line)} is no line of a CAS indicator.`);
  const [, number = '', unitSent = ''] = match;
  const unit = unitSent === '' ? unitSet : unitSent;
  if (unit === undefined) return needsUnit(line);
  return readScaleValue(number.replaceAll(' ', ''), unit, { stability: 'unknown' }, line);
}

function needsUnit(line: string): DecodeResult {
  return failure('needs-constants', `${quote(line)} names no unit: the device needs the constant unit (kg, g, t, lb).`);
}

function hasLongHeader(line: Uint8Array): boolean {
  return line[2] === COMMA && line[5] === COMMA && (line.length < 9 || line[8] === COMMA);
}

export const casModel: DecoderModel<typeof constantsSchema> = {
  id: 'cas',
  title: 'CAS indicators (22, 18 and 10 byte formats) and point-of-sale scales',
  input: 'stream',
  encoding: 'latin1',
  constantsSchema,
  createFramer: () =>
    withPointOfSale(createLineFramer({ isBinaryAt: (line) => BINARY_PLACES.has(line.length) && hasLongHeader(line) })),
  pollingOf: ({ pointOfSale }) => (pointOfSale ? { request: Uint8Array.of(ENQ), intervalMs: 500 } : undefined),
  create: ({ constants }): Decoder => ({
    decode: ({ payload }) =>
      decodePointOfSale(payload) ?? decodeTextLine(payload, (line) => decodeLine(line, constants.unit)),
  }),
};
