import { Inject, Injectable } from '@nestjs/common';
import { readingSchema } from '@shelfwire/contract';
import type { ParkedReading } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';
import { StockLedger } from '../stock/stock-ledger.ts';

export interface Replayed {
  outcome: 'accounted' | 'parked';
  detail: string;
}

/** Readings that could not be accounted: seen, accounted once the catalogue is corrected, or thrown away by a person. */
@Injectable()
export class ParkedReadings {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    private readonly ledger: StockLedger,
  ) {}

  /** The newest first. @throws ShelfwireError CURSOR_INVALID */
  async list(
    tenantId: string,
    query: {
      siteId?: string | undefined;
      deviceId?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<ParkedReading>> {
    const rows = await withTenant(this.db, tenantId, (tx) => {
      let select = tx.selectFrom('parked_reading').selectAll().where('tenant_id', '=', tenantId);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.deviceId !== undefined) select = select.where('device_id', '=', query.deviceId);
      if (query.cursor !== undefined) {
        const [parkedAtMs, id] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(parked_at_ms, parked_id) < (${parkedAtMs}::bigint, ${id}::bigint)`);
      }
      return select
        .orderBy('parked_at_ms', 'desc')
        .orderBy('parked_id', 'desc')
        .limit(query.limit + 1)
        .execute();
    });
    return pageOf(rows, query.limit, {
      item: (row) => ({
        parkedId: String(row.parked_id),
        siteId: row.site_id,
        gatewayId: row.gateway_id,
        deviceId: row.device_id,
        reason: row.reason,
        detail: typeof row.reading['detail'] === 'string' ? row.reading['detail'] : '',
        parkedAtMs: row.parked_at_ms,
        reading: row.reading['reading'] ?? null,
      }),
      key: (row) => [row.parked_at_ms, row.parked_id],
    });
  }

  /**
   * Accounts it at its own time, which is where it belongs, however late. Accounted and gone from here in one
   * transaction. @returns undefined if there is no such reading (any more)
   */
  async replay(tenantId: string, parkedId: string): Promise<Replayed | undefined> {
    const row = await withTenant(this.db, tenantId, (tx) =>
      tx.selectFrom('parked_reading').selectAll().where('parked_id', '=', Number(parkedId)).executeTakeFirst(),
    );
    if (!row) return undefined;
    const reading = readingSchema.safeParse(row.reading['reading']).data;
    if (!reading) return { outcome: 'parked', detail: 'it is no reading, and cannot become one' };
    // Its own identity counts as accounted already; this one is as unique.
    const outboxId = `${row.outbox_id}#replayed`;
    const incoming = {
      gatewayId: row.gateway_id,
      outboxId,
      readings: [{ sequence: row.sequence, reading, raw: reading }],
    };
    const parked = await this.ledger.replay({ tenantId, siteId: row.site_id }, incoming, async (tx) => {
      await tx.deleteFrom('parked_reading').where('parked_id', '=', row.parked_id).execute();
    });
    return parked === undefined ? { outcome: 'accounted', detail: '' } : { outcome: 'parked', detail: parked };
  }

  async discard(tenantId: string, parkedId: string): Promise<boolean> {
    const deleted = await withTenant(this.db, tenantId, (tx) =>
      tx.deleteFrom('parked_reading').where('parked_id', '=', Number(parkedId)).executeTakeFirst(),
    );
    return deleted.numDeletedRows > 0n;
  }
}
