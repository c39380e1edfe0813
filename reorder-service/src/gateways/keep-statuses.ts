import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from '@shelfwire/contract/service';
import { sql } from 'kysely';
import { concatMap, type Subscription } from 'rxjs';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { GatewayStatuses, type HeardStatus } from '../mqtt/gateway-statuses.ts';
import { CLOCK, LOGGER, type Clock } from '../runtime/runtime.module.ts';

/** Keeps what each gateway said last. Every replica may: they hear the same. */
@Injectable()
export class KeepStatuses implements OnModuleInit, BeforeApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    private readonly statuses: GatewayStatuses,
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    // One after the other, or an older word could overtake a newer one.
    this.#subscription = this.statuses.heard.pipe(concatMap((heard) => this.#keep(heard))).subscribe();
  }

  beforeApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }

  async #keep(heard: HeardStatus): Promise<void> {
    try {
      await keepStatus(this.db, heard, this.clock());
    } catch (error) {
      this.logger.warn({ err: error, gatewayId: heard.status.gatewayId }, 'what a gateway said was not kept');
    }
  }
}

/**
 * A gateway that goes says no more than that, by its last will: what it said before stays beside it. Its last will was
 * written when it came, so its time says nothing about when it went; when it was last heard does.
 */
export async function keepStatus(
  db: Db,
  { tenantId, siteId, status, retained }: HeardStatus,
  nowMs: number,
): Promise<void> {
  const lastSeenAtMs = status.online ? (retained ? Math.min(status.atMs, nowMs) : nowMs) : null;
  const text = JSON.stringify(status);
  await withTenant(db, tenantId, (tx) =>
    // A site that is not ours to know has no gateways.
    sql`
      insert into gateway_status as g (tenant_id, site_id, gateway_id, online, last_seen_at_ms, status)
      select tenant_id, site_id, ${status.gatewayId}, ${status.online}, ${lastSeenAtMs}::bigint, ${text}::jsonb
      from site where tenant_id = ${tenantId} and site_id = ${siteId}
      on conflict (tenant_id, site_id, gateway_id) do update
        set online = excluded.online,
            last_seen_at_ms = greatest(g.last_seen_at_ms, excluded.last_seen_at_ms),
            status = case when excluded.online then excluded.status else g.status || excluded.status end`.execute(tx),
  );
}
