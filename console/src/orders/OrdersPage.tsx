import { Group, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconTruckDelivery } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';

import { ordersQuery } from '../api/queries';
import { ReadMore } from '../shell/ReadMore';
import { EmptyState, FailureState } from '../shell/states';
import { OrderCard } from './OrderCard';

const route = getRouteApi('/signed-in/orders');

/** Orders with the sentence that says why each exists. */
export function OrdersPage() {
  const open = route.useSearch().show !== 'all';
  const navigate = route.useNavigate();
  const orders = useInfiniteQuery(ordersQuery({ open }));
  const items = orders.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Orders
        </Title>
        <SegmentedControl
          aria-label="Which orders"
          value={open ? 'open' : 'all'}
          onChange={(next) => void navigate({ search: next === 'all' ? { show: 'all' } : {}, replace: true })}
          data={[
            { value: 'open', label: 'Open' },
            { value: 'all', label: 'All' },
          ]}
        />
      </Group>
      {orders.error && items.length === 0 ? (
        <FailureState error={orders.error} onRetry={() => void orders.refetch()} />
      ) : null}
      {orders.isPending ? <OrdersSkeleton /> : null}
      <Stack gap="sm" role="list" aria-label="Orders">
        {items.map((order) => (
          <OrderCard key={order.orderId} order={order} />
        ))}
      </Stack>
      <ReadMore list={orders} label="Show older orders" />
      {orders.isSuccess && items.length === 0 ? (
        <EmptyState icon={<IconTruckDelivery />} title={open ? 'No open orders' : 'No orders yet'}>
          <Text c="dimmed">
            When a bin’s position falls to its reorder point, the order appears here with its reason.
          </Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function OrdersSkeleton() {
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label="Loading the orders">
      {[1, 2, 3].map((index) => (
        <Skeleton key={index} height={150} radius="md" />
      ))}
    </Stack>
  );
}
