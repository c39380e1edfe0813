import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';

export interface AuditQuery {
  actor?: string | undefined;
  what?: string | undefined;
  subjectId?: string | undefined;
  kind?: 'changes' | 'sign-ins' | 'orders' | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  cursor?: string | undefined;
  limit: number;
}

interface Row {
  /** `change` or `order`: the two trails number their entries apart. */
  trail: string;
  id: number;
  at_ms: number;
  actor: string;
  what: string;
  subject_id: string;
  details: Record<string, unknown>;
}

export const SIGN_IN_ENTRIES = ['SignedIn', 'SignInFailed', 'PasswordChanged'] as const;

/** What people did: the trail of changes and sign-ins, and the steps of orders that a person took. Reads only. */
@Injectable()
export class AuditTrail {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** Newest first. @throws ShelfwireError CURSOR_INVALID */
  async list(tenantId: string, query: AuditQuery): Promise<Page<AuditEntry>> {
    const signIns = sql.join(SIGN_IN_ENTRIES.map((what) => sql`${what}`));
    const conditions = [sql`true`];
    if (query.actor) conditions.push(sql`actor ilike ${`%${query.actor.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`);
    if (query.what !== undefined) conditions.push(sql`what = ${query.what}`);
    if (query.subjectId !== undefined) conditions.push(sql`subject_id = ${query.subjectId}`);
    if (query.kind === 'orders') conditions.push(sql`trail = 'order'`);
    if (query.kind === 'sign-ins') conditions.push(sql`what in (${signIns})`);
    if (query.kind === 'changes') conditions.push(sql`trail = 'change' and what not in (${signIns})`);
    if (query.fromMs !== undefined) conditions.push(sql`at_ms >= ${query.fromMs}`);
    if (query.toMs !== undefined) conditions.push(sql`at_ms < ${query.toMs}`);
    if (query.cursor !== undefined) {
      const [atMs, trail, id] = readCursor(query.cursor, 3);
      conditions.push(sql`(at_ms, trail, id) < (${Number(atMs)}::bigint, ${String(trail)}, ${Number(id)}::bigint)`);
    }
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      // Only what a person did: what policies and suppliers' systems did stands with each order.
      sql<Row>`
        select * from (
          select 'change' as trail, audit_event_id as id, at_ms, actor, what, subject_id, details
          from audit_event where tenant_id = ${tenantId}
          union all
          select 'order', order_event_id, at_ms, actor, event, order_id::text,
                 coalesce(details, '{}') || jsonb_build_object('note', note, 'status', status)
          from order_event where tenant_id = ${tenantId} and position('@' in actor) > 0) trails
        where ${sql.join(conditions, sql` and `)}
        order by at_ms desc, trail desc, id desc
        limit ${query.limit + 1}`.execute(tx),
    );
    return pageOf(rows, query.limit, { item: toEntry, key: (row) => [row.at_ms, row.trail, row.id] });
  }
}

function toEntry(row: Row): AuditEntry {
  return {
    entryId: `${row.trail}-${row.id}`,
    atMs: row.at_ms,
    actor: row.actor,
    what: row.what,
    subjectId: row.subject_id,
    details: row.details,
  };
}
