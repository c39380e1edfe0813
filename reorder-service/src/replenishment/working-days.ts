import { localTime, momentOf } from './calendar.ts';
import { WEEKDAYS } from './policy.ts';

const DAY_MS = 86_400_000;
/** More days off in a row than this are a mistake in the calendar, and are worked through. */
const DAYS_OFF_MAX = 400;

export interface WorkingDays {
  workingDays: readonly (typeof WEEKDAYS)[number][];
  /** Local dates like 2026-12-25. */
  holidays: readonly string[];
}

/** When a supplier works. An order after the cut-off counts as one of the next working day. */
export interface SupplierCalendar extends WorkingDays {
  cutOff: string;
  timeZone: string;
}

/** When a site takes goods in. */
export interface SiteCalendar extends WorkingDays {
  closesAt: string;
}

export interface Calendars {
  supplier: SupplierCalendar | null;
  site: SiteCalendar | null;
  siteTimeZone: string;
}

/**
 * When goods ordered now should be at the site. With a supplier's calendar the lead time counts its working days, from the
 * day that takes the order; with a site's calendar the goods come on a day on which somebody takes them in, by its
 * closing time. Without either, days are days.
 */
export function arrivalOf(orderedAtMs: number, leadTimeDays: number, calendars: Calendars): number {
  const { supplier, site, siteTimeZone } = calendars;
  if (!supplier && !site) return orderedAtMs + Math.round(leadTimeDays * DAY_MS);
  let dateMs: number;
  if (supplier) {
    dateMs = orderDate(orderedAtMs, supplier);
    for (let left = Math.ceil(leadTimeDays); left > 0; left -= 1) dateMs = workingDayFrom(dateMs + DAY_MS, supplier);
  } else {
    dateMs = localDate(orderedAtMs + Math.round(leadTimeDays * DAY_MS), siteTimeZone).dateMs;
  }
  if (site) dateMs = workingDayFrom(dateMs, site);
  return momentOf(siteTimeZone, dateMs + minutesOf(site?.closesAt ?? '23:59') * 60_000);
}

/** The supplier's working day that an order of this moment belongs to, as UTC midnight of its date. */
function orderDate(orderedAtMs: number, supplier: SupplierCalendar): number {
  const { dateMs, minutes } = localDate(orderedAtMs, supplier.timeZone);
  const inTime = minutes <= minutesOf(supplier.cutOff);
  return workingDayFrom(inTime ? dateMs : dateMs + DAY_MS, supplier);
}

function workingDayFrom(dateMs: number, calendar: WorkingDays): number {
  for (let days = 0; days <= DAYS_OFF_MAX; days += 1) {
    const day = new Date(dateMs + days * DAY_MS);
    const weekday = WEEKDAYS[day.getUTCDay()];
    const holiday = calendar.holidays.includes(day.toISOString().slice(0, 10));
    if (weekday && calendar.workingDays.includes(weekday) && !holiday) return day.getTime();
  }
  return dateMs;
}

function localDate(atMs: number, timeZone: string): { dateMs: number; minutes: number } {
  const { year, month, day, minutes } = localTime(timeZone, atMs);
  return { dateMs: Date.UTC(year, month - 1, day), minutes };
}

function minutesOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}
