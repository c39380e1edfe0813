import type { Bug } from './bug.ts';

const DECIDE = 'reorder-service/src/replenishment/decide.ts';
const INBOX = 'reorder-service/src/suppliers/supplier-inbox.ts';

export const ORDER_BUGS: readonly Bug[] = [
  {
    name: 'a decision ignores doubt',
    changes: [
      {
        file: DECIDE,
        from: "if (doubt.kind === 'doubt') return",
        to: "if (doubt.kind === 'doubt' && input.nowMs < 0) return",
      },
    ],
  },
  {
    name: 'what is on order does not count',
    changes: [
      { file: DECIDE, from: 'return usable + position.onOrder -', to: 'return usable + position.onOrder * 0 -' },
    ],
    harmless: 'an open order of the need covers it a second time (COVERED): planted together with that below',
  },
  {
    name: 'neither what is on order counts nor the order of an open need',
    changes: [
      { file: DECIDE, from: 'return usable + position.onOrder -', to: 'return usable + position.onOrder * 0 -' },
      { file: DECIDE, from: 'episode.soundOrderNumbers.length > 0', to: 'episode.soundOrderNumbers.length > 1_000' },
    ],
  },
  {
    name: 'the quantity is rounded down to whole packs',
    changes: [
      {
        file: 'reorder-service/src/replenishment/order-quantity.ts',
        from: 'const needed = Math.ceil(need / packQuantity);',
        to: 'const needed = Math.max(1, Math.floor(need / packQuantity));',
      },
    ],
  },
  {
    name: 'packs are taken for pieces',
    changes: [
      {
        file: 'reorder-service/src/replenishment/order-quantity.ts',
        from: 'const needed = Math.ceil(need / packQuantity);',
        to: 'const needed = need;\n  void packQuantity;',
      },
    ],
  },
  {
    name: 'the trigger fires below its point, not at it',
    changes: [
      {
        file: 'reorder-service/src/replenishment/trigger.ts',
        from: 'if (total > reorderPoint)\n',
        to: 'if (total >= reorderPoint)\n',
      },
    ],
  },
  {
    name: 'an order is put into the outbox after the transaction that wrote it',
    changes: [
      {
        file: 'reorder-service/src/replenishment/place-order.ts',
        from: '    await enqueueOrders(tx, approved, nowMs);\n',
        to: '    void enqueueOrders;\n    void approved;\n',
      },
      {
        file: 'reorder-service/src/replenishment/evaluate.ts',
        from: 'this.#take(await withTenant(db, site.tenantId, (tx) => act(tx, site, binIds, { nowMs }), plansFor(binIds)));',
        to: 'const acted = await withTenant(db, site.tenantId, (tx) => act(tx, site, binIds, { nowMs }), plansFor(binIds));\n      this.#take(acted);\n      if (acted.orders.length > 0)\n        await withTenant(db, site.tenantId, (tx) => enqueueOrders(tx, acted.orders, nowMs));',
      },
      {
        file: 'reorder-service/src/replenishment/evaluate.ts',
        from: "import { act, type Acted } from './act.ts';",
        to: "import { enqueueOrders } from '../suppliers/order-outbox.ts';\nimport { act, type Acted } from './act.ts';",
      },
    ],
  },
  {
    name: 'each attempt of an order has another key',
    changes: [
      {
        file: 'reorder-service/src/suppliers/supplier-request.ts',
        from: "row.kind === 'order' ? row.order_id : row.message_id",
        to: "row.kind === 'order' ? `${row.order_id}/${row.attempts}` : row.message_id",
      },
    ],
  },
  {
    name: 'a message is taken for sent before it is',
    changes: [
      {
        file: 'reorder-service/src/suppliers/claim-messages.ts',
        from: 'attempts = m.attempts + 1\n',
        to: 'attempts = m.attempts + 1, sent_at_ms = ${nowMs}\n',
      },
    ],
  },
  {
    name: 'what a supplier did not take is given up',
    changes: [
      {
        file: 'reorder-service/src/suppliers/order-dispatcher.ts',
        from: 'given_up_at_ms: last ? nowMs : null,',
        to: 'given_up_at_ms: nowMs,',
      },
    ],
  },
  {
    name: "a supplier's answer is applied to its newest order",
    changes: [
      {
        file: INBOX,
        from: 'const order = await lockOrder(tx, tenantId, message.orderId);',
        to: "const { order_id: newest } = await tx.selectFrom('purchase_order').select('order_id').where('tenant_id', '=', tenantId).orderBy('created_at_ms', 'desc').limit(1).executeTakeFirstOrThrow();\n      const order = await lockOrder(tx, tenantId, newest);",
      },
    ],
  },
  {
    name: "a supplier's message counts as often as it comes",
    changes: [
      {
        file: INBOX,
        from: '.onConflict((oc) => oc.doNothing())\n    .returning',
        to: ".onConflict((oc) => oc.columns(['tenant_id', 'supplier_id', 'message_id']).doUpdateSet({ received_at_ms: of.nowMs }))\n    .returning",
      },
    ],
  },
  {
    name: 'a part of the goods closes the order',
    changes: [
      {
        file: 'reorder-service/src/orders/receive-goods.ts',
        from: 'const ends = arrival.complete || !line.open;',
        to: 'const ends = true;',
      },
    ],
  },
  {
    name: 'goods do not close the order',
    changes: [
      {
        file: 'reorder-service/src/orders/match-receipt.ts',
        from: 'if (rest <= 0) break;\n  }\n  return booked;',
        to: 'if (rest <= 0) break;\n  }\n  return booked.slice(0, 0);',
      },
    ],
  },
  {
    name: 'an episode is not closed by its goods',
    changes: [
      {
        file: 'reorder-service/src/orders/order-store.ts',
        from: '!line.open && wasOpen.has(line.lineNumber) && line.receivedQuantity > 0',
        to: '!line.open && wasOpen.has(line.lineNumber) && line.receivedQuantity < 0',
      },
    ],
  },
  {
    name: 'an episode is closed neither by its goods nor by a shelf that is full again',
    changes: [
      {
        file: 'reorder-service/src/orders/order-store.ts',
        from: '!line.open && wasOpen.has(line.lineNumber) && line.receivedQuantity > 0',
        to: '!line.open && wasOpen.has(line.lineNumber) && line.receivedQuantity < 0',
      },
      {
        file: 'reorder-service/src/replenishment/remember.ts',
        from: "decision.kind === 'WAIT' &&\n    decision.lowSinceMs === undefined",
        to: "decision.kind === 'HELD' &&\n    decision.lowSinceMs === undefined",
      },
    ],
  },
  {
    name: 'what a crash left undecided is never looked at again',
    changes: [
      {
        file: 'reorder-service/src/replenishment/evaluator.ts',
        from: "this.#touchRows(await this.#leftBehind.next(this.db, this.clock()), 'later');",
        to: "this.#touchRows((await this.#leftBehind.next(this.db, this.clock())).slice(0, 0), 'later');",
      },
    ],
  },
  {
    name: 'a low need not last to be believed',
    changes: [
      {
        file: DECIDE,
        from: 'const confirmedAtMs = lowSinceMs + policy.confirmSeconds * 1_000;',
        to: 'const confirmedAtMs = lowSinceMs;',
      },
    ],
  },
];
