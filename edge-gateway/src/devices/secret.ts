import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify<string, Buffer, number, Buffer>(scrypt);

/** Only of use in this process: what is remembered under it is worth nothing in a core dump elsewhere. */
const PROCESS_KEY = randomBytes(32);

export interface SecretSettings {
  password?: string | undefined;
  passwordHash?: string | undefined;
  certificateName?: string | undefined;
}

/**
 * A device's password. A password in clear is kept only as a keyed hash. A scrypt hash is computed once per password
 * that turned out right or wrong, so that a thousand devices reconnecting at once cost a thousand cheap comparisons.
 */
export class Secret {
  readonly #passwordHash: string | undefined;
  readonly #settingsMark: Buffer;
  #right: Buffer | undefined;
  #lastWrong: Buffer | undefined;
  #checking: Promise<boolean> | undefined;

  constructor(settings: SecretSettings) {
    this.#settingsMark = markOf(settings);
    this.#passwordHash = settings.passwordHash;
    if (settings.password !== undefined) this.#right = quickHash(settings.password);
  }

  /** True if this was made of the same settings. */
  isOf(settings: SecretSettings): boolean {
    return timingSafeEqual(this.#settingsMark, markOf(settings));
  }

  async matches(password: string): Promise<boolean> {
    const quick = quickHash(password);
    if (this.#right && timingSafeEqual(this.#right, quick)) return true;
    if (this.#passwordHash === undefined) return false;
    if (this.#lastWrong && timingSafeEqual(this.#lastWrong, quick)) return false;
    // One at a time: wrong passwords must not keep every core busy.
    while (this.#checking) await this.#checking;
    if (this.#right) return timingSafeEqual(this.#right, quick);
    this.#checking = matchesScrypt(password, this.#passwordHash);
    const right = await this.#checking.finally(() => (this.#checking = undefined));
    if (right) this.#right = quick;
    else this.#lastWrong = quick;
    return right;
  }
}

/** The `passwordHash` of gateway.yaml. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await deriveKey(password, salt, 32);
  return `scrypt:${salt.toString('base64')}:${key.toString('base64')}`;
}

async function matchesScrypt(password: string, passwordHash: string): Promise<boolean> {
  const [, salt = '', hash = ''] = passwordHash.split(':');
  const wanted = Buffer.from(hash, 'base64');
  if (wanted.length === 0) return false;
  const key = await deriveKey(password, Buffer.from(salt, 'base64'), wanted.length);
  return timingSafeEqual(key, wanted);
}

function quickHash(text: string): Buffer {
  return createHmac('sha256', PROCESS_KEY).update(text).digest();
}

function markOf({ password, passwordHash, certificateName }: SecretSettings): Buffer {
  return quickHash(JSON.stringify([password ?? null, passwordHash ?? null, certificateName ?? null]));
}
