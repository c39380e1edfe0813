import { IconHandStop, IconTruckDelivery } from '@tabler/icons-react';
import { memo } from 'react';

import type { StockItem } from '../api/types';
import { Quantity } from './Quantity';
import { ReadingAge } from './ReadingAge';
import { StatusBadge } from './StatusBadge';
import { StockGauge } from './StockGauge';
import classes from './StockRow.module.css';

/** One bin. On a phone a card, on a wide screen a line of the table. Drawn again only when its bin changed. */
export const StockRow = memo(function StockRow({ item }: { item: StockItem }) {
  const { position } = item;
  return (
    <article className={classes['row']} data-status={item.status} aria-label={`${item.item.name} in ${item.binName}`}>
      <div className={classes['item']}>
        <a
          className={classes['name']}
          href={`/stock/${encodeURIComponent(item.siteId)}/${encodeURIComponent(item.binId)}`}
        >
          {item.item.name}
        </a>
        <div className={classes['place']}>
          {item.binName} · {item.locationName} · <span className={classes['sku']}>{item.item.sku}</span>
        </div>
      </div>
      <div className={classes['quantity']}>
        <Quantity value={item.onHand} uncertainty={item.uncertainty} unit={item.item.unit} />
      </div>
      <div className={classes['gauge']}>
        <StockGauge item={item} />
      </div>
      <div className={classes['status']}>
        <StatusBadge status={item.status} />
      </div>
      <div className={classes['position']}>
        <span className={classes['sum']} title="On hand + on order − reserved − backordered">
          Position <strong>{position.inventoryPosition}</strong>
        </span>
        <OnOrder item={item} />
      </div>
      <div className={classes['age']}>
        <ReadingAge item={item} />
      </div>
      {item.heldBecause === null ? null : (
        <div className={classes['held']}>
          <IconHandStop size={16} aria-hidden />
          <span>
            <strong>Not ordered:</strong> {item.heldBecause}
          </span>
        </div>
      )}
    </article>
  );
});

function OnOrder({ item }: { item: StockItem }) {
  const { onOrder } = item.position;
  if (item.openOrderId === null)
    return (
      <span className={onOrder > 0 ? '' : (classes['none'] ?? '')}>
        {onOrder > 0 ? `${onOrder} on order` : 'nothing on order'}
      </span>
    );
  return (
    <a className={classes['order']} href={`/orders/${encodeURIComponent(item.openOrderId)}`}>
      <IconTruckDelivery size={15} aria-hidden /> {onOrder} on order
    </a>
  );
}
