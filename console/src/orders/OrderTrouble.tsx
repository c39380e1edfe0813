import { Alert, Badge } from '@mantine/core';
import { IconAlertTriangle, IconClockUp } from '@tabler/icons-react';

import type { OrderStatus, OrderSummary } from '../api/types';
import { useSession } from '../session/session';
import { capitalized } from '../shell/capitalized';
import { describeTime } from '../time/describe-age';
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

/** The supplier was asked to deliver it earlier, and has not answered. */
export function OrderUrging({ order: { urging } }: { order: OrderSummary }) {
  // The supplier is asked itself, with what it can answer.
  const isSupplier = useSession()?.user.role === 'supplier';
  if (urging === null || isSupplier) return null;
  return (
    <Alert color="blue" variant="light" mt="sm" icon={<IconClockUp aria-hidden />} role="note">
      {urging.by} asked for it by {describeTime(urging.wantedAtMs)}. The supplier has not answered yet.
    </Alert>
  );
}

/** Why a person must look at it. */
export function OrderAttention({ order }: { order: OrderSummary }) {
  if (order.attention === null) return null;
  return (
    <Alert color="orange" variant="light" mt="sm" icon={<IconAlertTriangle aria-hidden />} role="note">
      {capitalized(order.attention)}
    </Alert>
  );
}
