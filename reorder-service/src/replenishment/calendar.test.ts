import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { endOfDay, localTime, momentOf, nextReview } from './calendar.ts';

const at = (iso: string): number => Date.parse(iso);
const BERLIN = 'Europe/Berlin';

describe('review days', () => {
  test('are days of the site, not of UTC', () => {
    const policy = { reviewDays: ['MON' as const], cutOff: '00:30' };
    // Monday 00:30 in Auckland is still Sunday at Greenwich.
    expect(nextReview(policy, 'Pacific/Auckland', at('2026-11-20T00:00:00Z'))).toBe(at('2026-11-22T11:30:00Z'));
  });

  test('keep their wall time when the clocks change', () => {
    const daily = { reviewDays: ['SAT' as const, 'SUN' as const, 'MON' as const], cutOff: '06:00' };
    expect(nextReview(daily, BERLIN, at('2026-03-28T00:00:00Z'))).toBe(at('2026-03-28T05:00:00Z'));
    expect(nextReview(daily, BERLIN, at('2026-03-28T12:00:00Z'))).toBe(at('2026-03-29T04:00:00Z'));
    expect(nextReview(daily, BERLIN, at('2026-10-24T12:00:00Z'))).toBe(at('2026-10-25T05:00:00Z'));
  });

  test('a cut-off in the hour that is left out comes an hour later, one that comes twice comes once', () => {
    const night = { reviewDays: ['SUN' as const], cutOff: '02:30' };
    expect(nextReview(night, BERLIN, at('2026-03-28T12:00:00Z'))).toBe(at('2026-03-29T01:30:00Z'));
    const first = nextReview(night, BERLIN, at('2026-10-24T12:00:00Z'));
    expect(first).toBe(at('2026-10-25T00:30:00Z'));
    expect(nextReview(night, BERLIN, first)).toBe(at('2026-11-01T01:30:00Z'));
  });

  test('a moment has the wall time it was made from, in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', BERLIN, 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Australia/Lord_Howe'),
        fc.integer({ min: at('2020-01-01T00:00:00Z') / 60_000, max: at('2030-01-01T00:00:00Z') / 60_000 }),
        (zone, minute) => {
          const wall = localTime(zone, minute * 60_000);
          const wallMs = Date.UTC(wall.year, wall.month - 1, wall.day, 0, wall.minutes);
          const moment = momentOf(zone, wallMs);
          expect(localTime(zone, moment)).toEqual(wall);
          // The same moment, or the first of the two that show this time.
          expect(moment).toBeLessThanOrEqual(minute * 60_000);
          expect(minute * 60_000 - moment).toBeLessThanOrEqual(3_600_000);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test('a day is over when the clocks of the site say so, also when it has 23 or 25 hours', () => {
  expect(endOfDay('UTC', '2027-03-31')).toBe(Date.parse('2027-04-01T00:00:00Z'));
  expect(endOfDay('Europe/Berlin', '2026-03-29')).toBe(Date.parse('2026-03-30T00:00:00+02:00'));
  expect(endOfDay('Europe/Berlin', '2026-10-25')).toBe(Date.parse('2026-10-26T00:00:00+01:00'));
  expect(endOfDay('America/Los_Angeles', '2027-03-31')).toBe(Date.parse('2027-04-01T00:00:00-07:00'));
});
