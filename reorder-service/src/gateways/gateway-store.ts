import { Inject, Injectable } from '@nestjs/common';
import { gatewayStatusSchema, type GatewayStatus } from '@shelfwire/contract';
import { sql } from 'kysely';

import { writeEvent } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import {
  brokerUsername,
  hashBrokerPassword,
  isBrokerPassword,
  makeBrokerPassword,
  type GatewayKey,
} from './broker-login.ts';

export interface KnownGateway extends GatewayKey {
  /** null: it cannot sign in. */
  passwordSetAtMs: number | null;
  /** false: it reports, and has no place in the list of those that may sign in. */
  known: boolean;
  /** What it said last, and when; null: it was never heard. */
  said: { online: boolean; lastSeenAtMs: number | null; status: GatewayStatus } | null;
}

interface Row {
  site_id: string;
  gateway_id: string;
  known: boolean;
  password_set_at_ms: number | null;
  online: boolean | null;
  last_seen_at_ms: number | null;
  status: unknown;
}

/** The gateways that may sign in at the central broker. The broker's files follow within seconds (`BrokerAccess`). */
@Injectable()
export class GatewayStore {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async list(tenantId: string): Promise<KnownGateway[]> {
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<Row>`
        select site_id, gateway_id, g.gateway_id is not null as known, g.password_set_at_ms,
               s.online, s.last_seen_at_ms, s.status
        from gateway g full join gateway_status s using (tenant_id, site_id, gateway_id)
        where tenant_id = ${tenantId}
        order by site_id, gateway_id`.execute(tx),
    );
    return rows.map((row) => toGateway(tenantId, row));
  }

  /**
   * Gives the gateway a new password, and makes it known if it was not; the one before ends with the broker's reload.
   * @param by who did it, for the audit trail
   * @returns the password, which is kept nowhere; undefined if there is no such site
   */
  async issueLogin(
    key: GatewayKey,
    nowMs: number,
    by: string,
  ): Promise<{ username: string; password: string } | undefined> {
    const password = makeBrokerPassword();
    const hash = await hashBrokerPassword(password);
    return withTenant(this.db, key.tenantId, async (tx) => {
      const site = await tx
        .selectFrom('site')
        .select('site_id')
        .where('tenant_id', '=', key.tenantId)
        .where('site_id', '=', key.siteId)
        .executeTakeFirst();
      if (!site) return undefined;
      await writeLogin(tx, key, hash, nowMs);
      await writeGatewayEvent(tx, key, { actor: by, what: 'GatewayLoginIssued', nowMs });
      return { username: brokerUsername(key), password };
    });
  }

  /** Forgets what it said, too. @returns false if there was none */
  async remove(key: GatewayKey, nowMs: number, by: string): Promise<boolean> {
    return withTenant(this.db, key.tenantId, async (tx) => {
      let removed = 0n;
      for (const table of ['gateway_status', 'gateway'] as const) {
        const result = await tx
          .deleteFrom(table)
          .where('tenant_id', '=', key.tenantId)
          .where('site_id', '=', key.siteId)
          .where('gateway_id', '=', key.gatewayId)
          .executeTakeFirst();
        removed += result.numDeletedRows;
      }
      if (removed > 0n) await writeGatewayEvent(tx, key, { actor: by, what: 'GatewayRemoved', nowMs });
      return removed > 0n;
    });
  }
}

function toGateway(tenantId: string, row: Row): KnownGateway {
  const status = gatewayStatusSchema.safeParse(row.status);
  return {
    tenantId,
    siteId: row.site_id,
    gatewayId: row.gateway_id,
    known: row.known,
    passwordSetAtMs: row.password_set_at_ms,
    said:
      row.online === null || !status.success
        ? null
        : { online: row.online, lastSeenAtMs: row.last_seen_at_ms, status: status.data },
  };
}

async function writeGatewayEvent(
  tx: Tx,
  { tenantId, siteId, gatewayId }: GatewayKey,
  { actor, what, nowMs }: { actor: string; what: string; nowMs: number },
): Promise<void> {
  await writeEvent(tx, { tenantId, actor, what, id: `${siteId}/${gatewayId}`, details: {}, atMs: nowMs });
}

/** Makes the gateway known; with a password that is not the one it has, that one from now on. */
export async function seedGateway(tx: Tx, key: GatewayKey, password: string | undefined, nowMs: number): Promise<void> {
  await tx
    .insertInto('gateway')
    .values({ tenant_id: key.tenantId, site_id: key.siteId, gateway_id: key.gatewayId })
    .onConflict((oc) => oc.doNothing())
    .execute();
  if (password === undefined) return;
  const { rows } = await sql<{ password_hash: string | null }>`
    select password_hash from gateway
    where tenant_id = ${key.tenantId} and site_id = ${key.siteId} and gateway_id = ${key.gatewayId}`.execute(tx);
  if (await isBrokerPassword(password, rows[0]?.password_hash)) return;
  await writeLogin(tx, key, await hashBrokerPassword(password), nowMs);
}

async function writeLogin(tx: Tx, key: GatewayKey, passwordHash: string, nowMs: number): Promise<void> {
  const login = { password_hash: passwordHash, password_set_at_ms: nowMs };
  await tx
    .insertInto('gateway')
    .values({ tenant_id: key.tenantId, site_id: key.siteId, gateway_id: key.gatewayId, ...login })
    .onConflict((oc) => oc.columns(['tenant_id', 'site_id', 'gateway_id']).doUpdateSet(login))
    .execute();
}
