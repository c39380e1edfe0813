import type { PasswordOrigin, Secrets } from './secrets.ts';

const DEFAULT_ADMIN_EMAIL = 'admin@demo.local';

export interface Admin {
  email: string;
  /** What this start sets; undefined: the administrator stays as he is. */
  account: { email: string; password: string; passwordFrom: PasswordOrigin } | undefined;
  hint: string;
}

/** Whom a person signs in as, and where the password is to be found. */
export function chooseAdmin(
  secrets: Pick<Secrets, 'adminEmail' | 'adminPassword' | 'adminPasswordFrom'>,
  given: { adminEmail: string | undefined; adminPassword: string | undefined },
): Admin {
  const email = given.adminEmail ?? secrets.adminEmail ?? DEFAULT_ADMIN_EMAIL;
  if (given.adminPassword !== undefined) {
    const hint = `Sign in as ${email} with the password in SHELFWIRE_ADMIN_PASSWORD.`;
    return { email, account: { email, password: given.adminPassword, passwordFrom: 'environment' }, hint };
  }
  const password = secrets.adminPassword;
  if (password !== undefined) {
    const hint = `Sign in as ${email} with the password ${password} (shown only this once).`;
    return { email, account: { email, password, passwordFrom: 'shown' }, hint };
  }
  const where = WHERE_THE_PASSWORD_IS[secrets.adminPasswordFrom ?? 'unknown'];
  return {
    email,
    account: undefined,
    hint: `Sign in as ${email}; ${where}. SHELFWIRE_ADMIN_PASSWORD sets a new one.`,
  };
}

const WHERE_THE_PASSWORD_IS: Record<PasswordOrigin | 'unknown', string> = {
  shown: 'the password was shown at the first start',
  environment: 'the password is the one that SHELFWIRE_ADMIN_PASSWORD set at an earlier start',
  unknown: 'the password was shown at the first start or set by SHELFWIRE_ADMIN_PASSWORD',
};
