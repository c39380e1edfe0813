import {
  IconAlertTriangle,
  IconArrowBarDown,
  IconArrowBarUp,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconZzz,
  type TablerIcon,
} from '@tabler/icons-react';

import type { StockStatus } from '../api/types';
import { STATUS_LOOKS } from './status';
import classes from './StatusBadge.module.css';

const ICONS: Readonly<Record<StockStatus, TablerIcon>> = {
  OUT_OF_STOCK: IconCircleX,
  BELOW_SAFETY: IconAlertTriangle,
  BELOW_REORDER: IconArrowBarDown,
  OK: IconCircleCheck,
  OVERSTOCK: IconArrowBarUp,
  DEAD: IconZzz,
  UNKNOWN: IconHelpCircle,
};

/** Colour, icon and word: none of them carries the meaning alone. Plain, since a list draws many of them. */
export function StatusBadge({ status }: { status: StockStatus }) {
  const { label, color, meaning } = STATUS_LOOKS[status];
  const Icon = ICONS[status];
  return (
    <span
      className={classes['badge']}
      title={meaning}
      style={{
        color: `var(--mantine-color-${color}-light-color)`,
        background: `var(--mantine-color-${color}-light)`,
      }}
    >
      <Icon size={14} stroke={2} aria-hidden />
      {label}
    </span>
  );
}
