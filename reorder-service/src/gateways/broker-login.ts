import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

export interface GatewayKey {
  tenantId: string;
  siteId: string;
  gatewayId: string;
}

/**
 * A gateway's user name at the central broker: unique over all tenants, since a slash is no part of an id. The colon
 * is, and would end the name in Mosquitto's password file.
 */
export function brokerUsername({ tenantId, siteId, gatewayId }: GatewayKey): string {
  return [tenantId, siteId, gatewayId].join('/').replaceAll(':', '%3A');
}

/** 192 bits in letters that every file and shell takes. */
export function makeBrokerPassword(): string {
  return randomBytes(24).toString('base64url');
}

// Mosquitto derives the key in its one thread when a client connects, so a site's thousand gateways that come back
// together must not cost it seconds. Passwords made here have 192 bits, which no number of rounds makes any safer.
const ROUNDS = 1_000;
const SALT_BYTES = 12;
const KEY_BYTES = 64;
const FORM = /^\$7\$(\d{1,7})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** As `mosquitto_passwd` writes it since 2.0: `$7$<rounds>$<salt>$<PBKDF2-HMAC-SHA512>`. */
export async function hashBrokerPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, ROUNDS, KEY_BYTES, 'sha512');
  return `$7$${ROUNDS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** @returns false too for a hash of another form */
export async function isBrokerPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, rounds, salt, key] = FORM.exec(hash ?? '') ?? [];
  if (rounds === undefined || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), Number(rounds), expected.length, 'sha512');
  return timingSafeEqual(actual, expected);
}
