import { UnstyledButton } from '@mantine/core';

import type { StockStatus } from '../api/types';
import { STATUS_LOOKS, STOCK_STATUSES } from './status';
import classes from './StatusFilter.module.css';

/** One status at a time; chosen again, it is let go. */
export function StatusFilter({
  value,
  onChange,
}: {
  value: StockStatus | undefined;
  onChange: (next: StockStatus | undefined) => void;
}) {
  return (
    <div className={classes['filter']} role="group" aria-label="Show only bins of one status">
      <UnstyledButton
        className={classes['choice']}
        aria-pressed={value === undefined}
        onClick={() => onChange(undefined)}
      >
        All
      </UnstyledButton>
      {STOCK_STATUSES.map((status) => (
        <UnstyledButton
          key={status}
          className={classes['choice']}
          aria-pressed={value === status}
          title={STATUS_LOOKS[status].meaning}
          onClick={() => onChange(value === status ? undefined : status)}
        >
          <span
            className={classes['dot']}
            style={{ background: `var(--mantine-color-${STATUS_LOOKS[status].color}-6)` }}
            aria-hidden
          />
          {STATUS_LOOKS[status].label}
        </UnstyledButton>
      ))}
    </div>
  );
}
