import { NOW_MS } from '../queries/sql.ts';
import { type AlertRule, sql } from './alert-rule.ts';

/** What is wrong between us and others: orders, suppliers, customers’ systems. */
export const ORDER_RULES: readonly AlertRule[] = [
  {
    uid: 'shelfwire-webhook-failing',
    title: 'Webhook failing',
    summary: '{{ $values.B }} customers’ systems take no events',
    todo: 'The alert in the console names the system and its last answer; what was given up is replayed from there.',
    severity: 'warning',
    forDuration: '15m',
    panel: { dashboardUid: 'shelfwire-pipeline', title: 'Events to customers’ systems' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: {
      source: 'promql',
      rangeSeconds: 600,
      reduce: 'last',
      text: 'max(shelfwire_reorder_webhooks_failing)',
    },
  },
  {
    uid: 'shelfwire-order-overdue',
    title: 'Order overdue',
    summary: 'Order {{ $labels.order }} of {{ $labels.supplier }} for {{ $labels.site }} is overdue',
    todo: 'Call the supplier; order elsewhere if the shelf runs empty before.',
    severity: 'warning',
    forDuration: '0s',
    panel: { dashboardUid: 'shelfwire-orders', title: 'Open orders' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    query: sql(`
      select o.tenant_id as tenant, o.site_id as site, o.order_number as "order", s.name as supplier,
        (${NOW_MS} - o.due_at_ms) / 3600000 as "overdue hours"
      from purchase_order o join supplier s using (tenant_id, supplier_id)
      where o.closed_at_ms is null and o.due_at_ms < ${NOW_MS}`),
  },
  {
    uid: 'shelfwire-supplier-unreachable',
    title: 'Supplier unreachable',
    summary:
      'What {{ $labels.recipient }} should get from {{ $labels.site }} cannot be delivered ({{ $labels.error }})',
    todo:
      'See *Messages that did not get through* for the reason: address, token, or their system. It is tried again by itself; after the last ' +
      'attempt the order is on hold and a person sends it again.',
    severity: 'warning',
    forDuration: '5m',
    panel: { dashboardUid: 'shelfwire-orders', title: 'Messages that did not get through' },
    fires: 'gt',
    threshold: 0,
    noDataState: 'OK',
    // Given up is over, except for an order that waits on hold for a person to send it again.
    query: sql(`
      select tenant_id as tenant, coalesce(site_id, 'every site') as site, recipient,
        coalesce(max(left(last_error, 80)), 'no answer') as error,
        max(${NOW_MS} - created_at_ms) / 60000 as "waiting minutes"
      from message_outbox
      where channel = 'supplier' and sent_at_ms is null and attempts > 0 and created_at_ms < ${NOW_MS} - 1800000
        and (given_up_at_ms is null or exists (select from purchase_order o
          where o.order_id = message_outbox.order_id and o.status = 'ON_HOLD'))
      group by tenant_id, site_id, recipient`),
  },
];
