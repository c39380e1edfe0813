import { describe, expect, test } from 'vitest';

import { hashPassword, verifyPassword } from './password.ts';

const CHEAP = { N: 1_024, r: 8, p: 1 };

describe('passwords', () => {
  test('are verified with the parameters that stand in the hash', async () => {
    const cheap = await hashPassword('correct horse', CHEAP);
    const usual = await hashPassword('correct horse');
    expect(cheap).toMatch(/^scrypt:N=1024,r=8,p=1:/);
    expect(usual).toMatch(/^scrypt:N=32768,r=8,p=3:/);
    await expect(verifyPassword('correct horse', cheap)).resolves.toBe(true);
    await expect(verifyPassword('correct horse', usual)).resolves.toBe(true);
    await expect(verifyPassword('correct horsf', usual)).resolves.toBe(false);
  });

  test('are salted: the same password gives another hash', async () => {
    expect(await hashPassword('same', CHEAP)).not.toBe(await hashPassword('same', CHEAP));
  });

  test('are the same whichever way the keyboard composes an accent', async () => {
    await expect(verifyPassword('caf\u0065\u0301', await hashPassword('caf\u00E9', CHEAP))).resolves.toBe(true);
  });

  test.each(['', 'plain text', 'scrypt:N=1,r=1,p=1:x:y', 'scrypt:N=99999999,r=8,p=1:c2FsdHNhbHQ:a2V5a2V5a2V5a2V5'])(
    'let nobody in by the broken hash %j',
    async (hash) => {
      await expect(verifyPassword('', hash)).resolves.toBe(false);
    },
  );
});
