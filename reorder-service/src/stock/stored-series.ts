import type { Observation } from './ledger.ts';

type Stored = Pick<Observation, 'series' | 'announced'>;

/**
 * `applied_run` keeps a series with a mark in front for how it is to be taken, since a late reading folds it again:
 * `!` announced. Devices, sensors and tags begin with a letter or digit (contract), so that a mark is never a name's.
 */
export function toStoredSeries({ series, announced }: Stored): string {
  return `${announced ? '!' : ''}${series}`;
}

export function fromStoredSeries(stored: string): Stored {
  const announced = stored.startsWith('!');
  return announced ? { series: stored.slice(1), announced } : { series: stored };
}
