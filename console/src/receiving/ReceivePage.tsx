import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPackageOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';

import { orderQuery } from '../api/queries';
import type { OrderDetail, Receipt } from '../api/types';
import { OrderStatusBadge } from '../orders/OrderStatusBadge';
import { BackLink } from '../shell/BackLink';
import { EmptyState, FailureState } from '../shell/states';
import { describeTime } from '../time/describe-age';
import { mayCome, receiptsOfOrderQuery } from './queries';
import { ReceiptForm } from './ReceiptForm';
import { ReceiptHistory } from './ReceiptHistory';
import { scannedIn } from './receive-search';
import classes from './ReceivePage.module.css';

const route = getRouteApi('/signed-in/receiving/$orderId');

/** The goods of one order, as they come: what was announced, what is there, what is missing. */
export function ReceivePage() {
  const { orderId } = route.useParams();
  const order = useQuery(orderQuery(orderId));
  const receipts = useQuery(receiptsOfOrderQuery(orderId));
  const error = order.error ?? receipts.error;
  return (
    <>
      <BackLink to="/receiving">Receiving</BackLink>
      {error && !(order.data && receipts.data) ? (
        <FailureState error={error} onRetry={() => void Promise.all([order.refetch(), receipts.refetch()])} />
      ) : null}
      {!error && !(order.data && receipts.data) ? (
        <Skeleton role="status" height={320} radius="md" aria-label="Loading the order" />
      ) : null}
      {order.data && receipts.data ? <OrderGoods order={order.data} receipts={receipts.data.items} /> : null}
    </>
  );
}

function OrderGoods({ order, receipts }: { order: OrderDetail; receipts: readonly Receipt[] }) {
  const search = route.useSearch();
  const waiting = receipts.filter(({ status }) => status === 'ANNOUNCED' || status === 'PROPOSED');
  // A single announcement is what is in front of whoever opens this page; of several they choose.
  const chosen =
    waiting.find(({ receiptId }) => receiptId === search.receipt) ??
    (waiting.length === 1 && search.line === undefined ? waiting[0] : undefined);
  return (
    <Stack gap="md" maw="60rem">
      <div className={classes['head']}>
        <div>
          <Title order={1} size="h3">
            Receive {order.orderNumber}
          </Title>
          <Text c="dimmed" size="sm">
            {order.supplierName}
            {order.supplierOrderNumber ? ` · theirs: ${order.supplierOrderNumber}` : ''}
            {order.dueAtMs === null ? '' : ` · due ${describeTime(order.dueAtMs)}`}
            {' · '}
            <Link to="/orders/$orderId" params={{ orderId: order.orderId }} className={classes['link']}>
              the order
            </Link>
          </Text>
        </div>
        <OrderStatusBadge status={order.status} />
      </div>
      {mayCome(order) ? (
        <ReceiptForm
          // Another receipt or scan is another form: nothing entered for one may be booked for the other.
          key={`${chosen?.receiptId ?? 'order'}/${search.line ?? ''}/${order.version}`}
          order={order}
          waiting={waiting}
          chosen={chosen}
          scanned={scannedIn(search)}
        />
      ) : (
        <EmptyState icon={<IconPackageOff />} title="Nothing more is expected on this order">
          <Text c="dimmed">Goods that came all the same are counted into their bin, or go back to the supplier.</Text>
        </EmptyState>
      )}
      <ReceiptHistory receipts={receipts.filter(({ status }) => status === 'CONFIRMED' || status === 'DISMISSED')} />
    </Stack>
  );
}
