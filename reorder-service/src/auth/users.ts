import { Inject, Injectable } from '@nestjs/common';
import type { CurrentUser } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';

export type User = CurrentUser;

/** An administrator made it, and somebody may have seen it: it opens nothing after that. */
export const TEMPORARY_PASSWORD_MS = 7 * 86_400_000;

export interface UserWithHash extends User {
  passwordHash: string;
  sessionNumber: number;
  /** A temporary password was not used in time. */
  passwordExpiresAtMs: number | null;
  disabled: boolean;
}

/**
 * The people who may sign in. Reads over all tenants, as the owner of the tables: who signs in has no tenant yet. An
 * email belongs to one tenant.
 */
@Injectable()
export class Users {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  /** @returns one who was disabled too */
  async findByEmail(email: string): Promise<UserWithHash | undefined> {
    const row = await this.db
      .selectFrom('app_user')
      .selectAll()
      .where(sql`lower(email)`, '=', email.toLowerCase())
      .executeTakeFirst();
    return (
      row && {
        ...toUser(row),
        passwordHash: row.password_hash,
        sessionNumber: row.session_number,
        passwordExpiresAtMs: row.password_temporary ? (row.password_set_at_ms ?? 0) + TEMPORARY_PASSWORD_MS : null,
        disabled: row.disabled_at_ms !== null,
      }
    );
  }

  /** @returns undefined too for a user who was disabled after signing in */
  async findById(userId: string): Promise<User | undefined> {
    const row = await this.db
      .selectFrom('app_user')
      .selectAll()
      .where('user_id', '=', userId)
      .where('disabled_at_ms', 'is', null)
      .executeTakeFirst();
    return row && toUser(row);
  }

  async exist(): Promise<boolean> {
    return (await this.db.selectFrom('app_user').select('user_id').limit(1).executeTakeFirst()) !== undefined;
  }

  async add(
    user: Omit<User, 'userId' | 'passwordTemporary'> & { passwordHash: string; createdAtMs: number },
  ): Promise<User> {
    const row = await this.db
      .insertInto('app_user')
      .values({
        tenant_id: user.tenantId,
        email: user.email,
        display_name: user.displayName,
        password_hash: user.passwordHash,
        role: user.role,
        supplier_id: user.supplierId,
        created_at_ms: user.createdAtMs,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toUser(row);
  }

  /** By whoever knows it from now on; ends every session. */
  async setPasswordHash(userId: string, passwordHash: string, nowMs: number): Promise<void> {
    await this.db
      .updateTable('app_user')
      .set((eb) => ({
        password_hash: passwordHash,
        password_temporary: false,
        password_set_at_ms: nowMs,
        session_number: eb('session_number', '+', 1),
      }))
      .where('user_id', '=', userId)
      .execute();
  }
}

function toUser(row: {
  user_id: string;
  email: string;
  display_name: string;
  role: User['role'];
  tenant_id: string;
  supplier_id: string | null;
  password_temporary: boolean;
}): User {
  return {
    userId: row.user_id,
    email: row.email,
    displayName: row.display_name,
    role: row.role,
    tenantId: row.tenant_id,
    supplierId: row.supplier_id,
    passwordTemporary: row.password_temporary,
  };
}
