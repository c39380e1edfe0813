import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { leadTimeQuantile, targetOf } from '@shelfwire/reorder-service/measurable';

import { readDemandSet, type DemandItem, type DemandSet } from './replenishment/demand-sets.ts';
import { MEASURES, publishedSweeps, valueAt, type Point } from './replenishment/frontier.ts';
import { simulate, type Rule } from './replenishment/simulate.ts';

/**
 * What the policies cost on real demand at equal service: `node bench/dist/replenishment.js [--data DIR] [--out FILE]`.
 * Deterministic; the decisions are made by the service's own `decide`, the levels by its own SERVICE_LEVEL.
 */

const TARGETS = [0.5, 0.7, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995];
const MISSING_COSTS = [0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000];
/** With it, a missing unit costs so much in a period against the price of a unit on the shelf. */
const HOLDING_RATE = 365;
const SERVICE_DEFAULT = 0.9;

function serviceLevel(targetFor: (item: DemandItem) => number): Rule {
  return (item, history) => {
    const { quantile } = leadTimeQuantile(history, { meanDays: item.leadTime, sdDays: 0 }, targetFor(item));
    // At or below the quantile: a position below s.
    return { s: quantile + 1, S: quantile + item.orderQuantity };
  };
}

const byTarget = (target: number): Rule => serviceLevel(() => target);
// The service allows rates up to 2 a year; here the unit of time is free, and only the ratio matters.
const byCost = (missingUnitCostPerDay: number): Rule =>
  serviceLevel((item) => targetOf({ missingUnitCostPerDay, holdingRatePerYear: HOLDING_RATE }, item.price));

function thousands(value: number): string {
  return Number.isNaN(value) ? 'not reached' : `${Math.round(value / 1_000).toLocaleString('en-US')} k`;
}

function table(set: DemandSet, folder: string): string[] {
  const planners = set.items.every((item) => item.planners)
    ? simulate(set, (item) => ({ s: item.planners?.min ?? 0, S: item.planners?.max ?? 1 }))
    : undefined;
  const serviceOf = (measure: (typeof MEASURES)[number]): number => planners?.[measure] ?? SERVICE_DEFAULT;
  const sweeps: [name: string, sweep: readonly Point[]][] = [
    ['**SERVICE_LEVEL, one target for all**', TARGETS.map((target) => simulate(set, byTarget(target)))],
    ['**SERVICE_LEVEL, missingUnitCostPerDay**', MISSING_COSTS.map((cost) => simulate(set, byCost(cost)))],
    ...[...publishedSweeps(folder, set.name)].map(([name, sweep]): [string, Point[]] => [`published: ${name}`, sweep]),
  ];
  const header = MEASURES.map((measure) => `${measure} ${serviceOf(measure).toFixed(3)}`);
  const rows = sweeps
    .filter(([name]) => name !== 'published: human_minmax')
    .map(([name, sweep]) => {
      const cells = MEASURES.map((measure) => {
        const value = valueAt(sweep, measure, serviceOf(measure));
        if (!planners || Number.isNaN(value)) return thousands(value);
        const percent = ((value / planners.stockValue - 1) * 100).toFixed(0);
        return `${thousands(value)} (${Number(percent) > 0 ? '+' : ''}${percent} %)`;
      });
      return `| ${[name, ...cells].join(' | ')} |`;
    });
  return [
    `## ${set.name}: ${set.items.length} items`,
    '',
    planners
      ? `The planners' own Min and Max reach the service in the header with ${thousands(planners.stockValue)}; in brackets, the difference to them.`
      : 'Stock value at a service of 0.9 under each measure.',
    '',
    `| policy | ${header.join(' | ')} |`,
    '|---|---|---|---|---|',
    ...rows,
    '',
  ];
}

const INTRODUCTION = `# Replenishment quality

What the policies cost on real demand. Made by \`npm run replenishment -w @shelfwire/bench\`; the same on every machine.

Each item is simulated period by period after its training time, as the protocol of the demand data has it: receive, serve,
count, review, order. Every decision is made by the service's own \`decide\`; the levels by its own SERVICE_LEVEL, which sees the
past only. The order quantity is the same for all policies of a set. Figures are the mean value of the stock on hand at
**equal service**, interpolated on each policy's frontier, under four measures: share of units served (unitFill), the same
by value (valueFill), mean over items (itemFill), share of periods with demand in which nothing was missing (periodService).

**How to read it.** No policy is best under all four. One target for all items spends most on dear parts: on oil it needs more
stock than the planners' own Min and Max under every measure. Naming the cost of a missing unit (\`missingUnitCostPerDay\`) keeps
cheap parts for a higher service, and needs less than the planners where units, items or periods count; where the *value*
served counts, the planners, who know their machines, stay ahead of everything that looks at past demand only. In a trial on
the same simulation the mean over the whole history needed less stock than exponential smoothing, SBA and TSB on oil and
raf, and about as much on man, which is why SERVICE_LEVEL uses it; the forecast of a bin shows them all.
`;

function main(): void {
  const { values } = parseArgs({
    options: { data: { type: 'string', default: '../shared/demand' }, out: { type: 'string' } },
  });
  if (!existsSync(`${values.data}/public/oil.csv`)) {
    process.stdout.write(`skipped: there is no demand data in ${values.data}\n`);
    return;
  }
  const text = [INTRODUCTION];
  for (const name of ['oil', 'raf', 'man'] as const) {
    text.push(...table(readDemandSet(values.data, name), values.data));
  }
  const page = `${text.join('\n').trimEnd()}\n`;
  process.stdout.write(page);
  if (values.out !== undefined) writeFileSync(values.out, page);
}

main();
