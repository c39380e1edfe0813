import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';

interface Bin {
  siteId: string;
  binId: string;
}

interface Place {
  bin_id: string;
  item_id: string;
  snoozed_until_ms: number | null;
}

/**
 * A person lets a bin rest: nothing is ordered for it until a date. A snooze is a decision on the bin's episode; where
 * there is no need yet, it opens one, which ends by itself after the snooze if nothing is needed then.
 */
@Injectable()
export class Snoozes {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
  ) {}

  get nowMs(): number {
    return this.clock();
  }

  /** @returns false if there is no such bin */
  async set(tenantId: string, bin: Bin, wish: { untilMs: number; reason: string }, by: string): Promise<boolean> {
    return this.#change(tenantId, bin, async (tx, place) => {
      const snooze = { snoozed_until_ms: wish.untilMs, snoozed_by: by, snoozed_because: wish.reason };
      await tx
        .insertInto('episode')
        .values({
          tenant_id: tenantId,
          site_id: bin.siteId,
          bin_id: place.bin_id,
          item_id: place.item_id,
          opened_at_ms: this.clock(),
          opened_because: `snoozed: ${wish.reason}`,
          ...snooze,
        })
        .onConflict((oc) =>
          oc
            .columns(['tenant_id', 'site_id', 'bin_id', 'item_id'])
            .where('closed_at_ms', 'is', null)
            .doUpdateSet(snooze),
        )
        .execute();
      const after = { untilMs: wish.untilMs, reason: wish.reason };
      await this.#write(tx, tenantId, bin, place, { actor: by, what: 'BinSnoozed', after });
    });
  }

  /** @returns false if there is no such bin */
  async end(tenantId: string, bin: Bin, by: string): Promise<boolean> {
    return this.#change(tenantId, bin, async (tx, place) => {
      if (place.snoozed_until_ms === null) return;
      await tx
        .updateTable('episode')
        .set({ snoozed_until_ms: null, snoozed_by: null, snoozed_because: null })
        .where('tenant_id', '=', tenantId)
        .where('site_id', '=', bin.siteId)
        .where('bin_id', '=', place.bin_id)
        .where('item_id', '=', place.item_id)
        .where('closed_at_ms', 'is', null)
        .execute();
      await this.#write(tx, tenantId, bin, place, { actor: by, what: 'SnoozeEnded', after: null });
    });
  }

  async #change(tenantId: string, bin: Bin, change: (tx: Tx, place: Place) => Promise<void>): Promise<boolean> {
    const place = await withTenant(this.db, tenantId, async (tx) => {
      const found = await lockPlace(tx, tenantId, bin);
      if (found) await change(tx, found);
      return found;
    });
    if (!place) return false;
    this.touched.touch({ tenantId, siteId: bin.siteId }, [place.bin_id]);
    return true;
  }

  async #write(
    tx: Tx,
    tenantId: string,
    bin: Bin,
    place: Place,
    { actor, what, after }: { actor: string; what: string; after: object | null },
  ): Promise<void> {
    const before = place.snoozed_until_ms === null ? null : { untilMs: place.snoozed_until_ms };
    const id = `${bin.siteId}/${place.bin_id}`;
    await writeChange(tx, { tenantId, actor, what, id, before, after, atMs: this.clock() });
  }
}

/** Under the lock that every decision about the bin takes; of bins that hold one stock, the one that is decided about. */
async function lockPlace(tx: Tx, tenantId: string, { siteId, binId }: Bin): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    select il.bin_id, il.item_id,
           (select e.snoozed_until_ms from episode e
            where e.tenant_id = il.tenant_id and e.site_id = il.site_id and e.bin_id = il.bin_id
              and e.item_id = il.item_id and e.closed_at_ms is null) as snoozed_until_ms
    from bin b
    join item_location il on il.tenant_id = b.tenant_id and il.site_id = b.site_id
      and il.bin_id = coalesce(b.primary_bin_id, b.bin_id)
    where b.tenant_id = ${tenantId} and b.site_id = ${siteId} and b.bin_id = ${binId}
    for update of il`.execute(tx);
  return rows[0];
}
