import { sql } from 'kysely';

import { anyOf } from '../database/any-of.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { SiteAddress } from './site-memory.ts';

/** Demand beside the policy: what is reserved and can be served from the shelf, and what cannot. */
export interface Demand {
  reserved: number;
  backordered: number;
}

/**
 * Splits open demand by what is on hand. `reserved` never exceeds the stock, so that what is available is never below
 * zero; the position is the same however it is split.
 */
export function splitDemand(open: number, onHand: number): Demand {
  const reserved = Math.min(open, Math.max(0, onHand));
  return { reserved, backordered: open - reserved };
}

/** Open demand by bin and item, always counted anew; an expired reservation is none. */
export class OpenDemand {
  readonly #sums: ReadonlyMap<string, number>;

  private constructor(sums: ReadonlyMap<string, number>) {
    this.#sums = sums;
  }

  static async of(tx: Tx, site: SiteAddress, binIds: readonly string[], nowMs: number): Promise<OpenDemand> {
    const rows = await tx
      .selectFrom('reservation')
      .select(['bin_id', 'item_id', sql<number>`sum(quantity - fulfilled_quantity)::bigint`.as('open')])
      .where('tenant_id', '=', site.tenantId)
      .where('site_id', '=', site.siteId)
      .where('status', '=', sql.lit('OPEN'))
      .where('bin_id', '=', anyOf(binIds))
      .where((eb) => eb.or([eb('expires_at_ms', 'is', null), eb('expires_at_ms', '>', nowMs)]))
      .groupBy(['bin_id', 'item_id'])
      .execute();
    return new OpenDemand(new Map(rows.map((row) => [`${row.bin_id} ${row.item_id}`, row.open])));
  }

  at(binId: string, itemId: string): number {
    return this.#sums.get(`${binId} ${itemId}`) ?? 0;
  }
}
