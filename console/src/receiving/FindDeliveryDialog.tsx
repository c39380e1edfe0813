import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { sitesQuery } from '../api/site-names';
import { CodeDialog } from '../counting/CodeDialog';
import { ListCard } from '../shell/ListCard';
import { FailureState } from '../shell/states';
import { labelQuery, mayCome, ordersByNumberQuery } from './queries';
import { readReceivingCode } from './receiving-code';

/** Finds what a delivery belongs to, by the label on it or by the number on its papers. */
export function FindDeliveryDialog({ onClose }: { onClose: () => void }) {
  return (
    <CodeDialog
      title="Find a delivery"
      placeholder="SSCC, GTIN or order number"
      onClose={onClose}
      renderFound={(text) => {
        const code = readReceivingCode(text);
        return code.kind === 'label' ? <FoundByLabel code={code.code} /> : <FoundOrders search={code.search} />;
      }}
    />
  );
}

function FoundOrders({ search }: { search: string }) {
  const found = useQuery(ordersByNumberQuery(search));
  if (found.isPending) return <Loader size="sm" aria-label="Looking for it" />;
  if (found.error) return <FailureState error={found.error} onRetry={() => void found.refetch()} />;
  const orders = found.data.items.filter(mayCome);
  if (orders.length === 0) {
    return (
      <Text role="status">
        No order that is on its way has “{search}” in its number. Check the number on the delivery note; it may be ours
        or the supplier’s.
      </Text>
    );
  }
  return (
    <Stack gap="xs" role="list" aria-label="Orders found">
      {orders.map((order) => (
        <ListCard
          key={order.orderId}
          title={`${order.orderNumber} · ${order.supplierName}`}
          link={{ to: '/receiving/$orderId', params: { orderId: order.orderId } }}
          meta={order.lines.map((line) => line.itemName).join(', ')}
        />
      ))}
    </Stack>
  );
}

function FoundByLabel({ code }: { code: string }) {
  const sites = useQuery(sitesQuery());
  const siteIds = sites.data?.items.map(({ siteId }) => siteId) ?? [];
  const found = useQuery({ ...labelQuery(code, siteIds), enabled: siteIds.length > 0 });
  const error = sites.error ?? found.error;
  if (error) return <FailureState error={error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Loader size="sm" aria-label="Looking for it" />;
  const { scanned, announced, openLines } = found.data;
  const label = [
    scanned?.sscc ? `SSCC ${scanned.sscc}` : '',
    scanned?.gtin ? `GTIN ${scanned.gtin}` : '',
    scanned?.lot ? `lot ${scanned.lot}` : '',
    scanned?.expiresOn ? `use by ${scanned.expiresOn}` : '',
    scanned?.count ? `${scanned.count} in it` : '',
  ].filter((part) => part !== '');
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {label.join(', ')}
      </Text>
      {announced.length + openLines.length === 0 ? (
        <Text>
          Nothing on its way fits this label. Look for the order by its number; goods nobody ordered are counted into
          their bin.
        </Text>
      ) : null}
      <Stack gap="xs" role="list" aria-label="It may belong to">
        {announced.map((receipt) => (
          <ListCard
            key={receipt.receiptId}
            tone="blue"
            title={`${receipt.orderNumber}: announced`}
            link={{
              to: '/receiving/$orderId',
              params: { orderId: receipt.orderId },
              search: { receipt: receipt.receiptId },
            }}
            meta={receipt.lines.map((line) => `${line.quantity} ${line.unit} ${line.itemName}`).join(', ')}
          />
        ))}
        {openLines.map((line) => (
          <ListCard
            key={`${line.orderId}/${line.lineNumber}`}
            title={`${line.orderNumber}: ${line.itemName}`}
            link={{
              to: '/receiving/$orderId',
              params: { orderId: line.orderId },
              search: {
                line: line.lineNumber,
                ...(scanned?.count ? { count: line.quantity } : {}),
                ...(scanned?.lot ? { lot: scanned.lot } : {}),
                ...(scanned?.expiresOn ? { expires: scanned.expiresOn } : {}),
              },
            }}
            meta={`${line.remaining} ${line.unit} are missing`}
          />
        ))}
      </Stack>
    </Stack>
  );
}
