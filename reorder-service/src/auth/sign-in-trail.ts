import { Inject, Injectable } from '@nestjs/common';

import { writeEvent } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';

interface Attempt {
  tenantId: string;
  userId: string;
  email: string;
  address: string;
  atMs: number;
}

/**
 * Sign-ins, good and bad, in the audit trail of the tenant whose user it is; who is nobody's user has no trail, and is
 * counted by the limiter only. Written beside the answer, so that its time does not tell which emails exist.
 */
@Injectable()
export class SignInTrail {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  succeeded(attempt: Attempt): void {
    this.#write(attempt, 'SignedIn', {});
  }

  failed(attempt: Attempt, because: string): void {
    this.#write(attempt, 'SignInFailed', { because });
  }

  passwordChanged(attempt: Attempt): void {
    this.#write(attempt, 'PasswordChanged', {});
  }

  #write({ tenantId, userId, email, address, atMs }: Attempt, what: string, more: object): void {
    withTenant(this.db, tenantId, async (tx) => {
      await writeEvent(tx, { tenantId, actor: email, what, id: userId, details: { address, ...more }, atMs });
      if (what !== 'SignedIn') return;
      await tx.updateTable('app_user').set({ last_sign_in_at_ms: atMs }).where('user_id', '=', userId).execute();
    }).catch((error: unknown) => this.options.logger.warn({ err: error, what, userId }, 'not in the audit trail'));
  }
}
