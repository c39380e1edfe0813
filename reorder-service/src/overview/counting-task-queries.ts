import { Inject, Injectable } from '@nestjs/common';
import type { CountingTask } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';
import { binsOf } from './summary-queries.ts';

interface Row {
  task_id: string;
  site_id: string;
  bin_id: string;
  bin_name: string;
  location_name: string;
  item_id: string;
  sku: string;
  item_name: string;
  unit: string;
  reason: string;
  opened_at_ms: number;
  on_hand: number | null;
}

/** What people are asked to count. Reads only. */
@Injectable()
export class CountingTaskQueries {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Open ones, the longest waiting first. @throws ShelfwireError CURSOR_INVALID */
  async list(
    tenantId: string,
    query: { siteId?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<Page<CountingTask>> {
    const conditions = [binsOf(tenantId, query), sql`t.closed_at_ms is null`];
    if (query.cursor !== undefined) {
      const [openedAtMs, taskId] = readCursor(query.cursor, 2);
      conditions.push(sql`(t.opened_at_ms, t.task_id) > (${openedAtMs}::bigint, ${taskId}::uuid)`);
    }
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<Row>`
        select t.task_id, t.site_id, t.bin_id, b.name as bin_name, loc.name as location_name,
               i.item_id, i.sku, i.name as item_name, i.unit, t.reason, t.opened_at_ms, l.on_hand
        from counting_task t
        join bin b using (tenant_id, site_id, bin_id)
        join item i on i.tenant_id = b.tenant_id and i.item_id = b.item_id
        join storage_location loc
          on loc.tenant_id = b.tenant_id and loc.site_id = b.site_id and loc.location_id = b.location_id
        left join stock_level l
          on l.tenant_id = b.tenant_id and l.site_id = b.site_id and l.bin_id = b.bin_id
        where ${sql.join(conditions, sql` and `)}
        order by t.opened_at_ms, t.task_id
        limit ${query.limit + 1}`.execute(tx),
    );
    return pageOf(rows, query.limit, { item: toTask, key: (row) => [row.opened_at_ms, row.task_id] });
  }
}

function toTask(row: Row): CountingTask {
  return {
    taskId: row.task_id,
    siteId: row.site_id,
    binId: row.bin_id,
    binName: row.bin_name,
    locationName: row.location_name,
    item: { itemId: row.item_id, sku: row.sku, name: row.item_name, unit: row.unit },
    reason: row.reason,
    openedAtMs: row.opened_at_ms,
    onHand: row.on_hand,
  };
}
