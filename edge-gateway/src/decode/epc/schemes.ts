/**
 * The binary layouts of the GS1 EPC Tag Data Standard (TDS 1.13, chapter 14), as tables. A field stands in the order of
 * its bits; each one except `reserved` and `filter` is one part of the pure identity URI.
 */

export interface Partition {
  companyBits: number;
  companyDigits: number;
  referenceBits: number;
  /** Digits (or characters) of the reference. */
  referenceLength: number;
}

export type EpcField =
  | { kind: 'filter'; bits: number }
  /** Three bits of partition, the company prefix, and a reference in as many bits as it leaves. */
  | { kind: 'company'; partitions: readonly Partition[]; reference: 'digits' | 'integer' | 'text7' | 'text6' }
  | { kind: 'integer'; bits: number }
  /** Digits whose leading zeros count: kept by a 1 in front (TDS 14.3.6 "numeric string"). */
  | { kind: 'numericString'; bits: number }
  | { kind: 'digits'; bits: number; length: number }
  | { kind: 'text7'; bits: number }
  | { kind: 'text6'; lengthMin: number; lengthMax: number }
  /** Commercial and government entity code, in 8 bits a character with a blank before five, or in 6 bits. */
  | { kind: 'cage'; width: 6 | 8 }
  | { kind: 'reserved'; bits: number };

export interface EpcScheme {
  /** As in the tag URI: `sgtin-96`. */
  tagScheme: string;
  /** As in the pure identity URI: `sgtin`. */
  scheme: string;
  header: number;
  fields: readonly EpcField[];
}

const COMPANY_BITS = [40, 37, 34, 30, 27, 24, 20];

/** @param totalBits bits of company prefix and reference together; lengths as the table lists them, partition 0 first */
function partitions(totalBits: number, lengths: readonly number[]): Partition[] {
  return COMPANY_BITS.map((companyBits, partition) => ({
    companyBits,
    companyDigits: 12 - partition,
    referenceBits: totalBits - companyBits,
    referenceLength: lengths[partition] ?? 0,
  }));
}

const FILTER: EpcField = { kind: 'filter', bits: 3 };
const SGTIN: EpcField = { kind: 'company', partitions: partitions(44, [1, 2, 3, 4, 5, 6, 7]), reference: 'digits' };
const SSCC: EpcField = { kind: 'company', partitions: partitions(58, [5, 6, 7, 8, 9, 10, 11]), reference: 'digits' };
const SGLN: EpcField = { kind: 'company', partitions: partitions(41, [0, 1, 2, 3, 4, 5, 6]), reference: 'digits' };
const GRAI: EpcField = { kind: 'company', partitions: partitions(44, [0, 1, 2, 3, 4, 5, 6]), reference: 'digits' };
const GIAI_96: EpcField = {
  kind: 'company',
  partitions: partitions(82, [13, 14, 15, 16, 17, 18, 19]),
  reference: 'integer',
};
const GIAI_202: EpcField = {
  kind: 'company',
  partitions: partitions(188, [18, 19, 20, 21, 22, 23, 24]),
  reference: 'text7',
};
const CPI_96: EpcField = { kind: 'company', partitions: partitions(51, [3, 4, 5, 6, 7, 8, 9]), reference: 'integer' };
const CPI_VAR: EpcField = {
  kind: 'company',
  partitions: partitions(0, [18, 19, 20, 21, 22, 23, 24]),
  reference: 'text6',
};
const integer = (bits: number): EpcField => ({ kind: 'integer', bits });
const text7 = (bits: number): EpcField => ({ kind: 'text7', bits });
const ZEROS_24: EpcField = { kind: 'reserved', bits: 24 };
const PIECE: EpcField = { kind: 'digits', bits: 7, length: 2 };

export const EPC_SCHEMES: readonly EpcScheme[] = [
  { tagScheme: 'sgtin-96', scheme: 'sgtin', header: 0x30, fields: [FILTER, SGTIN, integer(38)] },
  { tagScheme: 'sgtin-198', scheme: 'sgtin', header: 0x36, fields: [FILTER, SGTIN, text7(140)] },
  { tagScheme: 'sscc-96', scheme: 'sscc', header: 0x31, fields: [FILTER, SSCC, ZEROS_24] },
  { tagScheme: 'sgln-96', scheme: 'sgln', header: 0x32, fields: [FILTER, SGLN, integer(41)] },
  { tagScheme: 'sgln-195', scheme: 'sgln', header: 0x39, fields: [FILTER, SGLN, text7(140)] },
  { tagScheme: 'grai-96', scheme: 'grai', header: 0x33, fields: [FILTER, GRAI, integer(38)] },
  { tagScheme: 'grai-170', scheme: 'grai', header: 0x37, fields: [FILTER, GRAI, text7(112)] },
  { tagScheme: 'giai-96', scheme: 'giai', header: 0x34, fields: [FILTER, GIAI_96] },
  { tagScheme: 'giai-202', scheme: 'giai', header: 0x38, fields: [FILTER, GIAI_202] },
  { tagScheme: 'gsrn-96', scheme: 'gsrn', header: 0x2d, fields: [FILTER, SSCC, ZEROS_24] },
  { tagScheme: 'gsrnp-96', scheme: 'gsrnp', header: 0x2e, fields: [FILTER, SSCC, ZEROS_24] },
  { tagScheme: 'gdti-96', scheme: 'gdti', header: 0x2c, fields: [FILTER, SGLN, integer(41)] },
  { tagScheme: 'gdti-113', scheme: 'gdti', header: 0x3a, fields: [FILTER, SGLN, { kind: 'numericString', bits: 58 }] },
  { tagScheme: 'gdti-174', scheme: 'gdti', header: 0x3e, fields: [FILTER, SGLN, text7(119)] },
  { tagScheme: 'cpi-96', scheme: 'cpi', header: 0x3c, fields: [FILTER, CPI_96, integer(31)] },
  { tagScheme: 'cpi-var', scheme: 'cpi', header: 0x3d, fields: [FILTER, CPI_VAR, integer(40)] },
  { tagScheme: 'sgcn-96', scheme: 'sgcn', header: 0x3f, fields: [FILTER, SGLN, { kind: 'numericString', bits: 41 }] },
  { tagScheme: 'itip-110', scheme: 'itip', header: 0x40, fields: [FILTER, SGTIN, PIECE, PIECE, integer(38)] },
  { tagScheme: 'itip-212', scheme: 'itip', header: 0x41, fields: [FILTER, SGTIN, PIECE, PIECE, text7(140)] },
  { tagScheme: 'gid-96', scheme: 'gid', header: 0x35, fields: [integer(28), integer(24), integer(36)] },
  {
    tagScheme: 'usdod-96',
    scheme: 'usdod',
    header: 0x2f,
    fields: [{ kind: 'filter', bits: 4 }, { kind: 'cage', width: 8 }, integer(36)],
  },
  {
    tagScheme: 'adi-var',
    scheme: 'adi',
    header: 0x3b,
    fields: [
      { kind: 'filter', bits: 6 },
      { kind: 'cage', width: 6 },
      { kind: 'text6', lengthMin: 0, lengthMax: 32 },
      { kind: 'text6', lengthMin: 1, lengthMax: 30 },
    ],
  },
];

export const SCHEME_BY_HEADER: ReadonlyMap<number, EpcScheme> = new Map(EPC_SCHEMES.map((one) => [one.header, one]));
export const SCHEME_BY_TAG_SCHEME: ReadonlyMap<string, EpcScheme> = new Map(
  EPC_SCHEMES.map((one) => [one.tagScheme, one]),
);
