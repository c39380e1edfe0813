import type { StockItem } from '../api/types';
import { STATUS_LOOKS } from './status';
import classes from './StockGauge.module.css';

/** The level against the reorder point and the upper level; what is on its way is hatched. */
export function StockGauge({ item }: { item: StockItem }) {
  const onHand = Math.max(0, item.onHand ?? 0);
  const { onOrder } = item.position;
  const full = Math.max(item.orderUpTo ?? 0, item.capacity ?? 0, onHand + onOrder, 1);
  const percent = (value: number): string => `${Math.min(100, (100 * value) / full)}%`;
  const color = `var(--mantine-color-${STATUS_LOOKS[item.status].color}-6)`;
  return (
    <div className={classes['gauge']} role="img" aria-label={describe(item)}>
      <div className={classes['track']}>
        <div className={classes['fill']} style={{ width: percent(onHand), background: color }} />
        {onOrder > 0 ? (
          <div className={classes['coming']} style={{ left: percent(onHand), width: percent(onOrder), color }} />
        ) : null}
        {item.reorderPoint !== null && item.reorderPoint > 0 ? (
          <div className={classes['mark']} style={{ left: percent(item.reorderPoint) }} />
        ) : null}
      </div>
      <div className={classes['caption']} aria-hidden>
        <span>
          <span className={classes['position']}>Position {item.position.inventoryPosition} · </span>
          {item.reorderPoint === null ? 'no policy' : `orders at ≤ ${item.reorderPoint}`}
        </span>
        {item.orderUpTo === null ? null : <span>up to {item.orderUpTo}</span>}
      </div>
    </div>
  );
}

function describe(item: StockItem): string {
  const { unit } = item.item;
  const rule =
    item.reorderPoint === null
      ? 'no policy'
      : `orders when the position is at or below ${item.reorderPoint}${item.orderUpTo === null ? '' : `, up to ${item.orderUpTo}`}`;
  return `${item.onHand ?? 'unknown'} ${unit} on hand, ${item.position.onOrder} on order, ${rule}`;
}
