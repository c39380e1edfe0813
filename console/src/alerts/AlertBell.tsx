import { IconBell } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import classes from './AlertBell.module.css';
import { useAlertCount } from './use-alert-count';

/** Stands in the header of every page, with the number of alerts that nobody has taken on. */
export function AlertBell() {
  const count = useAlertCount();
  const label = count === undefined ? 'Alerts, none waiting' : `Alerts, ${count} waiting`;
  return (
    <Link to="/alerts" className={classes['bell']} aria-label={label} title={label}>
      <IconBell size={24} stroke={1.6} aria-hidden />
      {count === undefined ? null : (
        <span className={classes['count']} aria-hidden data-testid="alert-count">
          {count}
        </span>
      )}
    </Link>
  );
}
