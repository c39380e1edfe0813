import type { Observation } from './ledger.ts';

type Stored = Pick<Observation, 'series' | 'announced' | 'sole'>;

/**
 * `applied_run` keeps a series with marks in front for how it is to be taken, since a late reading folds it again:
 * `=` the bin's sole series, `~` of its sole device, `!` announced. Devices and tags begin with a letter or digit
 * (contract), so that a mark is never part of a name.
 */
export function toStoredSeries({ series, announced, sole }: Stored): string {
  const mark = sole === undefined ? '' : sole === 'series' ? '=' : '~';
  return `${mark}${announced ? '!' : ''}${series}`;
}

export function fromStoredSeries(stored: string): Stored {
  const [marks = ''] = /^[=~!]*/.exec(stored) ?? [];
  return {
    series: stored.slice(marks.length),
    ...(marks.includes('!') ? { announced: true } : {}),
    ...(marks.includes('=') ? { sole: 'series' } : {}),
    ...(marks.includes('~') ? { sole: 'device' } : {}),
  };
}
