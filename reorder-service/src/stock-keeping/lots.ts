import { randomUUID } from 'node:crypto';

import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Lot } from '@shelfwire/contract/api';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';
import type { Subscription } from 'rxjs';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { pageOf, readCursor, type Page } from '../database/page.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import type { SiteAddress } from '../stock/site-memory.ts';
import { projectBin, recordLots } from './lot-store.ts';
import { namesOf, type Names } from './names.ts';

const INTERVAL_MS = 5_000;
/** Time alone makes lots expire, and a crash leaves some unprojected: all are looked at so often. */
const ALL_INTERVAL_MS = 15 * 60_000;
const EXPIRING_WITHIN_MS = 30 * 86_400_000;

interface Row {
  lot_id: string;
  site_id: string;
  bin_id: string;
  item_id: string;
  lot_number: string;
  expires_at_ms: number | null;
  received_at_ms: number;
  received_quantity: number;
  remaining_quantity: number;
  source: Lot['source'];
  used_up_at_ms: number | null;
}

/** Lots in bins: told when goods are received, worked out from the movements ever after. */
@Injectable()
export class Lots implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #touched = new Map<string, { site: SiteAddress; binIds: Set<string> }>();
  readonly #touches: Subscription;
  readonly #job: PeriodicJob;
  #allAtMs = 0;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly touched: TouchedBins,
  ) {
    this.#touches = touched.touches.subscribe(({ tenantId, siteId, binIds }) =>
      this.#note({ tenantId, siteId }, binIds),
    );
    this.#job = new PeriodicJob({
      intervalMs: INTERVAL_MS,
      work: () => this.project(),
      onError: (error) => logger.warn({ err: error }, 'lots cannot be worked out now'),
    });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#touches.unsubscribe();
    await this.#job.stop();
  }

  /** @returns undefined if there is no such bin */
  async record(
    tenantId: string,
    at: { siteId: string; binId: string },
    lot: {
      lotNumber: string;
      quantity: number;
      expiresAtMs?: number | undefined;
      receivedAtMs?: number | undefined;
      epcs?: string[] | undefined;
    },
    by: string,
  ): Promise<Lot | undefined> {
    const site = { tenantId, siteId: at.siteId };
    const nowMs = this.clock();
    const reference = randomUUID();
    const recorded = await withTenant(this.db, tenantId, async (tx) => {
      const bin = await tx
        .selectFrom('bin')
        .select('item_id')
        .where('site_id', '=', at.siteId)
        .where('bin_id', '=', at.binId)
        .executeTakeFirst();
      if (!bin) return undefined;
      const source = { source: 'manual' as const, reference, by };
      const received = { receivedAtMs: lot.receivedAtMs ?? nowMs, binId: at.binId, itemId: bin.item_id };
      await recordLots(tx, site, [{ ...lot, ...received, ...source }]);
      const row = await tx
        .selectFrom('stock_lot')
        .selectAll()
        .where('reference', '=', reference)
        .executeTakeFirstOrThrow();
      return toLot(row, (await namesOf(tx, tenantId, [row]))(row), nowMs);
    });
    if (recorded) this.touched.touch(site, [at.binId]);
    return recorded;
  }

  async ofBin(tenantId: string, at: { siteId: string; binId: string }): Promise<Lot[]> {
    return withTenant(this.db, tenantId, async (tx) => {
      await projectBin(tx, { tenantId, siteId: at.siteId }, at.binId);
      const rows = await tx
        .selectFrom('stock_lot')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('site_id', '=', at.siteId)
        .where('bin_id', '=', at.binId)
        .orderBy(sql`used_up_at_ms is not null`)
        .orderBy(sql`expires_at_ms nulls last`)
        .limit(500)
        .execute();
      const names = await namesOf(tx, tenantId, rows);
      return rows.map((row) => toLot(row, names(row), this.clock()));
    });
  }

  /** What is left of lots that are expired or will be within so many days. @throws ShelfwireError CURSOR_INVALID */
  async expiring(
    tenantId: string,
    query: { siteId?: string | undefined; days: number; cursor?: string | undefined; limit: number },
  ): Promise<Page<Lot>> {
    const nowMs = this.clock();
    return withTenant(this.db, tenantId, async (tx) => {
      let select = tx
        .selectFrom('stock_lot')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('used_up_at_ms', 'is', null)
        .where('remaining_quantity', '>', 0)
        .where('expires_at_ms', '<=', nowMs + query.days * 86_400_000);
      if (query.siteId !== undefined) select = select.where('site_id', '=', query.siteId);
      if (query.cursor !== undefined) {
        const [expiresAtMs, lotId] = readCursor(query.cursor, 2);
        select = select.where(sql<boolean>`(expires_at_ms, lot_id) > (${expiresAtMs}::bigint, ${lotId}::uuid)`);
      }
      const rows = await select
        .orderBy('expires_at_ms')
        .orderBy('lot_id')
        .limit(query.limit + 1)
        .execute();
      const names = await namesOf(tx, tenantId, rows);
      return pageOf(rows, query.limit, {
        item: (row) => toLot(row, names(row), nowMs),
        key: (row) => [row.expires_at_ms ?? 0, row.lot_id],
      });
    });
  }

  /** Works out the lots of bins that changed since, and now and then of all. */
  async project(): Promise<void> {
    const nowMs = this.clock();
    if (nowMs - this.#allAtMs >= ALL_INTERVAL_MS) {
      await this.#noteAll();
      await this.#gauge(nowMs);
      this.#allAtMs = nowMs;
    }
    for (const [key, { site, binIds }] of this.#touched) {
      this.#touched.delete(key);
      const held = await withTenant(this.db, site.tenantId, (tx) =>
        tx
          .selectFrom('stock_lot')
          .select('bin_id')
          .distinct()
          .where('tenant_id', '=', site.tenantId)
          .where('site_id', '=', site.siteId)
          .where('used_up_at_ms', 'is', null)
          .where('bin_id', 'in', [...binIds])
          .execute(),
      );
      for (const { bin_id: binId } of held) {
        const changed = await withTenant(this.db, site.tenantId, (tx) => projectBin(tx, site, binId));
        if (changed) this.touched.touch(site, [binId]);
      }
    }
  }

  #note(site: SiteAddress, binIds: readonly string[]): void {
    if (binIds.length === 0) return;
    const key = `${site.tenantId}/${site.siteId}`;
    const touched = this.#touched.get(key) ?? { site, binIds: new Set<string>() };
    for (const binId of binIds) touched.binIds.add(binId);
    this.#touched.set(key, touched);
  }

  async #noteAll(): Promise<void> {
    const rows = await this.db
      .selectFrom('stock_lot')
      .select(['tenant_id', 'site_id', 'bin_id'])
      .distinct()
      .where('used_up_at_ms', 'is', null)
      .execute();
    for (const row of rows) {
      // Touched, and not only noted: what has expired meanwhile may have to be ordered.
      this.touched.touch({ tenantId: row.tenant_id, siteId: row.site_id }, [row.bin_id]);
    }
  }

  async #gauge(nowMs: number): Promise<void> {
    const { rows } = await sql<{ expired: number; expiring: number }>`
      select count(*) filter (where expires_at_ms <= ${nowMs}) as expired,
             count(*) filter (where expires_at_ms > ${nowMs}) as expiring
      from stock_lot
      where used_up_at_ms is null and remaining_quantity > 0 and expires_at_ms <= ${nowMs + EXPIRING_WITHIN_MS}`.execute(
      this.db,
    );
    const gauge = this.metrics.gauge('shelfwire_reorder_lots');
    gauge.set({ state: 'expired' }, rows[0]?.expired ?? 0);
    gauge.set({ state: 'expiring' }, rows[0]?.expiring ?? 0);
  }
}

function toLot(row: Row, { binName, itemName, unit }: Names, nowMs: number): Lot {
  return {
    lotId: row.lot_id,
    siteId: row.site_id,
    binId: row.bin_id,
    binName,
    itemId: row.item_id,
    itemName,
    unit,
    lotNumber: row.lot_number,
    expiresAtMs: row.expires_at_ms,
    receivedAtMs: row.received_at_ms,
    receivedQuantity: row.received_quantity,
    remainingQuantity: row.remaining_quantity,
    source: row.source,
    state: stateOf(row, nowMs),
  };
}

function stateOf({ used_up_at_ms: usedUpAtMs, expires_at_ms: expiresAtMs }: Row, nowMs: number): Lot['state'] {
  if (usedUpAtMs !== null) return 'used-up';
  if (expiresAtMs === null || expiresAtMs > nowMs + EXPIRING_WITHIN_MS) return 'usable';
  return expiresAtMs <= nowMs ? 'expired' : 'expiring';
}
