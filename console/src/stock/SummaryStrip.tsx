import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { summaryQuery } from '../api/queries';
import { useSession } from '../session/session';
import classes from './SummaryStrip.module.css';

/** What a person wants to know first; each figure leads to what it counts. */
export function SummaryStrip() {
  const { data } = useQuery(summaryQuery());
  const isSupplier = useSession()?.user.role === 'supplier';
  const outOfStock = data?.binsByStatus['OUT_OF_STOCK'];
  return (
    <div className={classes['strip']} role="group" aria-label="At a glance">
      <Link to="/" search={{ status: 'OUT_OF_STOCK' }} className={classes['tile']}>
        <Figure value={outOfStock} alarm label="out of stock" />
      </Link>
      <Link to="/orders" className={classes['tile']}>
        <Figure value={data?.openOrders} label="open orders">
          {data && data.ordersToApprove > 0 ? `${data.ordersToApprove} to approve` : null}
        </Figure>
      </Link>
      <Link to="/orders" className={classes['tile']}>
        <Figure value={data?.overdueOrders} alarm label="overdue" />
      </Link>
      {isSupplier ? null : (
        <Link to="/doubt" className={classes['tile']}>
          <Figure value={data?.binsInDoubt} alarm label="sensors in doubt">
            {data && data.openCountingTasks > 0 ? `${data.openCountingTasks} to count` : null}
          </Figure>
        </Link>
      )}
    </div>
  );
}

function Figure({
  value,
  label,
  alarm = false,
  children,
}: {
  value: number | undefined;
  label: string;
  alarm?: boolean;
  children?: ReactNode;
}) {
  return (
    <>
      <span className={classes['value']} data-alarm={alarm && value !== undefined && value > 0}>
        {value ?? '–'}
      </span>
      <span className={classes['label']}>{label}</span>
      {children ? <span className={classes['more']}>{children}</span> : null}
    </>
  );
}
