import type { Observation } from './bin-state.ts';

type Stored = Pick<Observation, 'series' | 'announced' | 'sole' | 'doubt' | 'rank'>;

/**
 * `applied_run` keeps a series with marks in front for how it is to be taken, since a late reading folds it again:
 * `=` the bin's sole series, `~` of its sole device, `!` announced, `?` in doubt, `<1>` its rank among preferred sensors.
 * Devices and tags begin with a letter or digit (contract), what people say with `#`: a mark is never part of a name.
 */
export function toStoredSeries({ series, announced, sole, doubt, rank }: Stored): string {
  const mark = sole === undefined ? '' : sole === 'series' ? '=' : '~';
  const ranked = rank === undefined ? '' : `<${rank}>`;
  return `${mark}${announced ? '!' : ''}${doubt ? '?' : ''}${ranked}${series}`;
}

export function fromStoredSeries(stored: string): Stored {
  const [marks = '', rank] = /^[=~!?]*(?:<(\d+)>)?/.exec(stored) ?? [];
  return {
    series: stored.slice(marks.length),
    ...(marks.includes('!') ? { announced: true } : {}),
    ...(marks.includes('=') ? { sole: 'series' } : {}),
    ...(marks.includes('~') ? { sole: 'device' } : {}),
    ...(marks.includes('?') ? { doubt: true } : {}),
    ...(rank === undefined ? {} : { rank: Number(rank) }),
  };
}
