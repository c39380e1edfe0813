import type { BinForecast } from '../api/types';
import { describeTime } from '../time/describe-age';

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export const HISTORY_DAYS_MIN = 14;

const CLASS_WORDS: Readonly<Record<string, string>> = {
  none: 'nothing was used',
  smooth: 'smooth: about the same every day',
  erratic: 'erratic: every day, but of changing size',
  intermittent: 'intermittent: now and then, of similar size',
  lumpy: 'lumpy: now and then, of changing size',
};

/** "Runs out around 14 Dec, at the earliest 9 Dec." */
export function describeRunOut(forecast: BinForecast): string {
  const { outlook, demand, historyDays } = forecast;
  if (historyDays < HISTORY_DAYS_MIN) {
    return `Too little history for a forecast: ${historyDays} of at least ${HISTORY_DAYS_MIN} whole days.`;
  }
  if (!demand || demand.meanPerDay <= 0) return `Nothing was used in ${historyDays} days: it will not run out.`;
  if (!outlook) return 'The level is not known yet.';
  const { runsOutAtMs, runsOutEarliestAtMs, days } = outlook;
  const until = days.at(-1);
  if (runsOutAtMs === null && runsOutEarliestAtMs === null) {
    return `Lasts beyond ${until ? dateOnly.format(until.atMs) : 'the horizon'}, if nothing more is ordered.`;
  }
  if (runsOutAtMs === null)
    return `May run out from ${dateOnly.format(runsOutEarliestAtMs ?? 0)} on, if demand is high.`;
  const earliest =
    runsOutEarliestAtMs === null || dateOnly.format(runsOutEarliestAtMs) === dateOnly.format(runsOutAtMs)
      ? ''
      : `, if demand is high on ${dateOnly.format(runsOutEarliestAtMs)}`;
  return `Runs out around ${dateOnly.format(runsOutAtMs)}${earliest}, if nothing more is ordered.`;
}

/** What the forecast rests on, as labelled facts. */
export function factsOf(forecast: BinForecast, unit: string): [name: string, value: string][] {
  const { demand, leadTime, historyDays, daysUntilEmpty } = forecast;
  const facts: [string, string][] = [['History', `${historyDays} whole days`]];
  if (demand) {
    facts.push(
      ['Used a day', `${number.format(demand.meanPerDay)} ± ${number.format(demand.sdPerDay)} ${unit}`],
      ['Kind of demand', CLASS_WORDS[demand.demandClass] ?? demand.demandClass],
    );
  }
  if (daysUntilEmpty !== null) facts.push(['Stock lasts', `${number.format(daysUntilEmpty)} days at the mean`]);
  if (leadTime) facts.push(['Lead time', describeLeadTime(leadTime)]);
  return facts;
}

function describeLeadTime({ days, sdDays, deliveries, source }: NonNullable<BinForecast['leadTime']>): string {
  if (source === 'agreed') return `${number.format(days)} ${days === 1 ? 'day' : 'days'}, as agreed`;
  return `${number.format(days)} ± ${number.format(sdDays)} days, learned from ${deliveries} deliveries`;
}

export function describeReceipt(receipt: { atMs: number; quantity: number }, unit: string): string {
  return `${receipt.quantity} ${unit}, ${describeTime(receipt.atMs)}`;
}
