import { describe, expect, test } from 'vitest';

import { parseDeviceTime } from './local-time.ts';

describe('device time', () => {
  test('a time without a zone is no time, unless the zone of the device is known', () => {
    expect(parseDeviceTime('2022-06-11T10:58:18')).toBeUndefined();
    expect(parseDeviceTime('2022-06-11T10:58:18', 'Europe/Berlin')).toBe(Date.parse('2022-06-11T08:58:18Z'));
    expect(parseDeviceTime('2022-01-11T10:58:18', 'America/New_York')).toBe(Date.parse('2022-01-11T15:58:18Z'));
  });

  test('a zone in the text wins', () => {
    expect(parseDeviceTime('2022-06-11T10:58:18+0300', 'Europe/Berlin')).toBe(Date.parse('2022-06-11T07:58:18Z'));
    expect(parseDeviceTime('2022-06-11T10:58:18.25Z')).toBe(Date.parse('2022-06-11T10:58:18.250Z'));
  });

  test('the days of the clock changes are right before and after', () => {
    expect(parseDeviceTime('2024-03-31T01:59:59', 'Europe/Berlin')).toBe(Date.parse('2024-03-31T00:59:59Z'));
    expect(parseDeviceTime('2024-03-31T03:00:00', 'Europe/Berlin')).toBe(Date.parse('2024-03-31T01:00:00Z'));
    expect(parseDeviceTime('2024-10-27T03:00:00', 'Europe/Berlin')).toBe(Date.parse('2024-10-27T02:00:00Z'));
  });

  test('impossible dates are no times', () => {
    expect(parseDeviceTime('2022-02-31T10:00:00Z')).toBeUndefined();
    expect(parseDeviceTime('yesterday')).toBeUndefined();
  });
});
