import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { ShelfwireError } from '@shelfwire/contract';
import { z } from 'zod';

const secretsSchema = z.object({
  schema: z.literal('secrets/1'),
  /** Every other secret but the administrator's password is derived from this one. */
  root: z.string().min(32),
  /** Kept only until the administrator exists, that is until the first start was ready. */
  adminPassword: z.string().optional(),
  /** Whom to sign in as, for the hint at later starts. */
  adminEmail: z.string().optional(),
  /** Where the password in force came from, for the same hint. Absent in folders made before this was kept. */
  adminPasswordFrom: z.enum(['shown', 'environment']).optional(),
});
export type PasswordOrigin = 'shown' | 'environment';

/** The secrets of one data folder: made at the first start, readable by their owner only. */
export class Secrets {
  readonly #path: string;
  #values: z.infer<typeof secretsSchema>;

  private constructor(path: string, values: z.infer<typeof secretsSchema>) {
    this.#path = path;
    this.#values = values;
  }

  /** @throws ShelfwireError DATA_DIR_UNUSABLE */
  static open(path: string): Secrets {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const root = randomBytes(32).toString('base64url');
      const secrets = new Secrets(path, { schema: 'secrets/1', root, adminPassword: makePassword() });
      secrets.#write();
      return secrets;
    }
    try {
      return new Secrets(path, secretsSchema.parse(JSON.parse(text)));
    } catch (cause) {
      throw new ShelfwireError('DATA_DIR_UNUSABLE', `${path} is damaged; restore it from a copy`, { cause });
    }
  }

  /** The same for the same name, for as long as the folder lives. */
  derive(name: string): string {
    return createHmac('sha256', this.#values.root).update(name).digest('base64url').slice(0, 32);
  }

  /** The administrator's random password, until `rememberAdmin`. */
  get adminPassword(): string | undefined {
    return this.#values.adminPassword;
  }

  get adminEmail(): string | undefined {
    return this.#values.adminEmail;
  }

  get adminPasswordFrom(): PasswordOrigin | undefined {
    return this.#values.adminPasswordFrom;
  }

  /**
   * The administrator exists now: the password is kept nowhere but, hashed, in the database.
   * @param passwordFrom undefined: this start has set none
   */
  rememberAdmin(email: string, passwordFrom: PasswordOrigin | undefined): void {
    const { adminPassword: _, ...rest } = this.#values;
    this.#values = { ...rest, adminEmail: email, ...(passwordFrom ? { adminPasswordFrom: passwordFrom } : {}) };
    this.#write();
  }

  #write(): void {
    const next = `${this.#path}.next`;
    writeFileSync(next, `${JSON.stringify(this.#values, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.#path);
  }
}

/** 80 bits in four groups that can be read out and typed: Crockford's base 32 has no letters that look alike. */
function makePassword(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const letters = Array.from(randomBytes(16), (byte) => alphabet.charAt(byte % 32)).join('');
  return letters.match(/.{4}/g)?.join('-') ?? letters;
}
