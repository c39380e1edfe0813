import { Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { OrderSummary } from '../api/types';
import { Age } from '../time/Age';
import classes from './OrderCard.module.css';
import { OrderProgress } from './OrderProgress';
import { OrderStatusBadge } from './OrderStatusBadge';
import { OrderAttention, OverdueBadge } from './OrderTrouble';

/** One order in the list; the whole card leads to it. */
export function OrderCard({ order }: { order: OrderSummary }) {
  return (
    <div className={classes['card']} role="listitem" aria-label={`Order ${order.orderNumber}`}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <div className={classes['head']}>
          <Link className={classes['number']} to="/orders/$orderId" params={{ orderId: order.orderId }}>
            {order.orderNumber}
          </Link>
          <Text size="sm" c="dimmed" span>
            {order.supplierName} · <Age atMs={order.createdAtMs} />
          </Text>
        </div>
        <Group gap="xs" justify="flex-end" className={classes['badges'] ?? ''}>
          <OverdueBadge order={order} />
          <OrderStatusBadge status={order.status} />
        </Group>
      </Group>
      <Text mt="xs" className={classes['sentence'] ?? ''}>
        {order.sentence}
      </Text>
      <Stack gap={4} my="sm">
        {order.lines.map((line) => (
          <Group key={line.lineNumber} justify="space-between" gap="0 0.75rem" className={classes['line'] ?? ''}>
            <Text size="sm">{line.itemName}</Text>
            <Text size="sm" fw={650}>
              {line.quantityText}
            </Text>
          </Group>
        ))}
      </Stack>
      <OrderProgress status={order.status} />
      <OrderAttention order={order} />
    </div>
  );
}
