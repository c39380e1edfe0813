import { Badge } from '@mantine/core';
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

const ICONS: Readonly<Record<StockStatus, TablerIcon>> = {
  OUT_OF_STOCK: IconCircleX,
  BELOW_SAFETY: IconAlertTriangle,
  BELOW_REORDER: IconArrowBarDown,
  OK: IconCircleCheck,
  OVERSTOCK: IconArrowBarUp,
  DEAD: IconZzz,
  UNKNOWN: IconHelpCircle,
};

/** Colour, icon and word: none of them carries the meaning alone. */
export function StatusBadge({ status }: { status: StockStatus }) {
  const { label, color, meaning } = STATUS_LOOKS[status];
  const Icon = ICONS[status];
  return (
    <Badge
      color={color}
      variant="light"
      size="md"
      tt="none"
      fw={650}
      title={meaning}
      leftSection={<Icon size={14} stroke={2} aria-hidden />}
    >
      {label}
    </Badge>
  );
}
