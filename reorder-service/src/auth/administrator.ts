import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ShelfwireError } from '@shelfwire/contract';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { Users } from './users.ts';

const FALLBACK_TENANT = { tenant_id: 'main', name: 'Main' };

/**
 * Sees at each start that the administrator of the settings can sign in: makes them, or gives them the password that the
 * settings hold now. Without those settings and without any user nobody can sign in; the log says so.
 */
@Injectable()
export class Administrator implements OnApplicationBootstrap {
  constructor(
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
    @Inject(DATABASE) private readonly db: Db,
    private readonly users: Users,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminEmail, adminPassword, logger } = this.options;
    if (adminEmail === undefined && adminPassword === undefined) {
      if (!(await this.users.exist())) {
        logger.warn('nobody can sign in: set SHELFWIRE_ADMIN_EMAIL and SHELFWIRE_ADMIN_PASSWORD and start again');
      }
      return;
    }
    if (adminEmail === undefined || adminPassword === undefined) {
      throw new ShelfwireError(
        'ADMIN_INCOMPLETE',
        'Set both SHELFWIRE_ADMIN_EMAIL and SHELFWIRE_ADMIN_PASSWORD, or neither',
      );
    }
    await this.#ensure(adminEmail, adminPassword);
  }

  async #ensure(email: string, password: string): Promise<void> {
    const { logger, adminTenant } = this.options;
    const known = await this.users.findByEmail(email);
    if (known && adminTenant !== undefined && known.tenantId !== adminTenant) {
      throw new ShelfwireError(
        'ADMIN_TENANT_UNKNOWN',
        `${email} is somebody of the tenant ${known.tenantId}, not of ${adminTenant} (SHELFWIRE_ADMIN_TENANT)`,
      );
    }
    if (!known) {
      await this.users.add({
        tenantId: adminTenant === undefined ? await this.#firstTenant() : await this.#existing(adminTenant),
        email,
        displayName: 'Administrator',
        role: 'admin',
        supplierId: null,
        passwordHash: await hashPassword(password),
        createdAtMs: Date.now(),
      });
      logger.info({ email }, 'administrator made');
    } else if (!(await verifyPassword(password, known.passwordHash))) {
      await this.users.setPasswordHash(known.userId, await hashPassword(password), Date.now());
      logger.info({ email }, 'administrator given the password of the settings');
    }
  }

  async #existing(tenantId: string): Promise<string> {
    const tenant = await this.db
      .selectFrom('tenant')
      .select('tenant_id')
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst();
    if (tenant) return tenant.tenant_id;
    throw new ShelfwireError('ADMIN_TENANT_UNKNOWN', `There is no tenant ${tenantId} (SHELFWIRE_ADMIN_TENANT)`);
  }

  /** By its id; an empty database gets one. */
  async #firstTenant(): Promise<string> {
    const first = await this.db.selectFrom('tenant').select('tenant_id').orderBy('tenant_id').executeTakeFirst();
    if (first) return first.tenant_id;
    await this.db
      .insertInto('tenant')
      .values(FALLBACK_TENANT)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return FALLBACK_TENANT.tenant_id;
  }
}
