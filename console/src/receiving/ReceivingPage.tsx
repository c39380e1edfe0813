import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPackageImport, IconScan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { OrderSummary, Receipt } from '../api/types';
import { OrderStatusBadge } from '../orders/OrderStatusBadge';
import { OverdueBadge } from '../orders/OrderTrouble';
import { useMay } from '../session/may';
import { ListCard } from '../shell/ListCard';
import { EmptyState, FailureState, ListSkeleton } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { expectedOrdersQuery, waitingReceiptsQuery } from './queries';
import { FindDeliveryDialog } from './FindDeliveryDialog';
import { expectedOf } from './receipt-draft';

/** What is on its way, and what waits to be confirmed. */
export function ReceivingPage() {
  const expected = useQuery(expectedOrdersQuery());
  const announced = useQuery(waitingReceiptsQuery('ANNOUNCED'));
  const proposed = useQuery(waitingReceiptsQuery('PROPOSED'));
  const mayReceive = useMay('keepStock');
  const [finding, setFinding] = useState(false);
  const orders = expected.data?.orders ?? [];
  const waiting = [...(proposed.data?.items ?? []), ...(announced.data?.items ?? [])];
  const error = expected.error ?? announced.error ?? proposed.error;
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          Receiving
        </Title>
        {mayReceive ? (
          <Button leftSection={<IconScan size={18} aria-hidden />} onClick={() => setFinding(true)}>
            Scan or find
          </Button>
        ) : null}
      </Group>
      {finding ? <FindDeliveryDialog onClose={() => setFinding(false)} /> : null}
      {error && !expected.data ? <FailureState error={error} onRetry={() => void expected.refetch()} /> : null}
      {expected.isPending ? <ListSkeleton label="Loading what is expected" /> : null}
      <Stack gap="lg">
        {waiting.length > 0 ? (
          <section aria-labelledby="waiting">
            <Title order={2} size="h5" mb="xs" id="waiting">
              To be confirmed ({waiting.length})
            </Title>
            <Stack gap="sm" role="list" aria-label="To be confirmed">
              {waiting.map((receipt) => (
                <WaitingReceipt key={receipt.receiptId} receipt={receipt} />
              ))}
            </Stack>
          </section>
        ) : null}
        {orders.length > 0 ? (
          <section aria-labelledby="expected">
            <Title order={2} size="h5" mb="xs" id="expected">
              Expected ({orders.length}
              {expected.data?.more ? '+' : ''})
            </Title>
            <Stack gap="sm" role="list" aria-label="Expected">
              {orders.map((order) => (
                <ExpectedOrder key={order.orderId} order={order} />
              ))}
            </Stack>
          </section>
        ) : null}
      </Stack>
      {expected.isSuccess && orders.length === 0 && waiting.length === 0 ? (
        <EmptyState icon={<IconPackageImport />} title="Nothing is on its way">
          <Text c="dimmed">Orders that a supplier has, and deliveries they announce, appear here.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function ExpectedOrder({ order }: { order: OrderSummary }) {
  return (
    <ListCard
      title={`${order.orderNumber} · ${order.supplierName}`}
      link={{ to: '/receiving/$orderId', params: { orderId: order.orderId } }}
      meta={order.dueAtMs === null ? 'No date given' : `Due ${describeTime(order.dueAtMs)}`}
      badges={
        <>
          <OverdueBadge order={order} />
          <OrderStatusBadge status={order.status} />
        </>
      }
    >
      {order.lines.map((line) => {
        const expected = expectedOf(line, undefined);
        return expected === 0 ? null : (
          <Text key={line.lineNumber} size="sm">
            <strong>
              {expected} {line.unit}
            </strong>{' '}
            {line.itemName}
            {line.receivedQuantity > 0 ? ` (${line.receivedQuantity} came already)` : ''}
          </Text>
        );
      })}
    </ListCard>
  );
}

function WaitingReceipt({ receipt }: { receipt: Receipt }) {
  const seen = receipt.status === 'PROPOSED';
  return (
    <ListCard
      title={`${receipt.orderNumber} · ${seen ? 'a scale saw it arrive' : 'announced by the supplier'}`}
      link={{
        to: '/receiving/$orderId',
        params: { orderId: receipt.orderId },
        search: { receipt: receipt.receiptId },
      }}
      tone={seen ? 'orange' : 'blue'}
      meta={
        <>
          {receipt.reference === null ? '' : `${receipt.reference} · `}
          {receipt.sscc === null ? '' : `SSCC ${receipt.sscc} · `}
          <Age atMs={receipt.createdAtMs} />
        </>
      }
      badges={
        <Badge color={seen ? 'orange' : 'blue'} variant="light" tt="none" fw={650}>
          {seen ? 'Confirm it' : 'Announced'}
        </Badge>
      }
    >
      {receipt.lines.map((line, index) => (
        <Text key={index} size="sm">
          <strong>
            {line.quantity} {line.unit}
          </strong>{' '}
          {line.itemName}
          {line.lot === null ? '' : ` · lot ${line.lot}`}
        </Text>
      ))}
    </ListCard>
  );
}
