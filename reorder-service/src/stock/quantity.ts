import type { Reading } from '@shelfwire/contract';

import type { SensorKind } from '../database/catalogue-tables.ts';

/** What must be known of a bin and its sensor to make a quantity of a reading. */
export interface QuantityBasis {
  sensorKind: SensorKind;
  uncertaintyGrams: number;
  pieceGrams: number | null;
  /** Standard deviation of one piece's weight. */
  pieceGramsSpread: number;
  /** Stock units in a full bin. */
  capacity: number | null;
  /** From the sensor to the floor of the empty bin. */
  depthMm: number | null;
}

/**
 * `quantity`: one series of the bin (a scale, or one tag) now stands at this many stock units, ± `uncertainty`; not yet
 * rounded, so that a load between two whole numbers does not flicker (see the ledger).
 * `doubt`: the reading must not change the level; it marks the sensor. `nothing`: it says nothing about stock.
 * `unusable`: it does not fit the bin, which is a mistake in the catalogue.
 */
export type QuantityResult =
  | { kind: 'quantity'; series: string; quantity: number; uncertainty: number }
  | { kind: 'doubt'; because: string }
  | { kind: 'nothing' }
  | { kind: 'unusable'; because: string };

const LEVEL_UNCERTAINTY_RATIO = 0.02;
/** Two standard deviations: 95 % of loads weigh inside it. */
const SPREAD_DEVIATIONS = 2;
/** More than this many full bins is not stock but something else on the shelf. */
const CAPACITY_RATIO_MAX = 2;

/** Pure; the same reading always gives the same quantity. */
export function quantityOf(reading: Reading, basis: QuantityBasis): QuantityResult {
  if (reading.kind === 'health' || reading.kind !== basis.sensorKind) return { kind: 'nothing' };
  if (reading.quality !== 'good') return { kind: 'doubt', because: reading.quality };
  const result = measured(reading, basis);
  if (result.kind !== 'quantity' || basis.capacity === null) return result;
  return result.quantity > basis.capacity * CAPACITY_RATIO_MAX
    ? { kind: 'doubt', because: `${Math.round(result.quantity)} do not fit a bin for ${basis.capacity}` }
    : result;
}

/** What the ledger knows the sensor of a reading by; of tags, each is a series of its own. */
export function seriesOf(reading: Reading): string {
  if (reading.kind === 'tag') return reading.epcHex;
  return reading.sensorId === undefined ? reading.deviceId : `${reading.deviceId}/${reading.sensorId}`;
}

function measured(reading: Exclude<Reading, { kind: 'health' }>, basis: QuantityBasis): QuantityResult {
  const series = seriesOf(reading);
  switch (reading.kind) {
    case 'weight':
      return reading.stable ? weighed(reading.netGrams, series, basis) : { kind: 'doubt', because: 'unstable' };
    case 'level':
      return filled(reading, series, basis);
    case 'count':
      return { kind: 'quantity', series, quantity: reading.pieces, uncertainty: 0 };
    case 'tag':
      // Each tag is a series of its own that stands at 1 or 0: the bin holds as many as are present, however often read.
      return {
        kind: 'quantity',
        series,
        quantity: reading.presence === 'left' ? 0 : 1,
        uncertainty: 0,
      };
    default: {
      // Two bins: a press says that one of the two is empty, a delivery that both are full.
      const full = basis.capacity ?? 2;
      return {
        kind: 'quantity',
        series,
        quantity: reading.action === 'order' ? Math.floor(full / 2) : full,
        uncertainty: 0,
      };
    }
  }
}

function weighed(netGrams: number, series: string, basis: QuantityBasis): QuantityResult {
  if (basis.pieceGrams === null) return { kind: 'unusable', because: 'the item has no pieceGrams' };
  if (netGrams < -3 * Math.max(basis.uncertaintyGrams, basis.pieceGrams)) {
    return { kind: 'doubt', because: `${netGrams} g: the tare is lost or something was lifted off` };
  }
  const quantity = Math.max(0, netGrams / basis.pieceGrams);
  const spreadGrams = SPREAD_DEVIATIONS * basis.pieceGramsSpread * Math.sqrt(quantity);
  return { kind: 'quantity', series, quantity, uncertainty: (basis.uncertaintyGrams + spreadGrams) / basis.pieceGrams };
}

function filled(
  reading: { fillRatio?: number | undefined; distanceMm?: number | undefined },
  series: string,
  basis: QuantityBasis,
): QuantityResult {
  if (basis.capacity === null) return { kind: 'unusable', because: 'the bin has no capacity' };
  const ratio = reading.fillRatio ?? ratioFromDistance(reading.distanceMm, basis.depthMm);
  if (ratio === undefined) return { kind: 'unusable', because: 'the bin has no depthMm' };
  if (ratio < -LEVEL_UNCERTAINTY_RATIO * 2) return { kind: 'doubt', because: 'farther away than the floor of the bin' };
  return {
    kind: 'quantity',
    series,
    quantity: Math.min(1, Math.max(0, ratio)) * basis.capacity,
    uncertainty: basis.capacity * LEVEL_UNCERTAINTY_RATIO,
  };
}

function ratioFromDistance(distanceMm: number | undefined, depthMm: number | null): number | undefined {
  return distanceMm === undefined || depthMm === null ? undefined : 1 - distanceMm / depthMm;
}
