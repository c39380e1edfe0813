import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconQuote } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import { orderQuery } from '../api/queries';
import type { OrderDetail } from '../api/types';
import { BackLink } from '../shell/BackLink';
import { FailureState } from '../shell/states';
import { describeTime } from '../time/describe-age';
import { SupplierActions } from '../supplier/SupplierActions';
import classes from './OrderPage.module.css';
import { OrderActions } from './OrderActions';
import { OrderHistory } from './OrderHistory';
import { OrderLines } from './OrderLines';
import { OrderProgress } from './OrderProgress';
import { OrderProof } from './OrderProof';
import { OrderStatusBadge } from './OrderStatusBadge';
import { OrderAttention, OrderUrging, OverdueBadge } from './OrderTrouble';

const route = getRouteApi('/signed-in/orders/$orderId');

/** One order: what, why, on what evidence, and what became of it. */
export function OrderPage() {
  const { orderId } = route.useParams();
  const order = useQuery(orderQuery(orderId));
  return (
    <>
      <BackLink to="/orders">Orders</BackLink>
      {order.isPending ? <Skeleton role="status" height={320} radius="md" aria-label="Loading the order" /> : null}
      {order.error ? <FailureState error={order.error} onRetry={() => void order.refetch()} /> : null}
      {order.data ? <OrderDocument order={order.data} /> : null}
    </>
  );
}

function OrderDocument({ order }: { order: OrderDetail }) {
  return (
    <Stack gap="md" maw="76rem">
      <Paper className={classes['card'] ?? ''}>
        <Group justify="space-between" align="flex-start" gap="xs">
          <div>
            <Title order={1} size="h3">
              Order {order.orderNumber}
            </Title>
            <Text c="dimmed" size="sm">
              {order.supplierName} · {describeTime(order.createdAtMs)}
              {order.dueAtMs === null ? '' : ` · due ${describeTime(order.dueAtMs)}`}
              {order.supplierOrderNumber ? ` · theirs: ${order.supplierOrderNumber}` : ''}
            </Text>
          </div>
          <Group gap="xs">
            <OverdueBadge order={order} />
            <OrderStatusBadge status={order.status} />
          </Group>
        </Group>
        <Group gap="sm" wrap="nowrap" align="flex-start" my="md" className={classes['why'] ?? ''}>
          <IconQuote size={20} aria-hidden className={classes['quote'] ?? ''} />
          <Text size="lg" className={classes['sentence'] ?? ''}>
            {order.sentence}
          </Text>
        </Group>
        <OrderProgress status={order.status} />
        <OrderAttention order={order} />
        <OrderUrging order={order} />
        <OrderActions order={order} />
        <SupplierActions order={order} />
      </Paper>
      <div className={classes['columns']}>
        <Stack gap="md">
          <OrderLines lines={order.lines} />
          <OrderProof proof={order.proof} unit={order.lines[0]?.unit} orderUnit={order.lines[0]?.orderUnit} />
        </Stack>
        <OrderHistory history={order.history} />
      </div>
    </Stack>
  );
}
