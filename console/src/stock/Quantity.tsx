import classes from './Quantity.module.css';

const whole = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** "37 ± 1 pcs"; a dash until something was measured. */
export function Quantity({
  value,
  uncertainty,
  unit,
}: {
  value: number | null;
  uncertainty?: number | null;
  unit: string;
}) {
  if (value === null) {
    return (
      <span className={classes['none']} title="Not measured or counted yet">
        –
      </span>
    );
  }
  return (
    <span className={classes['quantity']}>
      <span className={classes['value']}>{whole.format(value)}</span>
      {uncertainty ? (
        <span className={classes['uncertainty']} title="How far the truth may be away">
          {' '}
          ± {tenths.format(Math.max(uncertainty, 0.1))}
        </span>
      ) : null}{' '}
      <span className={classes['unit']}>{unit}</span>
    </span>
  );
}
