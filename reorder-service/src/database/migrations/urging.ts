import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Orders whose supplier was asked to deliver earlier, and suppliers who have nothing but our console. */
export const urging: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table purchase_order
         add column urged_at_ms bigint,
         add column urged_by text,
         add column urged_for_ms bigint`,
      `comment on column purchase_order.urged_at_ms is 'null: nobody asked, or the supplier has answered'`,
      `alter table supplier drop constraint supplier_channel_check`,
      `alter table supplier add constraint supplier_channel_check check (channel in ('http-json', 'ubl', 'console'))`,
    ]),
};
