import { Inject, Injectable } from '@nestjs/common';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';

/** How long a session that was ended on another replica may still be believed here. */
const KNOWN_FOR_MS = 5_000;
const KNOWN_MAX = 10_000;

interface Known {
  readAtMs: number;
  /** null: may not sign in any more. */
  session: { number: number; passwordTemporary: boolean } | null;
}

export type SessionState = 'ended' | 'password-temporary' | 'good';

/**
 * Whether a session still holds: a token is good for hours, but a person who is disabled, or whose role or password
 * changed, is out at once. Sessions carry the number that their user had then; each such change counts it up.
 */
@Injectable()
export class SessionWatch {
  readonly #known = new Map<string, Known>();

  constructor(@Inject(DATABASE) private readonly db: Db) {}

  async stateOf(userId: string, sessionNumber: number, nowMs: number): Promise<SessionState> {
    const session = await this.#read(userId, nowMs);
    if (session === null || session.number !== sessionNumber) return 'ended';
    return session.passwordTemporary ? 'password-temporary' : 'good';
  }

  /** Something about the user changed here. */
  forget(userId: string): void {
    this.#known.delete(userId);
  }

  async #read(userId: string, nowMs: number): Promise<Known['session']> {
    const known = this.#known.get(userId);
    if (known && nowMs - known.readAtMs < KNOWN_FOR_MS) return known.session;
    // As the owner of the tables: who asks is not known yet to belong to any tenant.
    const row = await this.db
      .selectFrom('app_user')
      .select(['session_number as number', 'password_temporary as passwordTemporary'])
      .where('user_id', '=', userId)
      .where('disabled_at_ms', 'is', null)
      .executeTakeFirst();
    const session = row ?? null;
    this.#known.delete(userId);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(userId, { readAtMs: nowMs, session });
    return session;
  }
}
