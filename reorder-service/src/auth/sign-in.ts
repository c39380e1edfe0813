import { Injectable } from '@nestjs/common';
import type { LoginRequest, LoginResponse } from '@shelfwire/contract/api';

import { AccessTokens } from './access-tokens.ts';
import { LoginLimiter } from './login-limiter.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { Users } from './users.ts';

/** Checked at once at most, since each takes 32 MiB for a fifth of a second; further ones are asked to come back. */
const CHECKS_MAX = 8;
const BUSY_WAIT_MS = 1_000;

export type SignInResult =
  | { ok: true; response: LoginResponse }
  | { ok: false; reason: 'wrong' }
  | { ok: false; reason: 'too-many'; waitMs: number };

/** Signing in by email and password, slow for who guesses and silent about which emails exist. */
@Injectable()
export class SignIn {
  readonly #limiter = new LoginLimiter();
  #checks = 0;
  #decoy: Promise<string> | undefined;

  constructor(
    private readonly users: Users,
    private readonly tokens: AccessTokens,
  ) {}

  async signIn(request: LoginRequest, address: string, nowMs: number): Promise<SignInResult> {
    const { email, password } = request;
    const waitMs = this.#limiter.waitMs(email, address, nowMs);
    if (waitMs > 0) return { ok: false, reason: 'too-many', waitMs };
    if (this.#checks >= CHECKS_MAX) return { ok: false, reason: 'too-many', waitMs: BUSY_WAIT_MS };
    this.#limiter.begin(email, address, nowMs);
    this.#checks += 1;
    try {
      const user = await this.users.findByEmail(email);
      const matches = await verifyPassword(password, user?.passwordHash ?? (await this.#decoyHash()));
      if (!user || !matches) return { ok: false, reason: 'wrong' };
      this.#limiter.succeeded(email, address);
      const { passwordHash: _, ...person } = user;
      return { ok: true, response: { ...(await this.tokens.issue(person)), user: person } };
    } finally {
      this.#checks -= 1;
    }
  }

  /** An unknown email costs the same time as a wrong password. */
  #decoyHash(): Promise<string> {
    this.#decoy ??= hashPassword('no password matches this one');
    return this.#decoy;
  }
}
