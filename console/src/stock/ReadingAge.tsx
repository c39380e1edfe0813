import type { StockItem } from '../api/types';
import { describeAge, describeTime } from '../time/describe-age';
import { useNow } from '../time/use-now';
import classes from './ReadingAge.module.css';

const FRESH_MS = 5 * 60_000;

const QUALITY_WORDS: Readonly<Record<NonNullable<StockItem['sensorQuality']>, string>> = {
  good: '',
  unstable: 'moving',
  overload: 'overloaded',
  underload: 'below zero',
  stale: 'silent',
  uncalibrated: 'not calibrated',
  implausible: 'implausible',
};

/** How old the last reading is, ticking, and what the sensor says of itself when that is not "good". */
export function ReadingAge({ item }: { item: StockItem }) {
  const nowMs = useNow();
  if (item.lastReadingAtMs === null) return <span className={classes['age']}>No reading yet</span>;
  const trouble = item.sensorQuality === null ? '' : QUALITY_WORDS[item.sensorQuality];
  const fresh = nowMs - item.lastReadingAtMs < FRESH_MS && trouble === '';
  return (
    <span className={classes['age']} data-fresh={fresh} title={`Last reading: ${describeTime(item.lastReadingAtMs)}`}>
      <span className={classes['dot']} aria-hidden />
      <span className={classes['srOnly']}>Last reading </span>
      <time dateTime={new Date(item.lastReadingAtMs).toISOString()}>{describeAge(item.lastReadingAtMs, nowMs)}</time>
      {trouble ? <span className={classes['trouble']}>{trouble}</span> : null}
    </span>
  );
}
