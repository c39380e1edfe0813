import { describe, expect, test } from 'vitest';

import { LoginLimiter } from './login-limiter.ts';

const START_MS = 1_760_000_000_000;

function failTimes(limiter: LoginLimiter, times: number, email: string, address: string): void {
  for (let i = 0; i < times; i += 1) limiter.begin(email, address, START_MS);
}

describe('the login limiter', () => {
  test('closes after five failures and opens fifteen minutes after the first', () => {
    const limiter = new LoginLimiter();
    failTimes(limiter, 4, 'ann@example.org', '10.0.0.1');
    expect(limiter.waitMs('ann@example.org', '10.0.0.1', START_MS)).toBe(0);
    failTimes(limiter, 1, 'Ann@example.org', '10.0.0.1');
    expect(limiter.waitMs('ann@example.org', '10.0.0.1', START_MS + 60_000)).toBe(14 * 60_000);
    expect(limiter.waitMs('ann@example.org', '10.0.0.1', START_MS + 15 * 60_000)).toBe(0);
  });

  test('does not lock a colleague out: another address and another mail are free', () => {
    const limiter = new LoginLimiter();
    failTimes(limiter, 5, 'ann@example.org', '10.0.0.1');
    expect(limiter.waitMs('ann@example.org', '10.0.0.2', START_MS)).toBe(0);
    expect(limiter.waitMs('bob@example.org', '10.0.0.1', START_MS)).toBe(0);
  });

  test('closes one address that tries one password on many mails', () => {
    const limiter = new LoginLimiter();
    for (let i = 0; i < 50; i += 1) limiter.begin(`user${i}@example.org`, '10.0.0.1', START_MS);
    expect(limiter.waitMs('fresh@example.org', '10.0.0.1', START_MS)).toBe(15 * 60_000);
  });

  test('forgets the failures of a mail that then signs in', () => {
    const limiter = new LoginLimiter();
    failTimes(limiter, 5, 'ann@example.org', '10.0.0.1');
    limiter.succeeded('ann@example.org', '10.0.0.1');
    expect(limiter.waitMs('ann@example.org', '10.0.0.1', START_MS)).toBe(0);
  });

  test('does not count the sign-ins of a whole site behind one address', () => {
    const limiter = new LoginLimiter();
    for (let i = 0; i < 200; i += 1) {
      limiter.begin(`user${i}@example.org`, '10.0.0.1', START_MS);
      limiter.succeeded(`user${i}@example.org`, '10.0.0.1');
    }
    expect(limiter.waitMs('fresh@example.org', '10.0.0.1', START_MS)).toBe(0);
  });

  test('stays bounded however many addresses try', () => {
    const limiter = new LoginLimiter();
    for (let i = 0; i < 30_000; i += 1)
      limiter.begin('ann@example.org', `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, START_MS);
    expect(limiter.entries).toBeLessThanOrEqual(20_001);
  });
});
