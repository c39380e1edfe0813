import { Injectable } from '@nestjs/common';
import type { LoginRequest, LoginResponse } from '@shelfwire/contract/api';

import { AccessTokens } from './access-tokens.ts';
import { LoginLimiter } from './login-limiter.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { UserPrincipal } from './principal.ts';
import { SessionWatch } from './session-watch.ts';
import { SignInTrail } from './sign-in-trail.ts';
import { Users, type User, type UserWithHash } from './users.ts';

/** Checked at once at most, since each takes 32 MiB for a fifth of a second; further ones are asked to come back. */
const CHECKS_MAX = 8;
const BUSY_WAIT_MS = 1_000;
const EXPIRED = 'temporary password expired';

export type SignInResult =
  | { ok: true; response: LoginResponse }
  | { ok: false; reason: 'wrong' }
  /** The password is right, but a temporary one that was not used in time. */
  | { ok: false; reason: 'expired' }
  | { ok: false; reason: 'too-many'; waitMs: number };

type Checked = { ok: true; user: UserWithHash } | Exclude<SignInResult, { ok: true }>;

/** Signing in by email and password, slow for who guesses and silent about which emails exist. */
@Injectable()
export class SignIn {
  readonly #limiter = new LoginLimiter();
  #checks = 0;
  #decoy: Promise<string> | undefined;

  constructor(
    private readonly users: Users,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionWatch,
    private readonly trail: SignInTrail,
  ) {}

  async signIn(request: LoginRequest, address: string, nowMs: number): Promise<SignInResult> {
    const checked = await this.#check(request, address, nowMs);
    if (!checked.ok) return checked;
    const { user } = checked;
    this.trail.succeeded({ ...user, address, atMs: nowMs });
    return { ok: true, response: await this.#respond(user, user.sessionNumber) };
  }

  /** Ends every session of the person, and begins a new one. */
  async changePassword(
    person: UserPrincipal,
    passwords: { currentPassword: string; newPassword: string },
    address: string,
    nowMs: number,
  ): Promise<SignInResult> {
    const checked = await this.#check({ email: person.email, password: passwords.currentPassword }, address, nowMs);
    if (!checked.ok) return checked;
    const { user } = checked;
    await this.users.setPasswordHash(user.userId, await hashPassword(passwords.newPassword), nowMs);
    this.sessions.forget(user.userId);
    this.trail.passwordChanged({ ...user, address, atMs: nowMs });
    return { ok: true, response: await this.#respond({ ...user, passwordTemporary: false }, user.sessionNumber + 1) };
  }

  async #check({ email, password }: LoginRequest, address: string, nowMs: number): Promise<Checked> {
    const waitMs = this.#limiter.waitMs(email, address, nowMs);
    if (waitMs > 0) return { ok: false, reason: 'too-many', waitMs };
    if (this.#checks >= CHECKS_MAX) return { ok: false, reason: 'too-many', waitMs: BUSY_WAIT_MS };
    this.#limiter.begin(email, address, nowMs);
    this.#checks += 1;
    try {
      const user = await this.users.findByEmail(email);
      const matches = await verifyPassword(password, user?.passwordHash ?? (await this.#decoyHash()));
      const trouble = matches ? troubleOf(user, nowMs) : 'wrong password';
      if (user && trouble === null) {
        this.#limiter.succeeded(email, address);
        return { ok: true, user };
      }
      if (user) this.trail.failed({ ...user, address, atMs: nowMs }, trouble ?? 'wrong password');
      return trouble === EXPIRED ? { ok: false, reason: 'expired' } : { ok: false, reason: 'wrong' };
    } finally {
      this.#checks -= 1;
    }
  }

  async #respond(user: UserWithHash, sessionNumber: number): Promise<LoginResponse> {
    const { passwordHash: _h, sessionNumber: _n, passwordExpiresAtMs: _e, disabled: _d, ...rest } = user;
    const person: User = rest;
    return { ...(await this.tokens.issue(person, sessionNumber)), user: person };
  }

  /** An unknown email costs the same time as a wrong password. */
  #decoyHash(): Promise<string> {
    this.#decoy ??= hashPassword('no password matches this one');
    return this.#decoy;
  }
}

/** Why somebody who knows the password may not sign in; null if they may. */
function troubleOf(user: UserWithHash | undefined, nowMs: number): string | null {
  if (user?.disabled) return 'disabled';
  if (typeof user?.passwordExpiresAtMs === 'number' && user.passwordExpiresAtMs <= nowMs) return EXPIRED;
  return null;
}
