import { Alert, Badge } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

import type { OrderStatus, OrderSummary } from '../api/types';
import { useNow } from '../time/use-now';

const FINAL: readonly OrderStatus[] = ['RECEIVED', 'CLOSED', 'REJECTED', 'CANCELLED'];

/** Marks an order that should be here already. */
export function OverdueBadge({ order }: { order: OrderSummary }) {
  const nowMs = useNow();
  if (order.dueAtMs === null || order.dueAtMs > nowMs || FINAL.includes(order.status)) return null;
  return (
    <Badge color="red" variant="light" tt="none" fw={650} style={{ flex: 'none' }} title="It was due and is not here">
      Overdue
    </Badge>
  );
}

/** Why a person must look at it. */
export function OrderAttention({ order }: { order: OrderSummary }) {
  if (order.attention === null) return null;
  return (
    <Alert color="orange" variant="light" mt="sm" icon={<IconAlertTriangle aria-hidden />} role="note">
      {order.attention}
    </Alert>
  );
}
