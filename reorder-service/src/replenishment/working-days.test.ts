import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { localTime } from './calendar.ts';
import { arrivalOf, type SiteCalendar, type SupplierCalendar } from './working-days.ts';

const BERLIN = 'Europe/Berlin';
const WEEK = ['MON', 'TUE', 'WED', 'THU', 'FRI'] as const;
const SUPPLIER: SupplierCalendar = { workingDays: WEEK, holidays: [], cutOff: '14:00', timeZone: BERLIN };
const SITE: SiteCalendar = { workingDays: WEEK, holidays: [], closesAt: '16:00' };
const at = (iso: string): number => Date.parse(iso);
const arrives = (orderedAt: string, days: number, more: { supplier?: object; site?: object | null } = {}): string =>
  new Date(
    arrivalOf(at(orderedAt), days, {
      supplier: { ...SUPPLIER, ...more.supplier },
      site: more.site === null ? null : { ...SITE, ...more.site },
      siteTimeZone: BERLIN,
    }),
  ).toISOString();

describe('goods arrive', () => {
  test('after the lead time in working days, not in days', () => {
    // Thursday and three days: Friday, Monday, Tuesday.
    expect(arrives('2026-11-19T09:00:00Z', 3)).toBe('2026-11-24T15:00:00.000Z');
  });

  test('a day later when ordered after the cut-off, in time when ordered at it', () => {
    expect(arrives('2026-11-23T13:00:00Z', 1)).toBe('2026-11-24T15:00:00.000Z');
    expect(arrives('2026-11-23T13:01:00Z', 1)).toBe('2026-11-25T15:00:00.000Z');
    // Friday evening counts as Monday.
    expect(arrives('2026-11-20T18:00:00Z', 1)).toBe('2026-11-24T15:00:00.000Z');
  });

  test('not on a holiday of the supplier, nor on one of the site', () => {
    expect(arrives('2026-12-23T09:00:00Z', 2, { supplier: { holidays: ['2026-12-25'] } })).toBe(
      '2026-12-28T15:00:00.000Z',
    );
    expect(arrives('2026-12-23T09:00:00Z', 1, { site: { holidays: ['2026-12-24', '2026-12-25'] } })).toBe(
      '2026-12-28T15:00:00.000Z',
    );
  });

  test('at the closing time of the site on both sides of daylight saving (failure mode 13)', () => {
    // The clocks of Berlin change on 29 March and on 25 October 2026.
    expect(arrives('2026-03-27T09:00:00Z', 1)).toBe('2026-03-30T14:00:00.000Z');
    expect(arrives('2026-10-23T09:00:00Z', 1)).toBe('2026-10-26T15:00:00.000Z');
    // 00:30 in Berlin is still the day before at Greenwich: the order is one of Tuesday.
    expect(arrives('2026-03-30T22:30:00Z', 0)).toBe('2026-03-31T14:00:00.000Z');
  });

  test('by the clock of the supplier for the cut-off, by that of the site for the delivery', () => {
    const auckland = { supplier: { timeZone: 'Pacific/Auckland', cutOff: '09:00' } };
    // 08:30 on Tuesday in Auckland is Monday evening in Berlin.
    expect(arrives('2026-11-23T19:30:00Z', 1, auckland)).toBe('2026-11-25T15:00:00.000Z');
    expect(arrives('2026-11-23T20:30:00Z', 1, auckland)).toBe('2026-11-26T15:00:00.000Z');
  });

  test('in plain days where nobody has a calendar, a part of a day too', () => {
    const none = { supplier: null, site: null, siteTimeZone: BERLIN };
    expect(arrivalOf(1_000, 0.5, none)).toBe(1_000 + 43_200_000);
  });

  test('never before they are ordered, never later for ordering sooner, and on a working day', () => {
    const moment = fc.integer({ min: at('2026-01-01T00:00:00Z') / 60_000, max: at('2027-01-01T00:00:00Z') / 60_000 });
    const calendars = { supplier: SUPPLIER, site: { ...SITE, holidays: ['2026-05-01'] }, siteTimeZone: BERLIN };
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 15 }),
        (minute, more, days) => {
          const arrival = arrivalOf(minute * 60_000, days, calendars);
          expect(arrival).toBeGreaterThan(minute * 60_000);
          expect(arrivalOf((minute + more) * 60_000, days, calendars)).toBeGreaterThanOrEqual(arrival);
          const local = localTime(BERLIN, arrival);
          expect(WEEK).toContain(local.weekday);
          expect(local.minutes).toBe(16 * 60);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
