import type { ReadingQuality } from '@shelfwire/contract';

import type { BinInfo } from '../catalogue/site-catalogue.ts';
import type { SensorKind } from '../database/catalogue-tables.ts';

/** What one sensor said last of itself. */
export interface SensorSays {
  lastAtMs: number;
  quality: ReadingQuality;
}

/** What follows for the bin: the quality the doubt gate looks at, and since when that has been silent. */
export type BinSays = SensorSays;

/** These speak at regular times, so that one that has never spoken is missing. */
const REGULAR: ReadonlySet<SensorKind> = new Set<SensorKind>(['weight', 'level', 'count']);

/**
 * Of a bin with several sensors: where they add up, it is as good as the worst and as old as the oldest of them, since
 * each holds a part; where one is preferred, as the first that is well. Pure.
 */
export function qualityOfBin(
  fusion: NonNullable<BinInfo['fusion']>,
  says: ReadonlyMap<string, SensorSays>,
): BinSays | undefined {
  const known = fusion.sensors.flatMap(({ key }) => says.get(key) ?? []);
  const [first] = known;
  if (!first) return undefined;
  if (fusion.prefers) return known.find(({ quality }) => isBelievable(quality)) ?? first;
  const worst = known.find(({ quality }) => quality !== 'good') ?? first;
  return { quality: worst.quality, lastAtMs: Math.min(...known.map(({ lastAtMs }) => lastAtMs)) };
}

/** Notes what a sensor says. The others of its bin count from now on as expected: their silence is doubt after a while. */
export function noteSensor(
  fusion: NonNullable<BinInfo['fusion']>,
  says: Map<string, SensorSays>,
  sensor: string,
  said: SensorSays,
): void {
  for (const { key, kind } of fusion.sensors) {
    if (REGULAR.has(kind) && !says.has(key)) says.set(key, { lastAtMs: said.lastAtMs, quality: 'good' });
  }
  const before = says.get(sensor);
  if (!before || before.lastAtMs <= said.lastAtMs) says.set(sensor, said);
}

/** As the ledger believes it: a load in motion is no reason to believe another sensor. */
function isBelievable(quality: ReadingQuality): boolean {
  return quality === 'good' || quality === 'unstable';
}
