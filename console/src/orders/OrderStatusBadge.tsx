import { Badge } from '@mantine/core';

import type { OrderStatus } from '../api/types';
import { ORDER_STATUS_LOOKS } from './order-status';

export function OrderStatusBadge({ status }: { status: OrderStatus }) {
  const { label, color, meaning } = ORDER_STATUS_LOOKS[status];
  return (
    <Badge color={color} variant="light" size="md" tt="none" fw={650} title={meaning} style={{ flex: 'none' }}>
      {label}
    </Badge>
  );
}
