import type { Bug } from './bug.ts';

const CLAIM = 'reorder-service/src/suppliers/claim-messages.ts';

/** What only a second replica at the same time shows. */
export const REPLICA_BUGS: readonly Bug[] = [
  {
    name: 'a replica sends what another one has just taken',
    hunter: 'replicas',
    changes: [{ file: CLAIM, from: ' for update of o, po skip locked) taken', to: ') taken' }],
    harmless:
      'where one statement follows the other; claim-messages.test.ts shows it with two that are under way at once',
  },
  {
    name: 'what a replica has taken to send is free again at once',
    hunter: 'replicas',
    changes: [
      {
        file: CLAIM,
        from: 'set next_attempt_at_ms = ${nowMs + leaseMs}',
        to: 'set next_attempt_at_ms = ${nowMs + leaseMs * 0}',
      },
    ],
  },
  {
    name: 'two people work on one order without waiting for each other',
    hunter: 'replicas',
    changes: [
      {
        file: 'reorder-service/src/orders/order-store.ts',
        from: '.$if(locked, (query) => query.forUpdate())',
        to: ".$if(locked && tenantId === '', (query) => query.forUpdate())",
      },
    ],
  },
  {
    name: 'a decision does not lock what it is about',
    hunter: 'replicas',
    changes: [
      {
        file: 'reorder-service/src/replenishment/act.ts',
        from: '    order by bin_id for update`',
        to: '    order by bin_id`',
      },
    ],
  },
  {
    name: 'a decision does not lock what it is about, and a need may be opened twice',
    hunter: 'replicas',
    changes: [
      {
        file: 'reorder-service/src/replenishment/act.ts',
        from: '    order by bin_id for update`',
        to: '    order by bin_id`',
      },
      {
        file: 'reorder-service/src/database/migrations/orders.ts',
        from: 'create unique index episode_one_open on',
        to: 'create index episode_one_open on',
      },
    ],
  },
  {
    name: 'a budget may be spent by two at once',
    hunter: 'replicas',
    changes: [
      {
        file: 'reorder-service/src/replenishment/budget.ts',
        from: 'where tenant_id = ${order.tenantId} for update`',
        to: 'where tenant_id = ${order.tenantId}`',
      },
    ],
    harmless: 'orders of one tenant are written one after the other: they wait for the number of the one before',
  },
  {
    name: 'a replica believes what it remembers though another has written since',
    hunter: 'replicas',
    changes: [
      {
        file: 'reorder-service/src/stock/site-memory.ts',
        from: 'if (remembered?.ledgerVersion !== before) {',
        to: 'if (remembered === undefined || remembered.ledgerVersion > before) {',
      },
    ],
  },
];
