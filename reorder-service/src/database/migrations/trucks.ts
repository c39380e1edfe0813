import type { Migration } from 'kysely/migration';

import { runStatements } from './statements.ts';

/** Orders that gather the needs of several bins: each line has the proof of its own need. */
export const trucks: Migration = {
  up: (db) =>
    runStatements(db, [
      `alter table order_proof drop constraint order_proof_pkey`,
      `alter table order_proof add column line_number int not null default 1`,
      `alter table order_proof add primary key (order_id, line_number)`,
      `alter table purchase_order add column auto_approve boolean not null default true`,
      `comment on column purchase_order.auto_approve is 'no policy of its lines wants a person''s approval'`,
    ]),
};
