import type { Db } from '@shelfwire/reorder-service/measurable';

/** Statements that were built on a database, `begin` and `commit` not among them. Load on the machine does not change it. */
export class StatementCount {
  count = 0;

  /** The same database, counted. */
  of(db: Db): Db {
    return db.withPlugin({
      transformQuery: ({ node }) => {
        this.count += 1;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
  }
}
