import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';

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
}

/** The gateways that may sign in at the central broker. The broker's files follow within seconds (`BrokerAccess`). */
@Injectable()
export class GatewayStore {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async list(tenantId: string): Promise<KnownGateway[]> {
    const rows = await withTenant(this.db, tenantId, (tx) =>
      tx
        .selectFrom('gateway')
        .select(['tenant_id', 'site_id', 'gateway_id', 'password_set_at_ms'])
        .where('tenant_id', '=', tenantId)
        .orderBy('site_id')
        .orderBy('gateway_id')
        .execute(),
    );
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      siteId: row.site_id,
      gatewayId: row.gateway_id,
      passwordSetAtMs: row.password_set_at_ms,
    }));
  }

  /**
   * Gives the gateway a new password, and makes it known if it was not; the one before ends with the broker's reload.
   * @returns the password, which is kept nowhere; undefined if there is no such site
   */
  async issueLogin(key: GatewayKey, nowMs: number): Promise<{ username: string; password: string } | undefined> {
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
      return { username: brokerUsername(key), password };
    });
  }

  /** @returns false if there was none */
  async remove(key: GatewayKey): Promise<boolean> {
    const result = await withTenant(this.db, key.tenantId, (tx) =>
      tx
        .deleteFrom('gateway')
        .where('tenant_id', '=', key.tenantId)
        .where('site_id', '=', key.siteId)
        .where('gateway_id', '=', key.gatewayId)
        .executeTakeFirst(),
    );
    return result.numDeletedRows > 0n;
  }
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
