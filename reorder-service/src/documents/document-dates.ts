import { momentOf } from '../replenishment/calendar.ts';
import { find, type XmlElement } from './xml-element.ts';
import { problem, type DocumentProblem } from './document-problem.ts';

/** xsd:date and xsd:time may end with an offset; without one, the site's time is meant. */
const DATE = /^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?$/;
const TIME = /^(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;
const END_OF_DAY = '23:59:59';

/** The end of a period: its day, and its time if one is said, else the end of that day. */
export function endOfPeriod(period: XmlElement | undefined, timeZone: string): number | DocumentProblem | undefined {
  const date = find(period, 'EndDate') ?? find(period, 'StartDate');
  return date && momentOfElements(date, find(period, date.name === 'EndDate' ? 'EndTime' : 'StartTime'), timeZone);
}

export function momentOfElements(
  date: XmlElement,
  time: XmlElement | undefined,
  timeZone: string,
  defaultTime = END_OF_DAY,
): number | DocumentProblem {
  const [, day, dayOffset] = DATE.exec(date.text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day))) return problem(date.path, `"${date.text}" is no date`);
  const [, clock, clockOffset] = TIME.exec(time?.text ?? defaultTime) ?? [];
  if (clock === undefined) return problem(time?.path ?? date.path, `"${time?.text ?? ''}" is no time of day`);
  const offset = clockOffset ?? dayOffset;
  const atMs = Date.parse(`${day}T${clock}${offset ?? 'Z'}`);
  if (Number.isNaN(atMs)) return problem(date.path, `"${date.text}" is no date`);
  return offset === undefined ? momentOf(timeZone, atMs) : atMs;
}
