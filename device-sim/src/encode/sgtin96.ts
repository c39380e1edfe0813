/** Bits of the company prefix by its number of digits: GS1 EPC Tag Data Standard 2.0, table of SGTIN partition values. */
const PARTITION_BY_PREFIX_DIGITS: Readonly<Record<number, { partition: bigint; prefixBits: bigint }>> = {
  6: { partition: 6n, prefixBits: 20n },
  7: { partition: 5n, prefixBits: 24n },
  8: { partition: 4n, prefixBits: 27n },
  9: { partition: 3n, prefixBits: 30n },
  10: { partition: 2n, prefixBits: 34n },
  11: { partition: 1n, prefixBits: 37n },
  12: { partition: 0n, prefixBits: 40n },
};
const SGTIN96_HEADER = 0x30n;
const FILTER_POINT_OF_SALE = 1;

/**
 * @param itemReference the indicator digit and the item reference, together 13 − prefix digits; shorter is padded
 * @returns 24 upper-case hexadecimal digits
 */
export function encodeSgtin96(
  companyPrefix: string,
  itemReference: string,
  serial: number,
  filter = FILTER_POINT_OF_SALE,
): string {
  const row = PARTITION_BY_PREFIX_DIGITS[companyPrefix.length];
  if (!row) throw new RangeError(`a company prefix has 6 to 12 digits, not ${companyPrefix.length}`);
  if (itemReference.length > 13 - companyPrefix.length) throw new RangeError('the item reference is too long');
  const itemBits = 44n - row.prefixBits;
  let bits = SGTIN96_HEADER;
  bits = (bits << 3n) | BigInt(filter);
  bits = (bits << 3n) | row.partition;
  bits = (bits << row.prefixBits) | BigInt(companyPrefix);
  bits = (bits << itemBits) | BigInt(itemReference);
  bits = (bits << 38n) | BigInt(serial);
  return bits.toString(16).toUpperCase().padStart(24, '0');
}
