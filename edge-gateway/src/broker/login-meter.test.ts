import { expect, test } from 'vitest';

import { LoginMeter } from './login-meter.ts';

const LIMITS = { connectsPerMinute: 3, messagesPerSecond: 10, bytesPerSecond: 1_000 };

test('bytes beyond the rate wait as messages do, and who is half a minute ahead loses the connection', () => {
  const meter = new LoginMeter(LIMITS, 1, 0);
  expect(meter.delayMs(1_000, 0)).toBe(0);
  expect(meter.delayMs(5_000, 0), 'there is nothing left of this second').toBeGreaterThan(0);
  expect(meter.delayMs(1, 0), 'five seconds ahead').toBeGreaterThan(4_000);
  expect(meter.delayMs(1, 6_000), 'the debt is paid off').toBe(0);
  meter.delayMs(40_000, 6_000);
  expect(meter.delayMs(1, 6_000)).toBeUndefined();
});

test('connections beyond the rate are refused, and a login of three devices may do what three may', () => {
  const [one, three] = [new LoginMeter(LIMITS, 1, 0), new LoginMeter(LIMITS, 3, 0)];
  const connects = (meter: LoginMeter): number =>
    Array.from({ length: 20 }, () => meter.mayConnect(0)).filter(Boolean).length;
  expect([connects(one), connects(three)]).toEqual([3, 9]);
  expect(one.mayConnect(20_000), 'a third of a minute later').toBe(true);
});
