import { Inject, Injectable } from '@nestjs/common';
import type { ParkedGroup, SettleParked } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { ParkedReadings } from './parked-readings.ts';

const GROUPS_MAX = 200;
/** So many readings are accounted in one request; who asked asks again for the rest. */
const REPLAYED_AT_ONCE = 500;

type GroupKey = Omit<SettleParked, 'action'>;

/** Parked readings as a person thinks of them: by device and reason, not one by one. */
@Injectable()
export class ParkedGroups {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    private readonly readings: ParkedReadings,
  ) {}

  /** The newest first. */
  async list(tenantId: string, { siteId }: { siteId?: string | undefined }): Promise<ParkedGroup[]> {
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<ParkedGroup>`
        select g.*, p.reading ->> 'detail' as detail, p.reading -> 'reading' as reading
        from (
          select site_id as "siteId", gateway_id as "gatewayId", device_id as "deviceId",
                 reading -> 'reading' ->> 'sensorId' as "sensorId", reason, count(*)::int as count,
                 min(parked_at_ms) as "firstParkedAtMs", max(parked_at_ms) as "lastParkedAtMs", max(parked_id) as newest
          from parked_reading
          where tenant_id = ${tenantId} ${siteId === undefined ? sql`` : sql`and site_id = ${siteId}`}
          group by 1, 2, 3, 4, 5
          order by max(parked_at_ms) desc limit ${GROUPS_MAX}) g
        join parked_reading p on p.parked_id = g.newest
        order by g."lastParkedAtMs" desc, g.newest desc`.execute(tx),
    );
    return rows.map((row) => ({
      siteId: row.siteId,
      gatewayId: row.gatewayId,
      deviceId: row.deviceId,
      sensorId: row.sensorId,
      reason: row.reason,
      detail: row.detail ?? '',
      reading: row.reading ?? null,
      count: row.count,
      firstParkedAtMs: row.firstParkedAtMs,
      lastParkedAtMs: row.lastParkedAtMs,
    }));
  }

  /** Every reading of the group is worth nothing. @returns how many there were */
  async discard(tenantId: string, group: GroupKey): Promise<number> {
    const deleted = await withTenant(this.db, tenantId, (tx) =>
      tx.deleteFrom('parked_reading').where(inGroup(tenantId, group)).executeTakeFirst(),
    );
    return Number(deleted.numDeletedRows);
  }

  /** Accounts them, the oldest first. The first that still cannot be stops it: the next would not either. */
  async replay(tenantId: string, group: GroupKey): Promise<{ settled: number; remaining: number; detail: string }> {
    const rows = await withTenant(this.db, tenantId, (tx) =>
      tx
        .selectFrom('parked_reading')
        .select('parked_id')
        .where(inGroup(tenantId, group))
        .orderBy('parked_id')
        .limit(REPLAYED_AT_ONCE)
        .execute(),
    );
    let settled = 0;
    let detail = '';
    for (const row of rows) {
      const replayed = await this.readings.replay(tenantId, String(row.parked_id));
      if (replayed?.outcome === 'parked') {
        detail = replayed.detail;
        break;
      }
      settled += 1;
    }
    const remaining = await withTenant(this.db, tenantId, (tx) =>
      tx
        .selectFrom('parked_reading')
        .select(sql<number>`count(*)::int`.as('count'))
        .where(inGroup(tenantId, group))
        .executeTakeFirstOrThrow(),
    );
    return { settled, remaining: remaining.count, detail };
  }
}

function inGroup(tenantId: string, group: GroupKey) {
  return sql<boolean>`tenant_id = ${tenantId} and site_id = ${group.siteId} and gateway_id = ${group.gatewayId}
    and device_id is not distinct from ${group.deviceId}::text and reason = ${group.reason}
    and reading -> 'reading' ->> 'sensorId' is not distinct from ${group.sensorId}::text`;
}
