import type { Reading } from '@shelfwire/contract';

import type { QuantityBasis } from './quantity.ts';

/**
 * Names what a measurement was made a quantity with: the sensor's calibration, and what the catalogue says of piece or
 * bin. Another key means that a change of the quantity says nothing about goods (a corrected piece weight must not be
 * received on an order). A hash, since the ledger keeps an integer with each observation; two keys in a row that are
 * equal by chance are one in two thousand million.
 */
export function calibrationKey(reading: Reading, basis: QuantityBasis): number {
  const version = reading.calibrationVersion ?? 0;
  switch (reading.kind) {
    case 'weight':
      return hash(`${version} ${basis.pieceGrams}`);
    case 'level':
      return hash(`${version} ${basis.capacity} ${basis.depthMm}`);
    case 'button':
      return hash(`${version} ${basis.capacity}`);
    default:
      return version;
  }
}

/** FNV-1a, cut to the 31 bits that are a positive integer to PostgreSQL. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return bits >>> 1;
}
