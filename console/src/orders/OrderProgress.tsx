import type { OrderStatus } from '../api/types';
import { isInPart, ORDER_STAGES, stageOf } from './order-status';
import classes from './OrderProgress.module.css';

/** How far the order has come. */
export function OrderProgress({ status }: { status: OrderStatus }) {
  const reached = stageOf(status);
  if (reached < 0) return null;
  // What came in part is told so: the stage itself is not done.
  const labelOf = (index: number, label: string): string =>
    index === reached && isInPart(status) ? `Partly ${label.toLowerCase()}` : label;
  return (
    <ol className={classes['stages']} aria-label={`Progress: ${labelOf(reached, ORDER_STAGES[reached]?.label ?? '')}`}>
      {ORDER_STAGES.map(({ label }, index) => (
        <li
          key={label}
          className={classes['stage']}
          data-reached={index <= reached}
          data-partly={index === reached && isInPart(status)}
          aria-current={index === reached ? 'step' : undefined}
        >
          {labelOf(index, label)}
        </li>
      ))}
    </ol>
  );
}
