import type { KpiStep, Kpis } from '../api/types';
import { describeSum } from '../approval-rules/money';

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

export interface KpiCard {
  name: string;
  value: string;
  note?: string;
  /** What it means and how it is counted: the same as on the Grafana dashboard (docs/dashboards.md). */
  definition: string;
}

const share = (value: number | null): string => (value === null ? '–' : `${number.format(value * 100)} %`);
/** Less than a day is told in hours, less than an hour in minutes. */
export function describeDays(value: number | null): string {
  if (value === null) return '–';
  if (value >= 1 || value <= 0) return `${number.format(value)} d`;
  if (value < 1 / 24 / 60) return '< 1 min';
  return value < 1 / 24 ? `${whole.format(value * 24 * 60)} min` : `${number.format(value * 24)} h`;
}

/** The figures of a time, each with its definition; a dash where there was nothing to judge. */
export function cardsOf(kpis: Kpis): KpiCard[] {
  const { deadStock, excessStock } = kpis;
  return [
    {
      name: 'Fill rate',
      value: share(kpis.unitFillRate),
      definition:
        'Units taken ÷ units wanted. What people wanted from an empty bin is estimated by its mean demand while it was not empty.',
    },
    {
      name: 'Availability',
      value: share(kpis.availability),
      definition: 'Share of the time, over all bins, in which something was on hand.',
    },
    {
      name: 'Stock-outs',
      value: whole.format(kpis.stockouts),
      note: `${describeDays(kpis.stockoutDays)} empty in all`,
      definition: 'How often a bin that held something ran empty, and for how many days in all, summed over bins.',
    },
    {
      name: 'Turns',
      value: kpis.turns === null ? '–' : number.format(kpis.turns),
      definition: 'Consumption a year ÷ what is there now; by value if every price is known, else by units.',
    },
    {
      name: 'Days of supply',
      value: describeDays(kpis.daysOfSupply),
      definition: 'What is there now ÷ consumption a day; by value if every price is known, else by units.',
    },
    {
      name: 'Inventory value',
      value: describeSum(kpis.inventoryValueCents),
      ...(kpis.binsWithoutPrice > 0 ? { note: `${kpis.binsWithoutPrice} bins without a price` } : {}),
      definition:
        'What is there now at the first price of the supplier asked first. Bins whose item has no price are not in it.',
    },
    {
      name: 'Order lead time',
      value: describeDays(kpis.orderCycleDays),
      note: `${kpis.ordersClosed} orders closed`,
      definition: 'Median from making an order to closing it, of orders closed in the time.',
    },
    {
      name: 'Perfect orders',
      value: share(kpis.perfectOrders),
      definition:
        'Closed orders that came by their date, with everything ordered and nothing damaged or wrong. Papers are not known.',
    },
    {
      name: 'Inventory accuracy',
      value: share(kpis.inventoryAccuracy),
      definition: 'One less what counts and unexplained changes corrected, relative to what was moved.',
    },
    {
      name: 'Dead stock',
      value: describeSum(deadStock.valueCents),
      note: `${deadStock.bins} bins, ${whole.format(deadStock.units)} units`,
      definition: `In bins from which nothing was taken for ${deadStock.afterDays} days.`,
    },
    {
      name: 'Excess stock',
      value: describeSum(excessStock.valueCents),
      note: `${excessStock.bins} bins, ${whole.format(excessStock.units)} units`,
      definition: 'Above the maximum of the policy and one pack.',
    },
    {
      name: 'Sensor uptime',
      value: share(kpis.sensorUptime),
      definition: 'Sensors whose last reading is good and not older than it should be, now.',
    },
  ];
}

export interface TrendLine {
  value: string;
  label: string;
  unit: string;
  of: (step: KpiStep) => number | null;
}

const percent = (value: number | null): number | null => (value === null ? null : Math.round(value * 1_000) / 10);

/** What can be drawn over time: the figures that are of a time and not of now. */
export const TREND_LINES: readonly TrendLine[] = [
  { value: 'fill', label: 'Fill rate', unit: '%', of: (step) => percent(step.unitFillRate) },
  { value: 'availability', label: 'Availability', unit: '%', of: (step) => percent(step.availability) },
  { value: 'taken', label: 'Units taken', unit: 'units', of: (step) => step.unitsTaken },
  { value: 'empty', label: 'Days empty', unit: 'bin days', of: (step) => Math.round(step.stockoutDays * 10) / 10 },
  { value: 'lead', label: 'Lead time', unit: 'days', of: (step) => step.orderCycleDays },
  { value: 'perfect', label: 'Perfect orders', unit: '%', of: (step) => percent(step.perfectOrders) },
];
