import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** An order's trace goes on after it was placed: when it is sent, acknowledged, shipped and received. */
export const orderTrace: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table purchase_order add column traceparent text`,
      `comment on column purchase_order.traceparent is 'W3C trace context of its placing; null: nobody traces, or not sampled'`,
    ]),
};
