import { randomInt } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { ChangePerson, InvitePerson, Person } from '@shelfwire/contract/api';

import { writeChange } from '../audit/write-change.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { hashPassword } from './password.ts';
import type { UserPrincipal } from './principal.ts';
import { SessionWatch } from './session-watch.ts';
import { TEMPORARY_PASSWORD_MS } from './users.ts';

/** Read aloud on the phone or copied from a screen: without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_CHARACTERS = 4;

type Refused = { ok: false; code: 'NOT_FOUND' | 'EMAIL_TAKEN' | 'PERSON_CHANGE_REFUSED'; detail: string };
export type IssuedPassword = { ok: true; person: Person; temporaryPassword: string; expiresAtMs: number };

/** The people of one tenant, as its administrators manage them. Everything they change is in the audit trail. */
@Injectable()
export class People {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sessions: SessionWatch,
  ) {}

  async list(tenantId: string): Promise<Person[]> {
    return withTenant(this.db, tenantId, async (tx) => {
      const rows = await select(tx, tenantId).orderBy('u.display_name').orderBy('u.email').execute();
      return rows.map(toPerson);
    });
  }

  async invite(by: UserPrincipal, wish: InvitePerson): Promise<IssuedPassword | Refused> {
    const { tenantId } = by;
    const temporaryPassword = makeTemporaryPassword();
    const passwordHash = await hashPassword(temporaryPassword);
    const nowMs = this.clock();
    return withTenant(this.db, tenantId, async (tx) => {
      if (wish.supplierId !== null && !(await supplierExists(tx, tenantId, wish.supplierId)))
        return noSupplier(wish.supplierId);
      const added = await tx
        .insertInto('app_user')
        .values({
          tenant_id: tenantId,
          email: wish.email.toLowerCase(),
          display_name: wish.displayName,
          role: wish.role,
          supplier_id: wish.supplierId,
          password_hash: passwordHash,
          password_temporary: true,
          password_set_at_ms: nowMs,
          created_at_ms: nowMs,
        })
        .onConflict((oc) => oc.doNothing())
        .returning('user_id')
        .executeTakeFirst();
      if (!added) return { ok: false, code: 'EMAIL_TAKEN', detail: `${wish.email} can sign in already` };
      const { email, displayName, role, supplierId } = wish;
      await this.#write(tx, by, 'PersonInvited', {
        id: added.user_id,
        before: null,
        after: { email, displayName, role, supplierId },
      });
      return issued(await personOf(tx, tenantId, added.user_id), temporaryPassword, nowMs);
    });
  }

  async change(by: UserPrincipal, userId: string, wish: ChangePerson): Promise<{ ok: true; person: Person } | Refused> {
    const { tenantId } = by;
    const nowMs = this.clock();
    const result = await withTenant(this.db, tenantId, async (tx): Promise<{ ok: true; person: Person } | Refused> => {
      const before = await personOf(tx, tenantId, userId);
      if (!before) return nobody();
      const disabled = wish.disabled ?? before.disabledAtMs !== null;
      const role = wish.role ?? before.role;
      const loses = disabled || role !== 'admin';
      // Whoever takes the last key away locks everybody out; another administrator must do it to them.
      if (userId === by.userId && loses) {
        const detail = 'You cannot disable yourself or give up being an administrator: ask another one';
        return { ok: false, code: 'PERSON_CHANGE_REFUSED', detail };
      }
      const supplierId = wish.role === undefined ? before.supplierId : (wish.supplierId ?? null);
      if (supplierId !== null && !(await supplierExists(tx, tenantId, supplierId))) return noSupplier(supplierId);
      const ends =
        disabled !== (before.disabledAtMs !== null) || role !== before.role || supplierId !== before.supplierId;
      await tx
        .updateTable('app_user')
        .set((eb) => ({
          display_name: wish.displayName ?? before.displayName,
          role,
          supplier_id: supplierId,
          disabled_at_ms: disabled ? (before.disabledAtMs ?? nowMs) : null,
          session_number: ends ? eb('session_number', '+', 1) : eb.ref('session_number'),
        }))
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .execute();
      const person = await personOf(tx, tenantId, userId);
      if (!person) return nobody();
      await this.#write(tx, by, whatOf(before, person), { id: userId, before: shown(before), after: shown(person) });
      return { ok: true, person };
    });
    this.sessions.forget(userId);
    return result;
  }

  async resetPassword(by: UserPrincipal, userId: string): Promise<IssuedPassword | Refused> {
    const { tenantId } = by;
    const temporaryPassword = makeTemporaryPassword();
    const passwordHash = await hashPassword(temporaryPassword);
    const nowMs = this.clock();
    const result = await withTenant(this.db, tenantId, async (tx): Promise<IssuedPassword | Refused> => {
      const updated = await tx
        .updateTable('app_user')
        .set((eb) => ({
          password_hash: passwordHash,
          password_temporary: true,
          password_set_at_ms: nowMs,
          session_number: eb('session_number', '+', 1),
        }))
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n) return nobody();
      await this.#write(tx, by, 'PasswordReset', { id: userId, before: null, after: null });
      return issued(await personOf(tx, tenantId, userId), temporaryPassword, nowMs);
    });
    this.sessions.forget(userId);
    return result;
  }

  async #write(
    tx: Tx,
    by: UserPrincipal,
    what: string,
    of: { id: string; before: unknown; after: unknown },
  ): Promise<void> {
    await writeChange(tx, { tenantId: by.tenantId, actor: by.email, what, ...of, atMs: this.clock() });
  }
}

