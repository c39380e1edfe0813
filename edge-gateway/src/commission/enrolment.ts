import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import type { JsonFile } from './json-file.ts';

const tokenSchema = z.strictObject({
  tokenId: z.string(),
  /** SHA-256 suffices: the token is 160 random bits, there is nothing to guess. */
  sha256: z.string(),
  expiresAtMs: z.int(),
  /** The one user name it is good for, from its first use on. */
  username: z.string().optional(),
});
export const enrolmentFileSchema = z.strictObject({ tokens: z.array(tokenSchema).default([]) });
type EnrolmentFile = z.infer<typeof enrolmentFileSchema>;

const TOKENS_MAX = 1_000;

export interface IssuedToken {
  tokenId: string;
  /** Shown once, kept only as a hash. */
  token: string;
  expiresAtMs: number;
}

/**
 * Passwords for devices that nobody knows yet. Each is good for one device: whoever uses it first has bound it to that user
 * name. After approval it is the device's own password, so that nothing needs to be typed into the device again.
 */
export class EnrolmentTokens {
  readonly #file: JsonFile<EnrolmentFile>;
  #tokens: EnrolmentFile['tokens'];

  constructor(file: JsonFile<EnrolmentFile>) {
    this.#file = file;
    this.#tokens = file.content.tokens;
  }

  async issue(validForMs: number, nowMs: number): Promise<IssuedToken> {
    const token = randomBytes(20).toString('base64url');
    const tokenId = randomBytes(6).toString('base64url');
    const expiresAtMs = nowMs + validForMs;
    const alive = this.#tokens.filter((each) => each.expiresAtMs > nowMs).slice(-TOKENS_MAX + 1);
    this.#tokens = [...alive, { tokenId, sha256: sha256(token), expiresAtMs }];
    await this.#save();
    return { tokenId, token, expiresAtMs };
  }

  /** True if the token is alive and free or this user name's; it is then bound to it. */
  async use(token: string, username: string, nowMs: number): Promise<boolean> {
    const wanted = Buffer.from(sha256(token));
    const found = this.#tokens.find((each) => timingSafeEqual(Buffer.from(each.sha256), wanted));
    if (!found || found.expiresAtMs <= nowMs || (found.username ?? username) !== username) return false;
    if (found.username !== undefined) return true;
    found.username = username;
    try {
      await this.#save();
      return true;
    } catch {
      // A binding that a restart would forget lets a second device in: rather none.
      delete found.username;
      return false;
    }
  }

  async #save(): Promise<void> {
    await this.#file.write({ tokens: this.#tokens });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
