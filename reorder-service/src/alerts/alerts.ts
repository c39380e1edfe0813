import { Inject, Injectable } from '@nestjs/common';
import type { Alert } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';

/** What people see of alerts. */
@Injectable()
export class Alerts {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first. @throws ShelfwireError CURSOR_INVALID */
  list(
    tenantId: string,
    query: { siteId?: string | undefined; open: boolean; cursor?: string | undefined; limit: number },
  ): Promise<Page<Alert>> {
    return withTenant(this.db, tenantId, async (tx) => {
      let select = alertRows(tx, tenantId).where('resolved_at_ms', query.open ? 'is' : 'is not', null);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.cursor !== undefined) {
        const [atMs, alertId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(raised_at_ms, alert_id) < (${atMs}::bigint, ${alertId}::uuid)`);
      }
      const rows = await select.limit(query.limit + 1).execute();
      return pageOf(rows, query.limit, { item: toAlert, key: (row) => [row.raised_at_ms, row.alert_id] });
    });
  }

  /** @returns undefined if there is no such alert */
  acknowledge(tenantId: string, alertId: string, by: string): Promise<Alert | undefined> {
    return withTenant(this.db, tenantId, async (tx) => {
      await tx
        .updateTable('alert')
        .set({ acknowledged_at_ms: this.clock(), acknowledged_by: by })
        .where('tenant_id', '=', tenantId)
        .where('alert_id', '=', alertId)
        .where('acknowledged_at_ms', 'is', null)
        .execute();
      const row = await alertRows(tx, tenantId).where('alert_id', '=', alertId).executeTakeFirst();
      return row && toAlert(row);
    });
  }
}

function alertRows(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('alert')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('raised_at_ms', 'desc')
    .orderBy('alert_id', 'desc');
}

function toAlert(row: Awaited<ReturnType<ReturnType<typeof alertRows>['executeTakeFirstOrThrow']>>): Alert {
  return {
    alertId: row.alert_id,
    siteId: row.site_id,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    detail: row.detail,
    orderId: row.order_id,
    binId: row.bin_id,
    raisedAtMs: row.raised_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    occurrences: row.occurrences,
    escalationLevel: row.escalation_level,
    acknowledgedAtMs: row.acknowledged_at_ms,
    acknowledgedBy: row.acknowledged_by,
    resolvedAtMs: row.resolved_at_ms,
  };
}