function makeTemporaryPassword(): string {
  const group = (): string =>
    Array.from({ length: GROUP_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

function issued(person: Person | undefined, temporaryPassword: string, nowMs: number): IssuedPassword | Refused {
  return person ? { ok: true, person, temporaryPassword, expiresAtMs: nowMs + TEMPORARY_PASSWORD_MS } : nobody();
}

function nobody(): Refused {
  return { ok: false, code: 'NOT_FOUND', detail: 'There is no such person' };
}

function noSupplier(supplierId: string): Refused {
  return { ok: false, code: 'NOT_FOUND', detail: `There is no supplier ${supplierId}` };
}

function whatOf(before: Person, after: Person): string {
  if ((before.disabledAtMs === null) !== (after.disabledAtMs === null)) {
    return after.disabledAtMs === null ? 'PersonEnabled' : 'PersonDisabled';
  }
  return 'PersonChanged';
}

function shown({ email, displayName, role, supplierId, disabledAtMs }: Person): object {
  return { email, displayName, role, supplierId, disabled: disabledAtMs !== null };
}

async function supplierExists(tx: Tx, tenantId: string, supplierId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('supplier')
    .select('supplier_id')
    .where('tenant_id', '=', tenantId)
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return row !== undefined;
}

function select(tx: Tx, tenantId: string) {
  return tx
    .selectFrom('app_user as u')
    .select(['u.user_id', 'u.email', 'u.display_name', 'u.role', 'u.supplier_id', 'u.created_at_ms'])
    .select(['u.last_sign_in_at_ms', 'u.password_temporary', 'u.disabled_at_ms'])
    .where('u.tenant_id', '=', tenantId);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

async function personOf(tx: Tx, tenantId: string, userId: string): Promise<Person | undefined> {
  const row = await select(tx, tenantId).where('u.user_id', '=', userId).executeTakeFirst();
  return row && toPerson(row);
}

function toPerson(row: Row): Person {
  return {
    userId: row.user_id,
    email: row.email,
    displayName: row.display_name,
    role: row.role,
    supplierId: row.supplier_id,
    createdAtMs: row.created_at_ms,
    lastSignInAtMs: row.last_sign_in_at_ms,
    passwordTemporary: row.password_temporary,
    disabledAtMs: row.disabled_at_ms,
  };
}
