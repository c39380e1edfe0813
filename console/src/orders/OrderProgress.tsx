import type { OrderStatus } from '../api/types';
import { ORDER_STAGES, stageOf } from './order-status';
import classes from './OrderProgress.module.css';

/** How far the order has come. */
export function OrderProgress({ status }: { status: OrderStatus }) {
  const reached = stageOf(status);
  if (reached < 0) return null;
  return (
    <ol className={classes['stages']} aria-label={`Progress: ${ORDER_STAGES[reached]?.label ?? ''}`}>
      {ORDER_STAGES.map(({ label }, index) => (
        <li
          key={label}
          className={classes['stage']}
          data-reached={index <= reached}
          aria-current={index === reached ? 'step' : undefined}
        >
          {label}
        </li>
      ))}
    </ol>
  );
}
