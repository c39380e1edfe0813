import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/**
 * Passwords are kept as `scrypt:N=32768,r=8,p=3:<salt>:<key>` (base64url). The parameters stand in each hash, so that
 * they can be raised without a migration; OWASP's password storage cheat sheet gives this set for 32 MiB.
 */
interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

const COST: ScryptCost = { N: 32_768, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const HASH_FORM = /^scrypt:N=(\d{1,7}),r=(\d{1,2}),p=(\d{1,2}):([A-Za-z0-9_-]{8,}):([A-Za-z0-9_-]{16,})$/;

export async function hashPassword(password: string, cost: ScryptCost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, cost);
  return `scrypt:N=${cost.N},r=${cost.r},p=${cost.p}:${salt.toString('base64url')}:${key.toString('base64url')}`;
}

/** @returns false too for a hash that is not of our form: such a user cannot sign in, and nobody else is let in */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt, key] = HASH_FORM.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Buffer, keyBytes: number, cost: ScryptCost): Promise<Buffer> {
  // scrypt needs 128·N·r bytes; Node refuses more than 32 MiB unless told.
  const options: ScryptOptions = { ...cost, maxmem: 128 * cost.N * cost.r * 2 };
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on two keyboards may come in two encodings.
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
