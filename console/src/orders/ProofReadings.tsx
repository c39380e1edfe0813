import type { OrderProof } from '../api/types';
import { describeMoment } from '../time/describe-age';
import classes from './OrderProof.module.css';
import { describeReading } from './proof-readings';

/** The movements that led to the order with the reading behind each, newest first. */
export function ProofReadings({ readings, unit }: { readings: OrderProof['readings']; unit: string | undefined }) {
  return (
    <ul className={classes['readings']}>
      {readings.map((movement, index) => {
        const { atMs, what, change, level, source, measured, quality, note } = describeReading(movement, unit);
        return (
          <li key={index}>
            <strong>{what}</strong>
            <span className={classes['change']}>
              {change} {level === undefined ? null : <strong>→ {level}</strong>}
            </span>
            <span className={classes['source']}>
              {atMs === undefined ? null : <time dateTime={new Date(atMs).toISOString()}>{describeMoment(atMs)}</time>}
              {[source, measured, note].map((part) => (part === undefined ? null : <span key={part}>{part}</span>))}
              {quality === undefined ? null : <span data-quality={quality}>{quality}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
